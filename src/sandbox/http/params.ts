import type { IncomingMessage } from 'node:http'
import { Refusal } from '../refusal.ts'
import { parseJsonObject } from './json-object.ts'

/** Query, form or JSON parameters; of those with one name, the last. */
export type Params = Readonly<Record<string, string>>

const MAX_BODY_BYTES = 1024 * 1024

/** The body was larger than 1 MB. */
export class BodyTooLarge extends Error {}

export interface Credentials {
  readonly clientId: string | undefined
  readonly clientSecret: string | undefined
}

/** The query and, over it, the body: form-encoded, multipart as `curl -F` sends it, or JSON. */
export async function readParams(message: IncomingMessage, url: URL): Promise<Params> {
  const query = Object.fromEntries(url.searchParams)
  const body = await readBody(message)
  if (body.length === 0) return query
  return { ...query, ...(await parseBody(body, message.headers['content-type'] ?? '')) }
}

/** HTTP Basic, which Slack prefers, or the parameters. */
export function readCredentials(authorization: string | undefined, params: Params): Credentials {
  const [, encoded] = /^Basic\s+(\S+)$/i.exec(authorization ?? '') ?? []
  if (encoded === undefined) {
    return {
      clientId: params.client_id || undefined,
      clientSecret: params.client_secret || undefined,
    }
  }
  const [id = '', ...secret] = Buffer.from(encoded, 'base64').toString().split(':')
  // RFC 6749 section 2.3.1: both halves are form-encoded before they are joined.
  return { clientId: formDecode(id), clientSecret: formDecode(secret.join(':')) || undefined }
}

export function readBearerToken(
  authorization: string | undefined,
  params: Params,
): string | undefined {
  const [, token] = /^Bearer\s+(\S+)$/i.exec(authorization ?? '') ?? []
  return token ?? (params.token || undefined)
}

async function readBody(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of message) {
    if (!(chunk instanceof Buffer)) throw new TypeError('the body was read as text')
    size += chunk.length
    if (size <= MAX_BODY_BYTES) chunks.push(chunk)
  }
  // Only now: to stop reading would cut the connection before the answer is out.
  if (size > MAX_BODY_BYTES) throw new BodyTooLarge()
  return Buffer.concat(chunks)
}

async function parseBody(body: Buffer, contentType: string): Promise<Params> {
  const [type = ''] = contentType.toLowerCase().split(';')
  switch (type.trim()) {
    case 'application/x-www-form-urlencoded':
      return Object.fromEntries(new URLSearchParams(body.toString()))
    case 'application/json':
      return parseJsonBody(body.toString())
    case 'multipart/form-data':
      return parseMultipart(body, contentType)
    case '':
      throw new Refusal('missing_post_type')
    default:
      throw new Refusal('invalid_post_type')
  }
}

function parseJsonBody(text: string): Params {
  const object = parseJsonObject(text)
  if (!object) throw new Refusal('invalid_json')
  const given = Object.entries(object).filter(([, value]) => value !== null)
  // What is an object in JSON, such as a view, is JSON in a form
  const asText = (value: unknown) =>
    typeof value === 'object' ? JSON.stringify(value) : String(value)
  return Object.fromEntries(given.map(([name, value]) => [name, asText(value)]))
}

async function parseMultipart(body: Buffer, contentType: string): Promise<Params> {
  const form = await new Response(new Uint8Array(body), {
    headers: { 'content-type': contentType },
  })
    .formData()
    .catch(() => {
      throw new Refusal('invalid_form_data')
    })
  const fields: Record<string, string> = {}
  for (const [name, value] of form) if (typeof value === 'string') fields[name] = value
  return fields
}

function formDecode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text
  }
}
