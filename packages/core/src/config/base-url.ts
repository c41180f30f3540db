// What a provider's base URL looks like: written out, since it is also the pattern that JSON Schema shows.

const NAME = String.raw`([A-Za-z0-9_-]+\.)*[A-Za-z0-9_-]*[A-Za-z_][A-Za-z0-9_-]*\.?`
const OCTET = String.raw`(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)`
/** Up to 223: what is above is multicast and reserved. */
const FIRST_OCTET = String.raw`(22[0-3]|2[01]\d|1\d\d|[1-9]?\d)`
const IPV4 = String.raw`${FIRST_OCTET}(\.${OCTET}){3}`
const GROUP = '[0-9A-Fa-f]{1,4}'
const IPV6 = [
  `(${GROUP}:){7}${GROUP}`,
  `::(${GROUP}:){0,5}${GROUP}`,
  `(${GROUP}:){1,4}(:${GROUP}){1,3}`,
  `(${GROUP}:){1,6}:`,
].join('|')
const PORT = String.raw`([1-9]\d{0,3}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d{2}|655[0-2]\d|6553[0-5])`
const PATH = String.raw`(\/[A-Za-z0-9._~!$&'()*+,;=:@%-]*)*`

/** http or https, a host, perhaps a port and a path; no user, query or fragment, and all of it ASCII. */
export const BASE_URL = new RegExp(String.raw`^https?:\/\/(${NAME}|${IPV4}|\[(${IPV6})\])(:${PORT})?${PATH}$`)
