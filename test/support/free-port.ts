import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

/**
 * A port that was free a moment ago: none of those that a system gives to outgoing connections and to who
 * asks for any (from 32768 on Linux, 49152 elsewhere), or another test would have it in the next moment; and
 * none that `fetch` and browsers refuse, of which 10080 is the last (https://fetch.spec.whatwg.org/#bad-port).
 */
export async function freePort(address = '127.0.0.1'): Promise<number> {
  for (let attempt = 1; attempt <= 20; attempt++) {
    const port = randomInt(10_081, 32_768)
    if (await isFree(port, address)) return port
  }
  throw new Error(`no free port on ${address}`)
}

function isFree(port: number, address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ port, host: address, exclusive: true }, () => {
      server.close(() => resolve(true))
    })
  })
}
