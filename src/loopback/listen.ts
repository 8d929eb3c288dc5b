import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { errorCode, SlackOAuthError } from '../base/errors.ts'
import { portHolder } from './ports.ts'

/** What to do instead, by why it cannot be listened. */
export interface ListenHints {
  readonly otherPort: string
  readonly otherAddress: string
  /** Below 1024 a port is not everybody's. */
  readonly higherPort: string
}

/**
 * Why a socket cannot be listened on, in words: `port_in_use` that names, where it can be found out,
 * who holds the port. What is none of that is returned as it is.
 */
async function listenError(
  error: unknown,
  { port, hosts }: { readonly port: number; readonly hosts: readonly string[] },
  hints: ListenHints,
): Promise<unknown> {
  const refuse = (message: string, hint: string) =>
    new SlackOAuthError('port_in_use', message, { hint, cause: error })
  switch (errorCode(error)) {
    case 'EADDRINUSE': {
      const holder = await portHolder(port)
      const by = holder ? ` by ${holder}` : ''
      return refuse(`Port ${port} is in use${by}`, `Stop that program, or ${hints.otherPort}`)
    }
    // A port below 1024, or on Windows one that the system keeps for itself
    case 'EACCES':
      return refuse(`This user may not listen on port ${port}`, hints.higherPort)
    case 'EADDRNOTAVAIL':
    case 'EAFNOSUPPORT':
    case 'ENOTFOUND':
      return refuse(`This machine has no ${hosts.join(' and no ')}`, hints.otherAddress)
    default:
      return error
  }
}

/** A machine without IPv6, or without IPv4. */
function isAddressAbsent(error: unknown): boolean {
  return ['EADDRNOTAVAIL', 'EAFNOSUPPORT'].includes(errorCode(error) ?? '')
}

export interface Address {
  /** Each is listened on, at the same port; one of several may be absent from this machine. */
  readonly hosts: readonly string[]
  /** 0 takes a free one. */
  readonly port: number
}

export interface Listening {
  readonly port: number
  /** No more connections from now on; those without a request under way are ended. */
  refuse(): void
  /** The same, and what is still connected after so long is ended. */
  close(milliseconds: number): Promise<void>
}

/** How often another free port is tried, when the one of IPv4 is taken on IPv6. */
const ATTEMPTS = 10

/**
 * Listens with a server on each host.
 *
 * @throws SlackOAuthError `port_in_use` that names, where it can be found out, who holds the port
 */
export async function listenOn(
  address: Address,
  makeServer: () => Server,
  hints: ListenHints,
): Promise<Listening> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await listenOnce(address, makeServer)
    } catch (error) {
      const isTaken = errorCode(error) === 'EADDRINUSE'
      if (address.port === 0 && isTaken && attempt < ATTEMPTS) continue
      throw await listenError(error, address, hints)
    }
  }
}

async function listenOnce({ hosts, port }: Address, makeServer: () => Server): Promise<Listening> {
  const servers: Server[] = []
  const closed: Promise<unknown>[] = []
  const sockets = new Set<Socket>()
  const refuse = () => {
    // Node ends the idle connections with it
    for (const server of servers) server.close()
  }
  const close = async (milliseconds: number) => {
    refuse()
    const timer = setTimeout(() => {
      for (const socket of sockets) socket.destroy()
    }, milliseconds)
    await Promise.all(closed)
    clearTimeout(timer)
  }
  let used = port
  for (const host of hosts) {
    const server = makeServer()
    server.on('connection', (socket) => {
      sockets.add(socket)
      socket.once('close', () => sockets.delete(socket))
    })
    try {
      used = await bound(server, used, host)
      servers.push(server)
      closed.push(new Promise((resolve) => server.once('close', resolve)))
    } catch (error) {
      const isLast = host === hosts.at(-1) && servers.length === 0
      if (isAddressAbsent(error) && !isLast) continue
      await close(0)
      throw error
    }
  }
  return { port: used, refuse, close }
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
