import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { pathToFileURL } from 'node:url'
import { inspect } from 'node:util'
import {
  AuthorizeUrlGenerator,
  BrowserStates,
  OpenIDConnectAuthorizeUrlGenerator,
  openStore,
  SignatureVerifier,
} from 'slack-oauth'

// Runs each example that is named, as the body of a handler: a browser that comes back from Slack sends
// the request, and Slack has signed its body. The sandbox answers for itself (consent: 'allow').

declare global {
  var request: IncomingMessage
  var response: ServerResponse
}

const {
  SLACK_CLIENT_ID: clientId = '',
  SLACK_SIGNING_SECRET: signingSecret = '',
  SLACK_REDIRECT_URI: redirectUri = '',
  SLACK_OAUTH_SLACK_URL: slackUrl = '',
  SLACK_OAUTH_DB: db = '',
} = process.env

const store = await openStore(db)
const states = new BrowserStates(store.states, { redirectUri })

for (const file of process.argv.slice(2)) {
  const server = createServer(async (request, response) => {
    Object.assign(globalThis, { request, response })
    try {
      await import(pathToFileURL(file).href)
    } catch (error) {
      process.stdout.write(`${file}: ${inspect(error)}\n`)
      response.statusCode = 500
    }
    response.end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const { search, cookie } = await cameBack(/nonce/.test(file))
  const body = '{}'
  const timestamp = Math.floor(Date.now() / 1000)
  const answer = await fetch(`http://127.0.0.1:${address.port}/slack/oauth/callback${search}`, {
    method: 'POST',
    redirect: 'manual',
    headers: {
      cookie,
      'x-slack-request-timestamp': String(timestamp),
      'x-slack-signature': new SignatureVerifier({ signingSecret }).generate({ timestamp, body }),
    },
    body,
  })
  process.stdout.write(`${file}: ${answer.status} ${await answer.text()}\n`)
  if (answer.status >= 400) process.exitCode = 1
  server.close()
}
process.exit()

/** The query that a browser comes back with, and its cookie. */
async function cameBack(isSignIn: boolean): Promise<{ search: string; cookie: string }> {
  const { state, nonce, setCookie } = await states.issue(undefined)
  const common = { clientId, redirectUri }
  const url = isSignIn
    ? new OpenIDConnectAuthorizeUrlGenerator({
        ...common,
        authorizationUrl: `${slackUrl}/openid/connect/authorize`,
      }).generate(state, { nonce })
    : new AuthorizeUrlGenerator({
        ...common,
        scopes: ['chat:write'],
        authorizationUrl: `${slackUrl}/oauth/v2/authorize`,
      }).generate(state)
  const { headers } = await fetch(url, { redirect: 'manual' })
  const { search } = new URL(headers.get('location') ?? '')
  return { search, cookie: setCookie.split(';', 1)[0] ?? '' }
}
