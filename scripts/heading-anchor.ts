// The anchor that a Markdown heading gets where repositories are shown.

/** Lower case, without punctuation but for `-` and `_`, spaces as hyphens. */
export function headingAnchor(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-')
}
