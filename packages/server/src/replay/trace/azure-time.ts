// Timestamps of the Azure traces: `2023-11-16 18:15:46.6805900`, and with an offset in the 2024 ones. Without one they are UTC.

const pattern = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2})(\.\d{1,9})?( ?Z| ?[+-]\d{2}:\d{2})?$/

/**
 * @returns milliseconds since 1970, with the fraction the trace has (a double keeps 0.25 microseconds here);
 *   null when the text is no such timestamp or names a day or hour that does not exist
 */
export function parseAzureTime(text: string): number | null {
  const match = pattern.exec(text)
  if (match === null) return null
  const [, day = '', time = '', fraction = '', offset = ''] = match
  const asUtc = Date.parse(`${day}T${time}Z`)
  // Date.parse rolls 30 February over to March instead of refusing it.
  if (Number.isNaN(asUtc) || !new Date(asUtc).toISOString().startsWith(`${day}T${time}`)) return null
  const whole = Date.parse(`${day}T${time}${offset.trim() || 'Z'}`)
  return Number.isNaN(whole) ? null : whole + Number(`0${fraction}`) * 1000
}
