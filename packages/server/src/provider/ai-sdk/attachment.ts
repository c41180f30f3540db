// Images and documents as the library's file parts, or what of them cannot be said.
import type { LanguageModelV4FilePart } from '@ai-sdk/provider'
import type { DocumentPart, ImagePart, Source } from '../translation/prompt.ts'
import { type Context, optionsOf } from './context.ts'

type Data = LanguageModelV4FilePart['data']

/** The library's interface has no way to ask for an image at a URL but this: the URL's own words. */
const MEDIA_TYPES: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  pdf: 'application/pdf',
  txt: 'text/plain',
  csv: 'text/csv',
  html: 'text/html',
  md: 'text/markdown',
}

/** Undefined when it cannot be sent, which is then reported. */
export function imageFile(part: ImagePart, context: Context): LanguageModelV4FilePart | undefined {
  const { source } = part
  if (source.kind === 'url') return imageAt(source.url, part, context)
  if (source.kind === 'data')
    return fileOf({ type: 'data', data: source.data }, source.mediaType, part, context)
  context.losses.demand('image')
  return undefined
}

function imageAt(url: string, part: ImagePart, context: Context): LanguageModelV4FilePart | undefined {
  const mediaType = mediaTypeAt(url) ?? 'image/*'
  const parsed = reachable(url, mediaType, context)
  if (parsed !== undefined) return fileOf({ type: 'url', url: parsed }, mediaType, part, context)
  context.losses.demand('image')
  return undefined
}

export function documentFile(part: DocumentPart, context: Context): LanguageModelV4FilePart | undefined {
  const data = documentData(part.source, context)
  if (data === undefined) {
    context.losses.demand('document')
    return undefined
  }
  const file = fileOf(data.data, data.mediaType, part, context)
  return part.name === undefined ? file : { ...file, filename: part.name }
}

function documentData(source: Source, context: Context): { data: Data; mediaType: string } | undefined {
  const { traits } = context
  if (source.kind === 'text' && traits.textDocuments === 'yes') {
    return { data: { type: 'text', text: source.text }, mediaType: 'text/plain' }
  }
  if (source.kind === 'data' && traits.documents.some(type => source.mediaType.startsWith(type))) {
    return { data: { type: 'data', data: source.data }, mediaType: source.mediaType }
  }
  if (source.kind !== 'url') return undefined
  const mediaType = mediaTypeAt(source.url) ?? 'application/pdf'
  const url = reachable(source.url, mediaType, context)
  return url === undefined ? undefined : { data: { type: 'url', url }, mediaType }
}

function fileOf(
  data: Data,
  mediaType: string,
  part: ImagePart | DocumentPart,
  context: Context,
): LanguageModelV4FilePart {
  const detail = part.kind === 'image' ? part.detail : undefined
  const { detailOption } = context.traits
  if (detail !== undefined && detailOption === undefined) context.losses.hint('detail')
  const own = detail === undefined || detailOption === undefined ? {} : { [detailOption]: detail }
  return { type: 'file', data, mediaType, ...optionsOf(part, context, own) }
}

function mediaTypeAt(url: string): string | undefined {
  const extension = /\.([a-z]+)(?:[?#]|$)/i.exec(url)?.[1]
  return extension === undefined ? undefined : MEDIA_TYPES[extension.toLowerCase()]
}

/** The URL when the provider fetches it itself. */
function reachable(url: string, mediaType: string, context: Context): URL | undefined {
  const listed = Object.entries(context.supportedUrls).some(
    ([type, patterns]) => covers(type, mediaType) && patterns.some(pattern => pattern.test(url)),
  )
  const known = mediaType.startsWith('image/') && context.traits.imageUrls?.test(url) === true
  return (listed || known) && URL.canParse(url) ? new URL(url) : undefined
}

/** A type that is not known in full is covered by its family alone: `*` is for URLs whose type the API must be told. */
function covers(type: string, mediaType: string): boolean {
  if (mediaType.endsWith('/*')) return type === mediaType
  return (
    type === '*' || type === mediaType || (type.endsWith('/*') && mediaType.startsWith(type.slice(0, -1)))
  )
}
