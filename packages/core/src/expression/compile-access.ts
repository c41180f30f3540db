// Names, fields and elements: attributes, metadata keys, macro variables, and what is within them.
import type { ASTNode } from '@marcbachmann/cel-js'
import { type BuiltIn, findBuiltIn, type Read, readMetadata } from './built-in.ts'
import { bareEnvironment, TYPE_NAMES } from './environment.ts'
import { Failed, Fault, Missing } from './fault.ts'
import { OUT_OF_STEPS } from './frame.ts'
import type { Run, Scope } from './scope.ts'
import { pathOf, selectionOf } from './syntax-tree.ts'
import { isMap, lookUp, numberOf, typeName } from './value.ts'

export function compileName(node: Extract<ASTNode, { op: 'id' }>, scope: Scope): Run {
  const name = node.args
  const variable = scope.variables.lastIndexOf(name)
  if (variable !== -1) return (_attributes, frame) => frame.variables[variable]
  const found = findBuiltIn(node, scope)
  if (found !== undefined) return compileBuiltIn(found, new Missing(name))
  return TYPE_NAMES.has(name) ? typeConstant(name) : orMissing(readMetadata(name), new Missing(name))
}

function typeConstant(name: string): Run {
  const value: unknown = bareEnvironment.parse(name)({})
  return () => value
}

function compileBuiltIn(found: BuiltIn, missing: Missing): Run {
  return found.type === 'int'
    ? attributes => toInt(found.read(attributes), missing)
    : orMissing(found.read, missing)
}

function orMissing(read: Read, missing: Missing): Run {
  return attributes => {
    const value = read(attributes)
    return value === undefined ? missing : value
  }
}

function toInt(value: unknown, missing: Missing): unknown {
  if (value === undefined) return missing
  return typeof value === 'number' ? BigInt(value) : value
}

/** An int attribute as the number it is given as, for comparisons; undefined for any other node. */
export function compileBuiltInNumber(node: ASTNode, scope: Scope): Run | undefined {
  const found = findBuiltIn(node, scope)
  return found?.type === 'int' ? orMissing(found.read, new Missing(pathOf(node))) : undefined
}

export function compileSelect(node: Extract<ASTNode, { op: '.' }>, scope: Scope): Run {
  return compileField(node, node.args[0], node.args[1], scope)
}

function compileField(node: ASTNode, of: ASTNode, key: string, scope: Scope): Run {
  const missing = new Missing(pathOf(node))
  const found = findBuiltIn(node, scope)
  if (found !== undefined) return compileBuiltIn(found, missing)
  const target = scope.compile(of, scope)
  return (attributes, frame) => selectField(target(attributes, frame), key, missing)
}

function selectField(target: unknown, key: string, missing: Missing): unknown {
  if (target instanceof Fault) return target
  if (!isMap(target)) return new Failed(`${typeName(target)} has no field ${key}`)
  const value = lookUp(target, key)
  return value === undefined ? missing : value
}

export function compileIndex(node: Extract<ASTNode, { op: '[]' }>, scope: Scope): Run {
  const [of, index] = node.args
  const selection = selectionOf(node)
  if (selection !== undefined) return compileField(node, of, selection.key, scope)
  const missing = new Missing(pathOf(node))
  const target = scope.compile(of, scope)
  const key = scope.compile(index, scope)
  return (attributes, frame) => {
    const within = target(attributes, frame)
    if (within instanceof Fault) return within
    const at = key(attributes, frame)
    if (at instanceof Fault) return at
    // A lookup of a number may have to look at every key.
    if (scope.variables.length > 0 && !frame.spend(1)) return OUT_OF_STEPS
    return Array.isArray(within) ? elementAt(within, at) : valueAt(within, at, missing)
  }
}

function elementAt(list: readonly unknown[], at: unknown): unknown {
  const index = toIndex(at)
  if (index === undefined) return new Failed(`a list has no element ${typeName(at)}`)
  const value = list[index]
  return value === undefined ? new Failed(`no element ${index} in a list of ${list.length}`) : value
}

/** Ints, and doubles and uints that are whole. */
function toIndex(value: unknown): number | undefined {
  const index = Number(numberOf(value) ?? Number.NaN)
  return Number.isSafeInteger(index) ? index : undefined
}

function valueAt(target: unknown, key: unknown, missing: Missing): unknown {
  if (!isMap(target)) return new Failed(`${typeName(target)} has no elements`)
  const value = lookUp(target, key)
  return value === undefined ? missing : value
}

/** `has(e.f)`: whether the field is there. A fault of `e` is a fault of the whole. */
export function compilePresence(node: ASTNode, scope: Scope): Run {
  if (node.op !== '.') throw new Error('has() takes a field selection; the check sees to it')
  const [of, key] = node.args
  const found = findBuiltIn(node, scope)
  if (found !== undefined) return attributes => found.read(attributes) !== undefined
  const target = scope.compile(of, scope)
  return (attributes, frame) => {
    const within = target(attributes, frame)
    if (within instanceof Fault) return within
    return isMap(within)
      ? lookUp(within, key) !== undefined
      : new Failed(`${typeName(within)} has no field ${key}`)
  }
}
