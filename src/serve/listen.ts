import { createServer, type RequestListener, type Server } from 'node:http'
import type { Socket } from 'node:net'
import { isAddressAbsent, listenError, listenErrorCode } from '../loopback/listen-error.js'

export interface Address {
  /** Each is listened on, at the same port. */
  readonly hosts: readonly string[]
  /** 0 takes a free one. */
  readonly port: number
}

export interface Listening {
  readonly port: number
  /** No more connections from now on; those without a request under way are ended. */
  refuse(): void
  /** Ends what is left. */
  close(): Promise<void>
}

const timeouts = {
  // Whoever dribbles a request, or opens a connection and says nothing, is cut off
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  connectionsCheckingInterval: 2_000,
  // Longer than the 90 seconds that a tunnel keeps one: it must not use one that we just closed
  keepAliveTimeout: 100_000,
}

/** How often another free port is tried, when the one of IPv4 is taken on IPv6. */
const ATTEMPTS = 10

const HINTS = {
  otherPort: 'name another with --listen',
  otherAddress: 'Name another address with --listen, such as localhost:8910',
  higherPort: 'Name a port above 1023 with --listen',
}

/** @throws SlackOAuthError `port_in_use` */
export async function listen(address: Address, listener: RequestListener): Promise<Listening> {
  for (let attempt = 1; ; attempt++) {
    const servers: Server[] = []
    const sockets = new Set<Socket>()
    let { port } = address
    const close = () => closeAll(servers, sockets)
    try {
      for (const host of address.hosts) {
        const server = createServer(timeouts, listener)
        server.on('connection', (socket) => {
          sockets.add(socket)
          socket.once('close', () => sockets.delete(socket))
        })
        try {
          port = await bound(server, port, host)
        } catch (error) {
          const isLast = host === address.hosts.at(-1) && servers.length === 0
          if (isAddressAbsent(error) && !isLast) continue
          throw error
        }
        servers.push(server)
      }
      const refuse = () => {
        for (const server of servers) {
          server.close()
          server.closeIdleConnections()
        }
      }
      return { port, refuse, close }
    } catch (error) {
      await close()
      const isFree =
        address.port === 0 && servers.length > 0 && listenErrorCode(error) === 'EADDRINUSE'
      if (isFree && attempt < ATTEMPTS) continue
      throw await listenError(error, { port, hosts: address.hosts }, HINTS)
    }
  }
}

/** Resolves with the port. */
async function bound(server: Server, port: number, host: string): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ port, host, exclusive: true, backlog: 4096 }, () => {
      server.off('error', reject)
      resolve()
    })
  })
  const address = server.address()
  return typeof address === 'object' && address ? address.port : port
}

async function closeAll(servers: readonly Server[], sockets: ReadonlySet<Socket>): Promise<void> {
  const closed = servers.map(
    (server) => new Promise((resolve) => (server.listening ? server.close(resolve) : resolve(0))),
  )
  for (const socket of sockets) socket.destroy()
  await Promise.all(closed)
}
