// One order for a config's fields, so that equal configs are equal texts wherever and however they came about.
import { configJsonSchema } from '@weir/core/config'
import type { Fields } from '../resource/written.ts'
import { isFields } from './split-places.ts'

interface SchemaNode {
  readonly properties?: Readonly<Record<string, SchemaNode>>
  readonly additionalProperties?: SchemaNode | boolean
  readonly items?: SchemaNode
  readonly anyOf?: readonly SchemaNode[]
}

/**
 * The config with the fields of every object in the schema's order, and entries sorted by id. Lists stay as they are,
 * and so do parameters and other free-form JSON: there a model may read the order.
 */
export function inCanonicalOrder(config: Fields): Fields {
  const ordered = order(config, configJsonSchema()) as Fields
  return Object.fromEntries(
    Object.entries(ordered).map(([name, section]) => [name, SORTED.has(name) ? sortById(section) : section]),
  )
}

const SORTED = new Set(['providers', 'models', 'routers'])

function sortById(section: unknown): unknown {
  if (!isFields(section)) return section
  return Object.fromEntries(Object.entries(section).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

function order(value: unknown, node: SchemaNode | undefined): unknown {
  if (node === undefined) return value
  if (Array.isArray(value)) return value.map(item => order(item, node.items))
  if (!isFields(value)) return value
  const { properties = {}, additionalProperties } = objectNode(node)
  const others = typeof additionalProperties === 'object' ? additionalProperties : undefined
  const known = Object.keys(properties).filter(name => value[name] !== undefined)
  const rest = Object.keys(value).filter(name => !Object.hasOwn(properties, name))
  return Object.fromEntries([
    ...known.map(name => [name, order(value[name], properties[name])]),
    ...rest.map(name => [name, order(value[name], others)]),
  ])
}

/** Of alternatives the one that is an object. */
function objectNode(node: SchemaNode): SchemaNode {
  return node.anyOf?.find(one => one.properties !== undefined) ?? node
}
