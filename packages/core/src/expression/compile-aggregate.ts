// List and map literals.
import type { ASTNode } from '@marcbachmann/cel-js'
import { Failed, Fault } from './fault.ts'
import type { Run, Scope } from './scope.ts'
import { literalOf } from './syntax-tree.ts'
import { lookUp, typeName } from './value.ts'

export function compileList(elements: readonly ASTNode[], scope: Scope): Run {
  const literals = elements.map(literalOf)
  if (!literals.includes(undefined)) return () => literals
  const runs = elements.map(element => scope.compile(element, scope))
  return (attributes, frame) => {
    const list: unknown[] = []
    for (const run of runs) {
      const value = run(attributes, frame)
      if (value instanceof Fault) return value
      list.push(value)
    }
    return list
  }
}

export function compileMap(entries: readonly (readonly [ASTNode, ASTNode])[], scope: Scope): Run {
  const runs = entries.map(
    ([key, value]) => [scope.compile(key, scope), scope.compile(value, scope)] as const,
  )
  return (attributes, frame) => {
    const map = new Map<unknown, unknown>()
    for (const [keyRun, valueRun] of runs) {
      const key = keyRun(attributes, frame)
      if (key instanceof Fault) return key
      const value = valueRun(attributes, frame)
      if (value instanceof Fault) return value
      if (!isKey(key)) return new Failed(`${typeName(key)} cannot be the key of a map`)
      if (lookUp(map, key) !== undefined) return new Failed('a map has the same key twice')
      map.set(key, value)
    }
    return map
  }
}

function isKey(value: unknown): boolean {
  return ['string', 'bool', 'int', 'uint'].includes(typeName(value))
}
