import type { IncomingMessage } from 'node:http'
import { SignatureVerifier } from '../slack/signature-verifier.ts'
import { mediaTypeOf, readPayload } from './payloads/payload.ts'
import { readAll } from './read-body.ts'
import { type Handled, type Outcome, plain, type RequestRecord } from './response.ts'
import type { ServeNeeds, ServeSettings } from './settings.ts'
import { createVerifiedHandler } from './verified-requests.ts'

/** Ten times what Slack sends. */
const MOST_BYTES = 1024 * 1024

/** Where Slack may be told to send requests; what one is, its body says. */
export const SIGNED_PATHS: Readonly<Record<string, RequestRecord['kind']>> = {
  '/slack/events': 'event',
  '/slack/commands': 'command',
  '/slack/interactivity': 'interactivity',
}

export interface SignedHandler {
  handle(request: IncomingMessage, path: string): Promise<Handled>
  close(): void
}

/** Lets in what Slack has signed; nothing of a body is looked at before. */
export function createSignedHandler(needs: ServeNeeds, settings: ServeSettings): SignedHandler {
  const verifier = new SignatureVerifier({
    signingSecret: settings.signingSecret,
    now: needs.now,
  })
  const verified = createVerifiedHandler(needs, settings)

  return {
    async handle(request, path) {
      const { headers, url = path } = request
      const refuse = (status: number, outcome: Outcome): Handled => ({
        answer: plain(status, `${outcome}\n`),
        record: { kind: SIGNED_PATHS[path] ?? 'other', outcome },
      })
      // What the headers tell alone costs no body
      const early = verifier.judgeHeaders(headers)
      if (early !== 'valid') return refuse(401, early === 'missing' ? 'unsigned' : early)
      if (Number(headers['content-length']) > MOST_BYTES) return refuse(413, 'too_large')
      const body = await readAll(request, MOST_BYTES)
      if (body === undefined) return refuse(413, 'too_large')
      const verdict = verifier.judge(body, headers)
      if (verdict !== 'valid') return refuse(401, verdict === 'missing' ? 'unsigned' : verdict)

      const mediaType = mediaTypeOf(headers['content-type'])
      if (mediaType === undefined) return refuse(415, 'bad_request')
      const payload = readPayload(mediaType, body.toString())
      if (payload === undefined) return refuse(400, 'bad_request')
      return verified.handle(payload, { path, search: url.slice(path.length), headers, body })
    },
    close: verified.close,
  }
}
