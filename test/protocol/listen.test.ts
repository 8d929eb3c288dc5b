import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer as createHttpServer, type RequestListener } from 'node:http'
import { connect, createServer } from 'node:net'
import { type TestContext, test } from 'node:test'
import { listenOn } from '../../src/loopback/listen.ts'
import { LOOPBACK_ADDRESSES } from '../../src/loopback/listen-address.ts'

const close = { headers: { connection: 'close' } }
const HINTS = { otherPort: '', otherAddress: '', higherPort: '' }

const listening = (port: number, listener: RequestListener) =>
  listenOn({ hosts: LOOPBACK_ADDRESSES, port }, () => createHttpServer(listener), HINTS)

async function taken(t: TestContext, host: string, port = 0): Promise<number> {
  const server = createServer().listen(port, host)
  t.after(() => server.close())
  await once(server, 'listening')
  const address = server.address()
  return typeof address === 'object' && address ? address.port : 0
}

test('both addresses of this machine have the same port, also one that was free', async () => {
  const server = await listening(0, (_, response) => response.end('here'))
  for (const host of ['127.0.0.1', '[::1]']) {
    const response = await fetch(`http://${host}:${server.port}/`, close)
    assert.equal(await response.text(), 'here')
  }
  await server.close(0)
})

test('a port that is taken on one address is left on the other', async (t) => {
  const port = await taken(t, '::1')
  await assert.rejects(
    listening(port, () => {}),
    { code: 'port_in_use' },
  )
  await taken(t, '127.0.0.1', port)
})

test('an answer under way has time to go out, and the port is free after it', async (t) => {
  const asked = deferred()
  const answering = deferred()
  const server = await listening(0, async (_, response) => {
    asked.resolve()
    await answering.promise
    response.end('the last one')
  })
  const url = `http://127.0.0.1:${server.port}/`
  const answered = fetch(url, close).then((response) => response.text())
  await asked.promise

  server.refuse()
  await assert.rejects(fetch(url), { name: 'TypeError', message: 'fetch failed' })
  const closed = server.close(60_000)
  answering.resolve()
  assert.equal(await answered, 'the last one')
  await closed
  await taken(t, '127.0.0.1', server.port)
})

test('what does not end by itself is ended: a silent connection, and one whose answer never comes', async () => {
  const asked = deferred()
  const server = await listening(0, asked.resolve)
  const silent = connect(server.port, '127.0.0.1').on('error', () => {})
  const answered = fetch(`http://127.0.0.1:${server.port}/`)
  await Promise.all([asked.promise, once(silent, 'connect')])
  await Promise.all([assert.rejects(answered), once(silent, 'close'), server.close(10)])
})

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = () => {}
  const promise = new Promise<void>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}
