// What is different about conditions here: some names are facts that the gateway knows itself.
import { BUILT_IN_ATTRIBUTES, checkCondition } from '@weir/core/expression'
import type { InworldRouter } from './router.ts'
import { fieldPath } from './spelling.ts'
import type { Violation } from './status.ts'

/** Conditions that name a built-in attribute where Inworld would read the request's metadata. */
export function noteBuiltIns({ routes }: InworldRouter): Violation[] {
  return routes.flatMap(({ condition }, index) => {
    const check = checkCondition(condition.cel_expression)
    const names = check.kind === 'valid' ? [...check.attributes].filter(isHidden) : []
    const field = fieldPath(['routes', index, 'condition', 'cel_expression'])
    return names.map(name => {
      const description = `\`${name}\` is an attribute of Weir's own; for the request's metadata write \`metadata.${name}\``
      return { field, description }
    })
  })
}

/** `metadata` itself is meant to be read. */
function isHidden(name: string): boolean {
  return name !== 'metadata' && BUILT_IN_ATTRIBUTES.has(name)
}
