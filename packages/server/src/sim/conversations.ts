// OpenAI's conversations and containers: made, described, deleted. Responses go on from the one and run code in the other.
import { z } from 'zod'
import { issueId } from './account.ts'
import { type Answer, jsonAnswer } from './answer.ts'
import { type Call, plainEndpoint, readBody } from './endpoint.ts'
import { missingFile } from './files.ts'
import { inputSchema } from './responses-request.ts'
import { countItems, noSuchContainer, noSuchConversation } from './responses-state.ts'
import { keep, type StoredConversation } from './stores.ts'

const KEPT = 1000

const conversationSchema = z.object({
  items: inputSchema.max(20).nullish(),
  metadata: z.record(z.string(), z.string()).nullish(),
})

const conversationObject = ({ id, createdAt, metadata }: StoredConversation) => ({
  id,
  object: 'conversation',
  created_at: createdAt,
  metadata,
})

export const createConversationEndpoint = plainEndpoint((call): Answer => {
  const read = readBody(call, conversationSchema)
  if (read.kind === 'error') return read
  const conversation: StoredConversation = {
    id: `conv_${issueId(call, 48)}`,
    createdAt: call.now,
    metadata: read.body.metadata ?? {},
    context: { tokens: countItems(read.body.items ?? []), openCalls: [] },
  }
  keep(call.sim.stores.conversations, conversation, KEPT)
  return jsonAnswer(conversationObject(conversation))
})

export const getConversationEndpoint = plainEndpoint(call => {
  const found = call.sim.stores.conversations.get(call.id)
  return found ? jsonAnswer(conversationObject(found)) : noSuchConversation(call.id)
})

export const deleteConversationEndpoint = plainEndpoint(call =>
  call.sim.stores.conversations.delete(call.id)
    ? jsonAnswer({ id: call.id, object: 'conversation.deleted', deleted: true })
    : noSuchConversation(call.id),
)

const containerSchema = z.object({
  name: z.string(),
  file_ids: z.array(z.string()).nullish(),
  expires_after: z.object({ anchor: z.literal('last_active_at'), minutes: z.int().positive() }).nullish(),
  memory_limit: z.enum(['1g', '4g', '16g', '64g']).nullish(),
})

const containerObject = (call: Call, body: z.output<typeof containerSchema>) => ({
  id: `cntr_${issueId(call, 48)}`,
  object: 'container',
  created_at: call.now,
  last_active_at: call.now,
  name: body.name,
  status: 'running',
  expires_after: body.expires_after ?? { anchor: 'last_active_at', minutes: 20 },
  memory_limit: body.memory_limit ?? '1g',
})

export const createContainerEndpoint = plainEndpoint((call): Answer => {
  const read = readBody(call, containerSchema)
  if (read.kind === 'error') return read
  const missing = missingFile(read.body.file_ids ?? [], call.sim.stores.files)
  if (missing) return missing
  const container = containerObject(call, read.body)
  keep(call.sim.stores.containers, container, KEPT)
  return jsonAnswer(container)
})

export const getContainerEndpoint = plainEndpoint(call => {
  const found = call.sim.stores.containers.get(call.id)
  return found ? jsonAnswer(found) : noSuchContainer(call.id)
})

export const deleteContainerEndpoint = plainEndpoint(call =>
  call.sim.stores.containers.delete(call.id)
    ? jsonAnswer({ id: call.id, object: 'container.deleted', deleted: true })
    : noSuchContainer(call.id),
)
