import { connect, createServer, type Socket } from 'node:net'
import type { TestContext } from 'node:test'

export interface CuttingProxy {
  readonly port: number
  /** How often it has cut. */
  readonly cuts: number
  /** How many bytes of that answer have passed. */
  readonly passed: number
  /** Cuts the next connection that says this, after so many bytes of what is answered to it. */
  cutAfter(word: string, bytes?: number): void
}

/** Stands before a server on this machine as a network does that breaks at the worst moment. */
export async function cuttingProxy(t: TestContext, port: number): Promise<CuttingProxy> {
  let word: string | undefined
  let [cuts, passed, room] = [0, 0, 0]
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const other = connect(port, '127.0.0.1')
    let isOver = false
    for (const socket of [client, other]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        client.destroy()
        other.destroy()
      })
    }
    client.on('data', (data) => {
      if (word !== undefined && data.includes(word)) {
        word = undefined
        isOver = true
      }
      other.write(forServer(data))
    })
    other.on('data', (data) => {
      if (!isOver) {
        client.write(data)
        return
      }
      const part = data.subarray(0, room - passed)
      passed += part.length
      client.write(part, () => {
        if (passed < room) return
        cuts++
        client.destroy()
      })
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  /** A server of HTTP wants to be called by its own port. */
  const forServer = (data: Buffer) => {
    const host = new RegExp(`(\\r\\nhost: \\S+:)${address.port}\\r`, 'i')
    return Buffer.from(data.toString('latin1').replace(host, `$1${port}\r`), 'latin1')
  }
  return {
    port: address.port,
    get cuts() {
      return cuts
    },
    get passed() {
      return passed
    },
    cutAfter(text, bytes = 0) {
      word = text
      ;[passed, room] = [0, bytes]
    },
  }
}
