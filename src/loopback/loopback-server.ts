import { createServer as createHttpServer, type RequestListener } from 'node:http'
import { createServer, type Server, type ServerOptions } from 'node:https'
import { Socket } from 'node:net'
import { errorCode } from '../base/errors.ts'
import type { Certificate } from './certificate/certificate.ts'
import { listenOn } from './listen.ts'
import type { ListenAddress } from './listen-address.ts'

/** A client that dribbles its request is cut off; one that keeps silent as well. */
const TIMES = { headersTimeout: 5_000, requestTimeout: 10_000, connectionsCheckingInterval: 1_000 }

/**
 * A browser needs a moment to read the last answer; longer is no answer but a connection kept open, or
 * opened ahead of a request that never comes.
 */
const FLUSH_MILLISECONDS = 500

const HINTS = {
  otherPort:
    'name a redirect URI with another port by --redirect-uri and register it at Slack; --paste needs no port',
  otherAddress: 'Name another address with --listen, such as localhost:8910',
  higherPort:
    'Name a redirect URI with a port above 1023 by --redirect-uri, and register it at Slack',
}

export interface LoopbackSockets {
  /** Stops listening at once, and ends within half a second whatever is still connected. */
  close(): Promise<void>
}

/**
 * Listens on a port of this machine alone, over IPv4 and, where there is one, IPv6; with TLS where
 * there is a certificate.
 *
 * @throws SlackOAuthError as {@link listenOn}
 */
export async function listenOnLoopback(
  { port, addresses: hosts }: ListenAddress,
  certificate: Certificate | undefined,
  onRequest: RequestListener,
): Promise<LoopbackSockets> {
  const makeServer = () =>
    certificate
      ? createTlsServer({ ...TIMES, cert: certificate.cert, key: certificate.key }, onRequest)
      : createHttpServer(TIMES, onRequest)
  const listening = await listenOn({ hosts, port }, makeServer, HINTS)
  return { close: () => listening.close(FLUSH_MILLISECONDS) }
}

/** How long a client may take to agree on the connection. */
const HANDSHAKE_MILLISECONDS = 10_000

const SENTENCE = 'This port speaks https: begin the address with https://\n'

const PLAIN_ANSWER = [
  'HTTP/1.1 400 Bad Request',
  'Content-Type: text/plain; charset=utf-8',
  `Content-Length: ${SENTENCE.length}`,
  'Connection: close',
  '',
  SENTENCE,
].join('\r\n')

/** A server of TLS 1.2 or later, that tells a client of plain http what it should have done. */
function createTlsServer(options: ServerOptions, onRequest: RequestListener): Server {
  const server = createServer(
    { ...options, minVersion: 'TLSv1.2', handshakeTimeout: HANDSHAKE_MILLISECONDS },
    onRequest,
  )
  const connections = new Map<number | undefined, Socket>()
  server.on('connection', (socket) => {
    if (!(socket instanceof Socket)) return
    const { remotePort } = socket
    connections.set(remotePort, socket)
    socket.once('close', () => connections.delete(remotePort))
  })
  server.on('tlsClientError', (error, { remotePort }) => {
    const isPlain = errorCode(error) === 'ERR_SSL_HTTP_REQUEST'
    // The TLS layer is gone by now, and what is below it can still speak
    if (isPlain) connections.get(remotePort)?.end(PLAIN_ANSWER)
  })
  return server
}
