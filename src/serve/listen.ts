import { createServer, type RequestListener, type Server } from 'node:http'
import type { Socket } from 'node:net'
import { SlackOAuthError } from '../errors.js'
import { portHolder } from '../loopback/port-holder.js'

export interface Address {
  /** Each is listened on, at the same port. */
  readonly hosts: readonly string[]
  /** 0 takes a free one. */
  readonly port: number
}

/** IPv4 and, where there is one, IPv6: `localhost` may be either of them. */
export const LOOPBACK_HOSTS = ['127.0.0.1', '::1'] as const

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

/** @throws SlackOAuthError `port_in_use`, `usage` for an address that is not this machine's */
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
        const used = await bound(server, port, host)
        if (used === undefined) continue
        port = used
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
      const isFree = address.port === 0 && servers.length > 0 && codeOf(error) === 'EADDRINUSE'
      if (!isFree || attempt >= ATTEMPTS) throw await explained(error, port)
    }
  }
}

/** The port, or undefined on a machine without IPv6. */
async function bound(server: Server, port: number, host: string): Promise<number | undefined> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen({ port, host, exclusive: true, backlog: 4096 }, () => {
        server.off('error', reject)
        resolve()
      })
    })
  } catch (error) {
    const hasNoIpv6 = ['EADDRNOTAVAIL', 'EAFNOSUPPORT'].includes(codeOf(error))
    if (host === '::1' && hasNoIpv6) return undefined
    throw error
  }
  const address = server.address()
  return typeof address === 'object' && address ? address.port : port
}

async function explained(error: unknown, port: number): Promise<unknown> {
  const code = codeOf(error)
  if (code === 'EADDRINUSE') {
    const holder = await portHolder(port)
    return new SlackOAuthError(
      'port_in_use',
      `Port ${port} is in use${holder ? ` by ${holder}` : ''}`,
      { hint: 'Stop that program, or name another with --listen', cause: error },
    )
  }
  if (code === 'EACCES') {
    return new SlackOAuthError('port_in_use', `This user may not listen on port ${port}`, {
      hint: 'Name a port above 1023 with --listen',
      cause: error,
    })
  }
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return new SlackOAuthError('usage', 'The address to listen on is not one of this machine', {
      cause: error,
    })
  }
  return error
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}

async function closeAll(servers: readonly Server[], sockets: ReadonlySet<Socket>): Promise<void> {
  const closed = servers.map(
    (server) => new Promise((resolve) => (server.listening ? server.close(resolve) : resolve(0))),
  )
  for (const socket of sockets) socket.destroy()
  await Promise.all(closed)
}
