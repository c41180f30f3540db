// OpenAI's files: upload as multipart, describe, list, fetch back, delete.
import { issueId } from './account.ts'
import { bytesAnswer, jsonAnswer } from './answer.ts'
import { readForm } from './body.ts'
import { type Call, plainEndpoint } from './endpoint.ts'
import { type ErrorAnswer, errorAnswer } from './error.ts'
import { missingParameter } from './invalid.ts'
import { keep, type StoredFile, type Stores } from './stores.ts'

const KEPT_FILES = 100

const fileObject = (file: StoredFile) => ({
  object: 'file',
  id: file.id,
  purpose: file.purpose,
  filename: file.filename,
  bytes: file.bytes.length,
  created_at: file.createdAt,
  expires_at: null,
  status: 'processed',
  status_details: null,
})

const noSuchFile = (id: string): ErrorAnswer =>
  errorAnswer(404, `No such File object: ${id}`, { param: 'id' })

/** The error for the first id in a prompt that is of no file this account has, or null. */
export const missingFile = (ids: readonly string[], files: Stores['files']): ErrorAnswer | null => {
  const unknown = ids.find(id => !files.has(id))
  return unknown === undefined ? null : errorAnswer(404, `Files [${unknown}] were not found.`)
}

export const uploadFileEndpoint = plainEndpoint(async call => {
  const read = await readForm(call.request.headers['content-type'], call.request.body)
  if (read.kind === 'error') return read
  const file = read.body.get('file')
  const purpose = read.body.get('purpose')
  if (!(file instanceof File)) return missingParameter('file')
  if (typeof purpose !== 'string') return missingParameter('purpose')
  const stored: StoredFile = {
    id: `file-${issueId(call, 22)}`,
    filename: file.name,
    purpose,
    createdAt: call.now,
    contentType: file.type || 'application/octet-stream',
    bytes: Buffer.from(await file.arrayBuffer()),
  }
  keep(call.sim.stores.files, stored, KEPT_FILES)
  return jsonAnswer(fileObject(stored))
})

const findFile = (call: Call): StoredFile | ErrorAnswer =>
  call.sim.stores.files.get(call.id) ?? noSuchFile(call.id)

export const getFileEndpoint = plainEndpoint(call => {
  const file = findFile(call)
  return 'kind' in file ? file : jsonAnswer(fileObject(file))
})

export const getFileContentEndpoint = plainEndpoint(call => {
  const file = findFile(call)
  return 'kind' in file ? file : bytesAnswer(file.bytes, file.contentType)
})

export const listFilesEndpoint = plainEndpoint(call => {
  const data = [...call.sim.stores.files.values()].reverse().map(fileObject)
  return jsonAnswer({
    object: 'list',
    data,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
    has_more: false,
  })
})

export const deleteFileEndpoint = plainEndpoint(call =>
  call.sim.stores.files.delete(call.id)
    ? jsonAnswer({ id: call.id, object: 'file', deleted: true })
    : noSuchFile(call.id),
)
