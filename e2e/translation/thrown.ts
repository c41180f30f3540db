// What an SDK throws, by its own classes.
import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'

type SdkError = InstanceType<typeof OpenAI.APIError> | InstanceType<typeof Anthropic.APIError>

/** The error of an API that a call fails with; anything else that comes of it fails the test. */
export async function thrownBy(call: Promise<unknown>): Promise<SdkError> {
  const thrown: unknown = await call.then(
    () => undefined,
    (error: unknown) => error,
  )
  if (thrown instanceof OpenAI.APIError || thrown instanceof Anthropic.APIError) return thrown
  throw new Error('the call did not fail with an APIError', { cause: thrown })
}
