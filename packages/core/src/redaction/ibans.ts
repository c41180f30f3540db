// International bank account numbers (ISO 13616-1): a country, two check digits and up to 30 more, together 1 modulo 97
// when letters count as numbers and the first four stand last (ISO/IEC 7064, MOD 97-10).
import { type Finder, groupsOf, stretchesOf } from './range.ts'

const RUN = /(?<![\p{L}\p{N}])[A-Za-z]{2}\d{2}(?:[ \u00a0-]?[A-Za-z0-9]){11,}/gu

/** Whatever words stand behind it are no part of it. */
export const findIbans: Finder = text =>
  Array.from(text.matchAll(RUN)).flatMap(({ index, 0: run }) =>
    stretchesOf(groupsOf(run, isLetterOrDigit), index, { least: 15, most: 33 }, isIban),
  )

function isLetterOrDigit(character: string): boolean {
  return /[A-Za-z0-9]/.test(character)
}

/** By country, as the registry of ISO 13616 has it. */
const LENGTHS: ReadonlyMap<string, number> = new Map(
  [
    'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29',
    'ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20',
    'LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29',
    'PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20',
    'YE30',
  ]
    .join(' ')
    .split(' ')
    .map(entry => [entry.slice(0, 2), Number(entry.slice(2))]),
)

function isIban(text: string): boolean {
  if (LENGTHS.get(text.slice(0, 2).toUpperCase()) !== text.length) return false
  return remainder(text.slice(4) + text.slice(0, 4)) === 1
}

/** Modulo 97, a character at a time: A counts as 10, Z as 35. */
function remainder(text: string): number {
  let rest = 0
  for (const character of text) {
    const value = Number.parseInt(character, 36)
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97
  }
  return rest
}
