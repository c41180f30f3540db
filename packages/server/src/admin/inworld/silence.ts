// What says nothing. In protocol buffers an absent field and one at its default are the same.

/** Whether a value is the default of every type: absent, empty, zero or false, all the way down. */
export function asksNothing(value: unknown): boolean {
  if (value === undefined || value === null || value === '' || value === 0 || value === false) return true
  return typeof value === 'object' && Object.values(value).every(asksNothing)
}

/** An object without the members that are undefined, empty lists or empty objects; undefined when none is left. */
export function compact<Value extends object>(value: Value): Value | undefined {
  const members = Object.entries(value).filter(([, member]) => member !== undefined && !isEmpty(member))
  return members.length === 0 ? undefined : (Object.fromEntries(members) as Value)
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0
}
