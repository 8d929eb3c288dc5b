import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { inspect } from 'node:util'
import type { Delivery } from '../faults/deliver.ts'
import { Refusal } from '../refusal.ts'
import { type Listening, listenOnLoopback } from './listen.ts'
import { BodyTooLarge, readParams } from './params.ts'
import { type Answer, json, plainText } from './response.ts'
import type { Incoming } from './routes.ts'

/** Serves on 127.0.0.1 and ::1, the same port on both, and nowhere else. */
export function startServer(
  port: number,
  handle: (incoming: Incoming) => Promise<Delivery>,
): Promise<Listening> {
  return listenOnLoopback(port, () =>
    createServer((message, response) => {
      serve(message, handle)
        .then((delivery) => send(delivery, response))
        .catch((error: unknown) => {
          if (isGone(message, error)) response.destroy()
          else send(answer(plainText(500, `a bug in the sandbox: ${inspect(error)}`)), response)
        })
    }),
  )
}

async function serve(
  message: IncomingMessage,
  handle: (incoming: Incoming) => Promise<Delivery>,
): Promise<Delivery> {
  const { method: verb, headers, url: target = '/', socket } = message
  if (!isLocalHost(headers.host, socket.localPort)) return answer(plainText(421, 'not this host'))
  if (verb !== 'GET' && verb !== 'POST') return answer(plainText(405, 'method not allowed'))
  if (!target.startsWith('/') || !URL.canParse(`http://localhost${target}`)) {
    return answer(plainText(400, 'bad request'))
  }
  const url = new URL(`http://localhost${target}`)
  try {
    const params = await readParams(message, url)
    return await handle({ verb, path: url.pathname, params, headers })
  } catch (error) {
    if (error instanceof Refusal) return answer(json({ ok: false, error: error.word }))
    if (error instanceof BodyTooLarge) {
      const tooLarge = plainText(413, 'request_entity_too_large')
      return answer({ ...tooLarge, headers: { ...tooLarge.headers, connection: 'close' } })
    }
    throw error
  }
}

/** The client hung up, or the sandbox is closing: nobody is left to be told. */
function isGone({ socket }: IncomingMessage, error: unknown): boolean {
  return socket.destroyed || (error instanceof Error && error.name === 'AbortError')
}

/** A page elsewhere whose name was rebound to 127.0.0.1 still sends its own name as Host. */
function isLocalHost(host: string | undefined, port: number | undefined): boolean {
  return ['localhost', '127.0.0.1', '[::1]'].some((name) => host === `${name}:${port}`)
}

function answer(plain: Answer): Delivery {
  return { as: 'answer', answer: plain }
}

function send(delivery: Delivery, response: ServerResponse): void {
  switch (delivery.as) {
    case 'silence':
      return
    case 'hang-up':
      response.destroy()
      return
    case 'truncated': {
      const { status, headers, body } = delivery.answer
      const bytes = Buffer.from(body)
      response.writeHead(status, { ...headers, 'content-length': bytes.length })
      response.write(bytes.subarray(0, bytes.length >> 1), () => response.destroy())
      return
    }
    case 'answer': {
      const { status, headers, body } = delivery.answer
      response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) })
      response.end(body)
    }
  }
}
