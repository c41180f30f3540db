import { expect, test } from 'vitest'
import { IssuedReader } from './issued-reader.ts'

const JSON_TYPE = { 'content-type': 'application/json' }

function idsOf(status: number, headers: Record<string, string>, chunks: readonly string[]): string[] {
  const issued: string[] = []
  const reader = new IssuedReader(ids => issued.push(...ids))
  reader.begin(status, headers)
  for (const chunk of chunks) reader.take(Buffer.from(chunk))
  reader.end()
  return issued
}

const file = JSON.stringify({ id: 'file-1', object: 'file', filename: 'naïve' })

// Shapes from OpenAI's API reference: "The file object", "The upload object", "Delete a file".
test.each<[string, number, Record<string, string>, string[], string[]]>([
  ['a thing', 200, JSON_TYPE, [file], ['file-1']],
  ['a thing with a charset', 201, { 'content-type': 'application/json; charset=utf-8' }, [file], ['file-1']],
  ['a thing in pieces', 200, JSON_TYPE, [file.slice(0, 9), file.slice(9)], ['file-1']],
  [
    'a completed upload and its file',
    200,
    JSON_TYPE,
    ['{"id":"upload_1","object":"upload","status":"completed","file":{"id":"file-2"}}'],
    ['upload_1', 'file-2'],
  ],
  ['an upload that has no file yet', 200, JSON_TYPE, ['{"id":"upload_1","file":null}'], ['upload_1']],
  ['no error', 400, JSON_TYPE, ['{"id":"file-1","error":{"message":"no"}}'], []],
  ['nothing compressed', 200, { ...JSON_TYPE, 'content-encoding': 'gzip' }, [file], []],
  ['no other type', 200, { 'content-type': 'text/event-stream' }, [file], []],
  ['nothing without a type', 200, {}, [file], []],
  ['nothing that is cut', 200, JSON_TYPE, [file.slice(0, -2)], []],
  ['nothing empty', 200, JSON_TYPE, [], []],
  ['no id of another type', 200, JSON_TYPE, ['{"id":7,"file":{"id":""}}'], []],
  ['nothing too large', 200, JSON_TYPE, [file.slice(0, -1), `,"x":"${'y'.repeat(64 * 1024)}"}`], []],
])('reads, of an answer, %s', (_, status, headers, chunks, ids) => {
  expect(idsOf(status, headers, chunks)).toEqual(ids)
})

test('reads nothing of an answer that never began, as one that was refused', () => {
  const issued: string[] = []
  const reader = new IssuedReader(ids => issued.push(...ids))
  reader.take(Buffer.from(file))
  reader.end()
  expect(issued).toEqual([])
})
