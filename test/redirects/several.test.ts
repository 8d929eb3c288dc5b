import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import { type TestContext, test } from 'node:test'
import { freePort } from '../support/free-port.ts'
import { decide, printedUrl } from '../support/person.ts'
import { slackApp } from '../support/slack-app.ts'
import { tempCli } from '../support/temp-cli.ts'

async function busyPort(t: TestContext): Promise<number> {
  const port = await freePort()
  const server: Server = createServer()
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  t.after(() => server.close())
  return port
}

const uriAt = (port: number) => `http://localhost:${port}/slack/oauth_redirect`

for (const name of ['install', 'signin'] as const) {
  test(`${name} takes the first redirect URI with a free port and says why`, async (t) => {
    const [busy, free] = [uriAt(await busyPort(t)), uriAt(await freePort())]
    const { env } = await slackApp(t, { app: { redirectUris: [busy, free] } })
    const cli = await tempCli(t, env)
    const scopes = name === 'install' ? ['--scopes', 'chat:write'] : []

    const command = cli.start(name, ...scopes, '--redirect-uri', busy, '--redirect-uri', free)
    const url = new URL(await printedUrl(command))
    await decide(command)

    const { code, stderr } = await command.finished
    assert.equal(code, 0, stderr)
    assert.equal(url.searchParams.get('redirect_uri'), free)
    assert.match(stderr, new RegExp(`^Port ${new URL(busy).port} is in use.*\nUsing ${free}$`, 'm'))
  })
}

test('the first redirect URI is used without a word when its port is free', async (t) => {
  const [first, second] = [uriAt(await freePort()), uriAt(await freePort())]
  const { env } = await slackApp(t, { app: { redirectUris: [first, second] } })
  const cli = await tempCli(t, env)

  const command = cli.start(
    'install',
    ...['--scopes', 'chat:write', '--redirect-uri', first, '--redirect-uri', second],
  )
  await decide(command)

  assert.doesNotMatch((await command.finished).stderr, /Using|in use/)
})

test('when every port is taken, the first is the one that the error names', async (t) => {
  const ports = [await busyPort(t), await busyPort(t)] as const
  const { env } = await slackApp(t)
  const cli = await tempCli(t, env)

  const { code, stderr } = await cli.run(
    'install',
    ...['--scopes', 'chat:write'],
    ...ports.flatMap((port) => ['--redirect-uri', uriAt(port)]),
  )

  assert.equal(code, 2)
  assert.match(stderr, new RegExp(`^error: Port ${ports[0]} is in use.*\\(port_in_use\\)$`, 'm'))
})
