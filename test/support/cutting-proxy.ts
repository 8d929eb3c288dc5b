import { connect, createServer, type Socket } from 'node:net'
import type { TestContext } from 'node:test'

export interface CuttingProxy {
  readonly port: number
  /** How often it has cut. */
  readonly cuts: number
  /** Cuts the next connection that says this, once the other side has answered to it. */
  cutAfter(word: string): void
}

/** Stands before a server on this machine as a network does that breaks at the worst moment. */
export async function cuttingProxy(t: TestContext, port: number): Promise<CuttingProxy> {
  let word: string | undefined
  let cuts = 0
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
      other.write(data)
    })
    other.on('data', (data) => {
      if (isOver) {
        cuts++
        client.destroy()
      } else {
        client.write(data)
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    port: address.port,
    get cuts() {
      return cuts
    },
    cutAfter(text) {
      word = text
    },
  }
}
