import { createServer, type IncomingMessage } from 'node:http'
import { connect, type Socket } from 'node:net'
import type { TestContext } from 'node:test'

export interface ConnectProxy {
  /** `http://127.0.0.1:PORT` */
  readonly url: string
  /** The `host:port` of each CONNECT, and the credentials that came with it. */
  readonly asked: { target: string; authorization: string | undefined }[]
}

/** An HTTP proxy on loopback that leads every host to one port of this machine, or refuses to. */
export async function connectProxy(
  t: TestContext,
  { port, status = 200, silent = false }: { port: number; status?: number; silent?: boolean },
): Promise<ConnectProxy> {
  const asked: ConnectProxy['asked'] = []
  const open = new Set<Socket>()
  const keep = (socket: Socket) => {
    open.add(socket)
    socket.on('error', () => {})
  }
  const server = createServer((_, response) => response.writeHead(405).end())
  server.on('connection', keep)
  server.on('connect', (request: IncomingMessage, socket: Socket) => {
    const { 'proxy-authorization': authorization } = request.headers
    asked.push({ target: request.url ?? '', authorization })
    if (silent) return
    if (status !== 200) {
      socket.end(`HTTP/1.1 ${status} No\r\nContent-Length: 0\r\n\r\n`)
      return
    }
    const inner = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      inner.pipe(socket).pipe(inner)
    })
    keep(inner)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    for (const socket of open) socket.destroy()
    server.close()
  })
  const address = server.address()
  const own = typeof address === 'object' && address ? address.port : 0
  return { url: `http://127.0.0.1:${own}`, asked }
}
