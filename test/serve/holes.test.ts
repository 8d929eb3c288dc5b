import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { type TestContext, test } from 'node:test'
import { createForwarder } from '../../src/serve/forward.ts'
import { freePort } from '../support/free-port.ts'
import { serving } from '../support/serving.ts'
import { until } from '../support/until.ts'
import { waitingInstall } from '../support/waiting-install.ts'

/** What a server says to these bytes, and to nothing after them, up to the end of its head. */
function said(t: TestContext, port: number, bytes: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  t.after(() => socket.destroy())
  return new Promise((resolve, reject) => {
    let text = ''
    socket.setEncoding('utf8').on('error', reject)
    socket.on('data', (more) => {
      text += more
      if (text.includes('\r\n\r\n')) resolve(text)
    })
    socket.on('end', () => resolve(text))
    socket.write(bytes)
  })
}

test('a request without a signature is refused by its headers, before its body comes', async (t) => {
  const server = await serving(t)
  const { host, port } = new URL(server.origin)
  const head = `POST /slack/events HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\nContent-Length: 500000\r\n\r\n`
  assert.match(await said(t, Number(port), head), /^HTTP\/1\.1 401 /)
})

test('a request without a Host, as HTTP/1.0 has it, is not for us', async (t) => {
  const server = await serving(t)
  const { port } = new URL(server.origin)
  assert.match(
    await said(t, Number(port), 'GET /slack/install HTTP/1.0\r\n\r\n'),
    /^HTTP\/1\.1 421 /,
  )
  const waiting = await waitingInstall(t)
  const redirect = new URL(waiting.redirectUri)
  const request = `GET ${redirect.pathname}?code=x&state=${waiting.state} HTTP/1.0\r\n\r\n`
  assert.match(await said(t, Number(redirect.port), request), /^HTTP\/1\.1 421 /)
})

test('no more than 256 requests are on their way to the app at once', async (t) => {
  const held: (() => void)[] = []
  const app = createServer((_, response) => {
    held.push(() => response.end('late'))
  })
  const port = await freePort()
  await new Promise<void>((resolve) => app.listen(port, '127.0.0.1', resolve))
  t.after(() => {
    app.closeAllConnections()
    app.close()
  })
  const forwarder = createForwarder({
    url: new URL(`http://127.0.0.1:${port}`),
    tokenHeader: undefined,
  } as never)
  t.after(() => forwarder.close())
  const request = { path: '/slack/events', search: '', headers: {}, body: Buffer.from('{}') }
  const waiting = Array.from({ length: 256 }, () => forwarder.forward(request, undefined))
  await assert.rejects(forwarder.forward(request, undefined), {
    message: '256 requests wait for it already',
  })
  await until(() => held.length >= 256)
  for (const release of held) release()
  assert.equal((await Promise.all(waiting)).length, 256)
})
