import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { type TestContext, test } from 'node:test'
import type { SlackOptions } from '../../src/slack/client/web-api.ts'
import { respondAt } from '../../src/slack/methods/response-url.ts'
import { connectProxy } from '../support/connect-proxy.ts'
import { rejectsWith } from './client.ts'

/** Whatever is asked for goes to a proxy, which writes it down and leads nowhere. */
async function watched(t: TestContext, slackUrl: string) {
  const proxy = await connectProxy(t, { port: 1, status: 403 })
  const options: SlackOptions = {
    slackUrl,
    signal: new AbortController().signal,
    requestTimeoutSeconds: 5,
    proxy: { url: new URL(proxy.url), setting: 'HTTPS_PROXY' },
  }
  return { options, asked: () => proxy.asked.map(({ target }) => target) }
}

const PATH = '/actions/T1/2/secret'

for (const [slackUrl, address, target] of [
  ['https://slack.com', `https://hooks.slack.com${PATH}`, 'hooks.slack.com:443'],
  ['https://slack.com', `https://slack.com${PATH}`, 'slack.com:443'],
  ['https://slack-gov.com', `https://hooks.slack-gov.com${PATH}`, 'hooks.slack-gov.com:443'],
] as const) {
  test(`a response_url of ${target} is one of ${slackUrl}`, async (t) => {
    const { options, asked } = await watched(t, slackUrl)
    await rejectsWith(respondAt(address, 'hi', options), {
      code: 'proxy_refused',
      message: /^(?!.*secret).* \(response_url\)$/,
    })
    assert.deepEqual(asked(), [target])
  })
}

for (const address of [
  `http://hooks.slack.com${PATH}`,
  `https://hooks.slack.com:8443${PATH}`,
  `https://hooks.slack.com.example${PATH}`,
  `https://hooks.slack.com@evil.example${PATH}`,
  `https://evil.example/https://hooks.slack.com${PATH}`,
  `https://hooks.slack-gov.com${PATH}`,
  `https://files.slack.com${PATH}`,
  `https://127.0.0.1${PATH}`,
  `http://169.254.169.254/latest/meta-data`,
  `file:///etc/passwd`,
  PATH,
  '',
]) {
  test(`a response_url "${address}" is asked nothing`, async (t) => {
    const { options, asked } = await watched(t, 'https://slack.com')
    await rejectsWith(respondAt(address, 'hi', options), {
      code: 'unexpected_response',
      message: /^The answer to response_url would not go to Slack$/,
    })
    assert.deepEqual(asked(), [])
  })
}

test('a response_url that leads elsewhere is not followed', async (t) => {
  const paths: string[] = []
  const server = createServer((request, response) => {
    paths.push(request.url ?? '')
    response.writeHead(307, { location: '/elsewhere' }).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  const address = server.address()
  const slackUrl = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`
  const options = { slackUrl, signal: new AbortController().signal, requestTimeoutSeconds: 5 }
  await rejectsWith(respondAt(`${slackUrl}/r`, 'hi', options), {
    code: 'slack_unavailable',
    message: /^Slack answered HTTP 307 \(response_url\)$/,
  })
  assert.deepEqual(paths, ['/r'])
})
