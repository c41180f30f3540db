// What a change of the config does to where requests and secrets go: pure, for the guard that asks before publishing.
import { type ConfigInput, PRESETS, type Preset, type ProblemPath } from '@weir/core/config'
import type { PrivateNetworks } from '../../network/base-url.ts'
import type { Fields } from '../resource/written.ts'

/** A URL that requests would go to. */
export interface Destination {
  /** The field of the config that says so. */
  readonly path: ProblemPath
  readonly url: string
}

/** Something that only an admin may change. */
export interface AdminMatter {
  readonly path: ProblemPath
  readonly message: string
}

export function privateNetworksOf(config: ConfigInput): PrivateNetworks {
  return config.gateway?.private_networks === 'allow' ? 'allow' : 'refuse'
}

/** The destinations that the new config has and the old one has not. All of them, once private networks are closed. */
export function newDestinations(before: ConfigInput, after: ConfigInput): Destination[] {
  const isClosed = privateNetworksOf(before) === 'allow' && privateNetworksOf(after) === 'refuse'
  const ofProviders = Object.entries(providersOf(after)).flatMap(([id, provider]) => {
    const known = isClosed ? [] : urlsOf(providersOf(before)[id]).map(({ url }) => url)
    return urlsOf(provider)
      .filter(({ url }) => !known.includes(url))
      .map(({ path, url }) => ({ path: ['providers', id, ...path], url }))
  })
  const url = otlpOf(after)?.endpoint
  if (!isUrl(url) || (!isClosed && otlpOf(before)?.endpoint === url)) return ofProviders
  return [...ofProviders, { path: [...OTLP, 'endpoint'], url }]
}

/**
 * What of a change only an admin may do: reading another environment variable, sending a credential or spans to another
 * place, and opening private networks. With less, an editor could have any secret of the machine sent to a server of theirs.
 *
 * @param credentialed - providers that have credentials in the store
 */
export function adminMatters(
  before: ConfigInput,
  after: ConfigInput,
  credentialed: ReadonlySet<string>,
): AdminMatter[] {
  const ofProviders = Object.entries(providersOf(after)).flatMap(([id, provider]) => [
    ...newVariables(id, providersOf(before)[id], provider),
    ...movedCredential(id, providersOf(before)[id], provider, credentialed.has(id)),
  ])
  return [...ofProviders, ...ofGateway(before, after)]
}

const OTLP: ProblemPath = ['gateway', 'telemetry', 'otlp']

function ofGateway(before: ConfigInput, after: ConfigInput): AdminMatter[] {
  const matters: AdminMatter[] = []
  if (privateNetworksOf(before) !== privateNetworksOf(after))
    matters.push({
      path: ['gateway', 'private_networks'],
      message: 'decides what the gateway can reach',
    })
  const otlp = otlpOf(after)
  if (otlp !== undefined && JSON.stringify(otlp) !== JSON.stringify(otlpOf(before)))
    matters.push({ path: OTLP, message: 'decides who is told of every request, and with which secrets' })
  return matters
}

function otlpOf(config: ConfigInput) {
  return config.gateway?.telemetry?.otlp
}

function newVariables(id: string, before: Fields | undefined, after: Fields): AdminMatter[] {
  const known = new Set(variablesOf(before).map(({ env }) => env))
  return variablesOf(after)
    .filter(({ env }) => !known.has(env))
    .map(({ path, env }) => ({
      path: ['providers', id, ...path],
      message: `sends the environment variable ${env} to a provider`,
    }))
}

function movedCredential(
  id: string,
  before: Fields | undefined,
  after: Fields,
  hasStored: boolean,
): AdminMatter[] {
  const hasCredential = hasStored || variablesOf(before).length > 0
  if (!hasCredential || placeOf(before) === placeOf(after)) return []
  const field = before?.base_url === after.base_url ? [] : ['base_url']
  return [
    { path: ['providers', id, ...field], message: 'sends the credential of this provider somewhere else' },
  ]
}

/** Everything that decides where requests go, as one text. */
function placeOf(provider: Fields | undefined): string {
  const { options } = provider ?? {}
  const type = provider?.type ?? presetOf(provider)?.type
  const base = provider?.base_url ?? presetOf(provider)?.base_url
  return JSON.stringify([type, base, provider?.package, options])
}

function providersOf(config: ConfigInput): Readonly<Record<string, Fields>> {
  return config.providers ?? {}
}

interface UrlField {
  readonly path: ProblemPath
  readonly url: string
}

/** Its base URL, written or its preset's, and URLs among the settings of its package. */
function urlsOf(provider: Fields | undefined): UrlField[] {
  const base = provider?.base_url ?? presetOf(provider)?.base_url
  const path = provider?.base_url === undefined ? ['preset'] : ['base_url']
  const options = Object.entries(fieldsOf(provider?.options)).flatMap(([name, value]) =>
    isUrl(value) ? [{ path: ['options', name], url: value }] : [],
  )
  return isUrl(base) ? [{ path, url: base }, ...options] : options
}

function isUrl(value: unknown): value is string {
  return typeof value === 'string' && /^https?:/i.test(value) && URL.canParse(value)
}

interface VariableField {
  readonly path: ProblemPath
  readonly env: string
}

function variablesOf(provider: Fields | undefined): VariableField[] {
  const settings = Object.entries(fieldsOf(provider?.options)).map(([name, value]) => ({
    path: ['options', name, 'env'],
    value,
  }))
  return [{ path: ['credential', 'env'], value: provider?.credential }, ...settings].flatMap(
    ({ path, value }) => {
      const { env } = fieldsOf(value)
      return typeof env === 'string' ? [{ path, env }] : []
    },
  )
}

function presetOf(provider: Fields | undefined): Preset | undefined {
  const name = provider?.preset
  return typeof name === 'string' && Object.hasOwn(PRESETS, name)
    ? PRESETS[name as keyof typeof PRESETS]
    : undefined
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {}
}
