import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http'
import type { Socket } from 'node:net'
import type { Certificate } from './certificate/certificate.js'
import type { ListenAddress } from './listen-address.js'
import { isAddressAbsent, listenError } from './listen-error.js'
import { createTlsServer } from './tls-server.js'

/** A client that dribbles its request is cut off; one that keeps silent as well. */
const TIMES = { headersTimeout: 5_000, requestTimeout: 10_000, connectionsCheckingInterval: 1_000 }

/** A browser needs a moment to read the last answer; longer is no answer but a connection kept open. */
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
 * @throws SlackOAuthError `port_in_use` that names, where it can be found out, who holds the port
 */
export async function listenOnLoopback(
  { port, addresses }: ListenAddress,
  certificate: Certificate | undefined,
  onRequest: RequestListener,
): Promise<LoopbackSockets> {
  const sockets = new Set<Socket>()
  const servers: Server[] = []
  const close = () => closeAll(servers, sockets)
  for (const address of addresses) {
    const server = certificate
      ? createTlsServer({ ...TIMES, cert: certificate.cert, key: certificate.key }, onRequest)
      : createHttpServer(TIMES, onRequest)
    server.on('connection', (socket) => {
      sockets.add(socket)
      socket.once('close', () => sockets.delete(socket))
    })
    try {
      await listen(server, port, address)
      servers.push(server)
    } catch (error) {
      const isLast = address === addresses.at(-1) && servers.length === 0
      if (isAddressAbsent(error) && !isLast) continue
      await close()
      throw await listenError(error, { port, hosts: addresses }, HINTS)
    }
  }
  return { close }
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ port, host, exclusive: true }, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

async function closeAll(servers: readonly Server[], sockets: ReadonlySet<Socket>): Promise<void> {
  const closed = Promise.all(
    servers.map((server) => new Promise((resolve) => server.close(resolve))),
  )
  // Connections that a browser keeps alive, or opened ahead of a request that never comes, would
  // hold the process; destroying them before the last answer is out would cut the page off
  const timer = setTimeout(() => {
    for (const socket of sockets) socket.destroy()
  }, FLUSH_MILLISECONDS)
  for (const server of servers) server.closeIdleConnections()
  await closed
  clearTimeout(timer)
}
