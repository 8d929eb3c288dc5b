import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { SlackOptions } from '../../src/slack/client/web-api.ts'
import { apiTest } from '../../src/slack/methods/api-test.ts'
import { authTest } from '../../src/slack/methods/auth-test.ts'
import { discoverProvider } from '../../src/slack/openid/provider.ts'

/** A Slack that takes a request and says nothing. */
async function silentSlack(t: TestContext): Promise<SlackOptions> {
  const server = createServer(() => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return {
    slackUrl: `http://127.0.0.1:${port}`,
    signal: new AbortController().signal,
    requestTimeoutSeconds: 0.3,
  }
}

/** As a program that is busy with other things collects it. */
function collectGarbage(t: TestContext): void {
  setFlagsFromString('--expose-gc')
  const gc: () => void = runInNewContext('gc')
  const timer = setInterval(gc, 20)
  t.after(() => clearInterval(timer))
}

const calls: Record<string, (slack: SlackOptions) => Promise<unknown>> = {
  'auth.test': (slack) => authTest('xoxb-1', slack),
  'api.test': (slack) => apiTest(slack, () => 0),
  discovery: (slack) =>
    discoverProvider({ clientId: '1.2', clientSecret: 'secret' }, slack, () => 0),
}

for (const [name, call] of Object.entries(calls)) {
  test(`a Slack that says nothing to ${name} is not waited for, though garbage is collected`, async (t) => {
    const slack = await silentSlack(t)
    collectGarbage(t)
    const late = sleep(20_000, 'still waiting', { ref: false })
    const ended = call(slack).then(
      () => 'answered',
      (error: { code?: string }) => error.code,
    )
    assert.equal(await Promise.race([ended, late]), 'slack_unavailable')
  })
}
