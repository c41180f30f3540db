// The CEL library as we configure it: what the parser allows, which names the static check knows, and the functions
// of CEL's standard that the library lacks. It parses and checks; evaluation is ours, see compile.ts.
import { type ASTNode, Environment } from '@marcbachmann/cel-js'
import type { Duration, UnsignedInt } from '@marcbachmann/cel-js/evaluator'
import { BUILT_IN_TYPES } from './attributes.ts'
import { PARSER_LIMITS } from './limit.ts'
import { compilePattern } from './pattern.ts'
import { order } from './value.ts'

const SYNCHRONOUS = { async: false }
const TIMESTAMP = 'google.protobuf.Timestamp'
const DURATION = 'google.protobuf.Duration'

/** Names that CEL gives to types; at top level they are never metadata keys. */
export const TYPE_NAMES: ReadonlySet<string> = new Set([
  'bool',
  'bytes',
  'double',
  'google',
  'int',
  'list',
  'map',
  'null_type',
  'string',
  'type',
  'uint',
])

/** Every name is dynamic: for single operations, and for expressions that know no attributes. */
export const bareEnvironment = createEnvironment()

/** Built-in attributes have their types; every other name is a dynamic metadata key. */
export const conditionEnvironment = declareAttributes(createEnvironment())

function createEnvironment(): Environment {
  const environment = new Environment({
    unlistedVariablesAreDyn: true,
    homogeneousAggregateLiterals: false,
    limits: PARSER_LIMITS,
  })
  addFunctions(environment)
  addComparisons(environment)
  return environment
}

function addFunctions(environment: Environment): void {
  const add = (signature: string, handler: (...values: never[]) => unknown): void => {
    environment.registerFunction(signature, handler as (...values: unknown[]) => unknown, SYNCHRONOUS)
  }
  add('matches(string, string): bool', (text: string, pattern: string) => compilePattern(pattern).test(text))
  add('int(uint): int', (value: UnsignedInt) => value.value)
  add(`int(${TIMESTAMP}): int`, (value: { getTime(): number }) => BigInt(Math.floor(value.getTime() / 1000)))
  add(`string(${TIMESTAMP}): string`, (value: { toISOString(): string }) =>
    value.toISOString().replace(/\.?0*Z$/, 'Z'),
  )
  add(`string(${DURATION}): string`, (value: Duration) => value.toString())
  add(`timestamp(${TIMESTAMP}): ${TIMESTAMP}`, (value: unknown) => value)
  add(`duration(${DURATION}): ${DURATION}`, (value: unknown) => value)
}

/** Numbers of different types may be compared statically too: `prompt_tokens_estimate == 1e6`. */
function addComparisons(environment: Environment): void {
  const equal = (left: unknown, right: unknown): boolean => order(left, right) === 0
  for (const pair of ['int == double', 'int == uint', 'uint == double'])
    environment.registerOperator(pair, equal)
  for (const operator of ['<', '<=', '>', '>='])
    environment.registerOperator(`bytes ${operator} bytes`, equal)
}

function declareAttributes(environment: Environment): Environment {
  for (const [name, type] of Object.entries(BUILT_IN_TYPES)) {
    if (typeof type === 'string') environment.registerVariable(name, type)
    else environment.registerType(recordType(name), { fields: type }).registerVariable(name, recordType(name))
  }
  return environment
}

/** The type of a record attribute, as messages name it: `Key`. */
export function recordType(attribute: string): string {
  return attribute.charAt(0).toUpperCase() + attribute.slice(1)
}

/** Names of all functions and methods, for telling an unknown one from one wrongly called. */
export const FUNCTION_NAMES: ReadonlySet<string> = new Set(
  conditionEnvironment.getDefinitions().functions.map(definition => definition.name),
)

/** The static type of a node after a check, where the check got that far. */
export function staticType(node: ASTNode): string | undefined {
  const type = (node as ASTNode & { checkedType?: { name: string } }).checkedType?.name
  return type === undefined ? undefined : plainTypes(type)
}

/** Type names as people write them: `dyn<string>` is a string that is known at run time only. */
export function plainTypes(text: string): string {
  return text
    .replace(/\bdyn<([^<>]+)>/g, '$1')
    .replaceAll(TIMESTAMP, 'timestamp')
    .replaceAll(DURATION, 'duration')
}
