import type { RequestListener } from 'node:http'
import { createServer, type Server, type ServerOptions } from 'node:https'
import { Socket } from 'node:net'
import { errorCode } from '../error-code.js'

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
export function createTlsServer(options: ServerOptions, onRequest: RequestListener): Server {
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
