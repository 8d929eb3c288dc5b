import type { Server } from 'node:http'
import * as v from 'valibot'

export interface Listening {
  readonly port: number
  /** Resolves when the port is free; open connections are cut. */
  close(): Promise<void>
}

/** How often another free port is tried when the one of IPv4 is taken on IPv6. */
const ATTEMPTS = 10

const systemError = v.object({ code: v.string() })

/** Listens on both loopback addresses; `localhost` may mean either. A machine may lack one of them. */
export async function listenOnLoopback(
  wantedPort: number,
  create: () => Server,
): Promise<Listening> {
  for (let attempt = 1; ; attempt++) {
    const ipv4 = create()
    const ipv6 = create()
    const ipv4Port = await listen(ipv4, wantedPort, '127.0.0.1').catch(unlessAbsent)
    let port = ipv4Port ?? wantedPort
    try {
      port = await listen(ipv6, port, '::1')
    } catch (error) {
      const hasIpv4Alone = isAbsent(error) && ipv4Port !== undefined
      if (!hasIpv4Alone) await close(ipv4)
      if (codeOf(error) === 'EADDRINUSE' && wantedPort === 0 && attempt < ATTEMPTS) continue
      if (!hasIpv4Alone) throw error
    }
    let closing: Promise<unknown> | undefined
    return {
      port,
      async close() {
        closing ??= Promise.all([close(ipv4), close(ipv6)])
        await closing
      },
    }
  }
}

function isAbsent(error: unknown): boolean {
  return ['EADDRNOTAVAIL', 'EAFNOSUPPORT'].includes(codeOf(error) ?? '')
}

function unlessAbsent(error: unknown): undefined {
  if (!isAbsent(error)) throw error
}

async function listen(server: Server, port: number, host: string): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ port, host }, () => {
      server.off('error', reject)
      resolve()
    })
  })
  const address = server.address()
  return typeof address === 'object' && address ? address.port : port
}

async function close(server: Server): Promise<void> {
  if (!server.listening) return
  await new Promise((resolve) => {
    server.close(resolve)
    // Kept-alive and silent connections would keep it open.
    server.closeAllConnections()
  })
}

function codeOf(error: unknown): string | undefined {
  return v.is(systemError, error) ? error.code : undefined
}
