// The macros over lists and over the keys of maps. Every iteration is paid for, so that what a client sends cannot
// make a condition run for long.
import type { Attributes } from './attributes.ts'
import { notBool } from './compile-logic.ts'
import { Failed, Fault } from './fault.ts'
import { type Frame, OUT_OF_STEPS } from './frame.ts'
import type { Run, Scope } from './scope.ts'
import { canAfford } from './steps.ts'
import type { Macro, MacroName } from './syntax-tree.ts'
import { isMap, mapKeys, typeName } from './value.ts'

export function compileMacro(macro: Macro, scope: Scope): Run {
  const range = scope.compile(macro.range, scope)
  const variable = scope.variables.length
  const inner: Scope = { ...scope, variables: [...scope.variables, macro.variable] }
  const body = macro.body.map(node => scope.compile(node, inner))
  const loop = compileLoop(macro.name, body, variable)
  return (attributes, frame) => {
    const over = range(attributes, frame)
    // The keys of a map are listed first, also for a macro within another that then looks at one of them.
    if (isMap(over) && !canAfford(over, frame, scope)) return OUT_OF_STEPS
    const items = itemsOf(over)
    return items instanceof Fault ? items : loop(items, attributes, frame)
  }
}

type Loop = (items: readonly unknown[], attributes: Attributes, frame: Frame) => unknown

/** Makes `item` the value of the macro's variable; false when the steps are used up. */
function enter(frame: Frame, variable: number, item: unknown): boolean {
  frame.variables[variable] = item
  return frame.spend(1)
}

function itemsOf(range: unknown): readonly unknown[] | Fault {
  if (range instanceof Fault) return range
  if (Array.isArray(range)) return range
  return isMap(range) ? mapKeys(range) : new Failed(`cannot go through the elements of ${typeName(range)}`)
}

function compileLoop(name: MacroName, body: readonly Run[], variable: number): Loop {
  const [first, second] = body
  if (first === undefined) throw new Error('a macro has a body')
  switch (name) {
    case 'all':
    case 'exists':
      return quantifier(name, first, variable)
    case 'exists_one':
      return exactlyOne(first, variable)
    case 'filter':
      return selection(first, undefined, variable)
    default:
      return second === undefined ? selection(undefined, first, variable) : selection(first, second, variable)
  }
}

/** `exists` and `all`: one element that decides absorbs the faults of the others. */
function quantifier(name: 'all' | 'exists', predicate: Run, variable: number): Loop {
  const decisive = name === 'exists'
  return (items, attributes, frame) => {
    let fault: Fault | undefined
    for (const item of items) {
      if (!enter(frame, variable, item)) return OUT_OF_STEPS
      const value = predicate(attributes, frame)
      if (value === decisive) return decisive
      if (value !== !decisive) fault ??= notBool(value)
    }
    return fault ?? !decisive
  }
}

function exactlyOne(predicate: Run, variable: number): Loop {
  return (items, attributes, frame) => {
    let count = 0
    for (const item of items) {
      if (!enter(frame, variable, item)) return OUT_OF_STEPS
      const value = predicate(attributes, frame)
      if (typeof value !== 'boolean') return notBool(value)
      if (value) count++
    }
    return count === 1
  }
}

/** `filter` and `map`: the elements for which `predicate` holds, as `transform` makes them. */
function selection(predicate: Run | undefined, transform: Run | undefined, variable: number): Loop {
  return (items, attributes, frame) => {
    const selected: unknown[] = []
    for (const item of items) {
      if (!enter(frame, variable, item)) return OUT_OF_STEPS
      const included = predicate === undefined ? true : predicate(attributes, frame)
      if (typeof included !== 'boolean') return notBool(included)
      if (!included) continue
      const value = transform === undefined ? item : transform(attributes, frame)
      if (value instanceof Fault) return value
      selected.push(value)
    }
    return selected
  }
}
