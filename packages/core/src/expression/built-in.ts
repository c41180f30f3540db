// Reads attributes, fields of records and entries of maps whose names the source fixes: a property the engine can
// find fast, without asking what kind of value it is in.
import type { ASTNode } from '@marcbachmann/cel-js'
import { type Attributes, type BuiltInName, builtInType, isBuiltIn, recordFields } from './attributes.ts'
import type { Scope } from './scope.ts'
import { selectionOf } from './syntax-tree.ts'

/** The value, or undefined where the request has none. */
export type Read = (attributes: Attributes) => unknown

export interface BuiltIn {
  readonly read: Read
  /** The CEL type; undefined when only the request tells. */
  readonly type: string | undefined
}

/** One function an attribute: each reads one property, always of the same objects. */
const READERS: Record<BuiltInName, Read> = {
  model: attributes => attributes.model,
  endpoint: attributes => attributes.endpoint,
  stream: attributes => attributes.stream,
  has_tools: attributes => attributes.has_tools,
  has_images: attributes => attributes.has_images,
  prompt_tokens_estimate: attributes => attributes.prompt_tokens_estimate,
  metadata: attributes => attributes.metadata,
  key: attributes => attributes.key,
  headers: attributes => attributes.headers,
  device: attributes => attributes.device,
  region: attributes => attributes.region,
  now: attributes => attributes.now,
  unit: attributes => attributes.unit,
}

/** What `tier`, `stream`, `key.tags`, `metadata.tier` or `headers["x-tier"]` stand for; undefined for other nodes. */
export function findBuiltIn(node: ASTNode, scope: Scope): BuiltIn | undefined {
  const selection = selectionOf(node)
  const root = selection?.of ?? node
  if (root.op !== 'id' || scope.names !== 'built-in' || scope.variables.includes(root.args)) return undefined
  const name = root.args
  if (!isBuiltIn(name)) return undefined
  const read = READERS[name]
  if (selection === undefined) return { read, type: builtInType(name) }
  const fields = recordFields(name)
  if (fields !== undefined) return { read: readProperty(read, selection.key), type: fields[selection.key] }
  if (name !== 'metadata' && name !== 'headers') return undefined
  return { read: readEntry(read, selection.key), type: undefined }
}

/** A metadata key as a top-level name. */
export function readMetadata(key: string): Read {
  return readEntry(READERS.metadata, key)
}

function readEntry(read: Read, key: string): Read {
  // What every object inherits is an entry only where it is the object's own.
  if (!(key in Object.prototype)) return readProperty(read, key)
  return attributes => {
    const map = read(attributes) as Readonly<Record<string, unknown>>
    return Object.hasOwn(map, key) ? map[key] : undefined
  }
}

function readProperty(read: Read, key: string): Read {
  return attributes => (read(attributes) as Readonly<Record<string, unknown>>)[key]
}
