import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http'
import type { Socket } from 'node:net'
import { SlackOAuthError } from '../errors.js'
import type { Certificate } from './certificate/certificate.js'
import type { ListenAddress } from './listen-address.js'
import { portHolder } from './port-holder.js'
import { createTlsServer } from './tls-server.js'

/** A client that dribbles its request is cut off; one that keeps silent as well. */
const TIMES = { headersTimeout: 5_000, requestTimeout: 10_000, connectionsCheckingInterval: 1_000 }

/** A browser needs a moment to read the last answer; longer is no answer but a connection kept open. */
const FLUSH_MILLISECONDS = 500

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
      const code = error instanceof Error && 'code' in error ? error.code : undefined
      // A machine without IPv6, or without IPv4
      const isAbsent = code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT'
      if (isAbsent && (address !== addresses.at(-1) || servers.length > 0)) continue
      await close()
      // EACCES: a port below 1024, or on Windows one that the system keeps for itself
      if (code === 'EADDRINUSE' || code === 'EACCES') throw await portInUse(port, code, error)
      throw error
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

async function portInUse(port: number, code: string, cause: unknown): Promise<SlackOAuthError> {
  if (code === 'EACCES') {
    return new SlackOAuthError('port_in_use', `This user may not listen on port ${port}`, {
      hint: 'Name a redirect URI with a port above 1023 by --redirect-uri, and register it at Slack',
      cause,
    })
  }
  const holder = await portHolder(port)
  return new SlackOAuthError(
    'port_in_use',
    `Port ${port} is in use${holder ? ` by ${holder}` : ''}`,
    {
      hint: 'Stop that program, or name a redirect URI with another port by --redirect-uri and register it at Slack; --paste needs no port',
      cause,
    },
  )
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
