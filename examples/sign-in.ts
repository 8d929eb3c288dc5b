// Sign in with Slack, the OpenID Connect web app of the documentation of Slack's Python SDK, on node:http
// alone: it finds out who is in the browser, and checks what Slack says before it believes it.
//
// On the sandbox (in a clone, after `npm ci`, with Node 22.18 or later):
//   node bin/slack-oauth.cjs sandbox --redirect-uri http://localhost:3000/slack/oauth/callback > sandbox.env
//   node --env-file sandbox.env examples/sign-in.ts
//   open http://localhost:3000/
//
// On Slack: set SLACK_CLIENT_ID, SLACK_CLIENT_SECRET and SLACK_REDIRECT_URI, e.g.
// https://NAME.ngrok.app/slack/oauth/callback, which the app's settings have to name as a redirect URL.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import {
  BrowserStates,
  OpenIDConnectAuthorizeUrlGenerator,
  openStore,
  SlackOAuthError,
  signInWithCode,
} from 'slack-oauth'

const {
  SLACK_CLIENT_ID: clientId = '',
  SLACK_CLIENT_SECRET: clientSecret = '',
  SLACK_REDIRECT_URI: redirectUri = 'http://localhost:3000/slack/oauth/callback',
  SLACK_OAUTH_SLACK_URL: slackUrl = 'https://slack.com',
  SLACK_OAUTH_DB: db = 'installations.db',
  PORT: port = '3000',
} = process.env
const { pathname: callbackPath } = new URL(redirectUri)

const store = await openStore(db)
const states = new BrowserStates(store.states, { redirectUri })
const authorizeUrl = new OpenIDConnectAuthorizeUrlGenerator({
  clientId,
  scopes: ['openid', 'email', 'profile'],
  redirectUri,
  authorizationUrl: `${slackUrl}/openid/connect/authorize`,
})

const server = createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '/', redirectUri)
  try {
    switch (`${request.method} ${pathname}`) {
      case 'GET /':
        return await begin(request, response)
      case `GET ${callbackPath}`:
        return await callback(searchParams, request, response)
      default:
        return answer(response, 404, 'Not found')
    }
  } catch (error) {
    console.error(error)
    answer(response, 500, 'Something went wrong')
  }
})

async function begin({ headers }: IncomingMessage, response: ServerResponse) {
  // Both are good in this browser alone, and once: the ID token has to bring the nonce back
  const { state, nonce, setCookie } = await states.issue(headers.cookie)
  response.setHeader('set-cookie', setCookie)
  const url = authorizeUrl.generate(state, { nonce })
  answer(response, 200, `<a href="${escaped(url)}">Sign in with Slack</a>`)
}

async function callback(
  parameters: URLSearchParams,
  { headers }: IncomingMessage,
  response: ServerResponse,
) {
  try {
    const { code, nonce } = await states.consume(parameters, headers.cookie)
    const { idTokenClaims, userInfo } = await signInWithCode(code, {
      clientId,
      clientSecret,
      redirectUri,
      nonce,
      slackUrl,
    })
    // Here a session of your own begins, for this person: `sub` is the same at each sign-in
    console.log(`${idTokenClaims.sub} has signed in`)
    answer(response, 200, `<h1>Hello ${escaped(String(userInfo.name))}</h1>`)
  } catch (error) {
    if (!(error instanceof SlackOAuthError)) throw error
    console.error(error.message)
    answer(response, 400, `Nobody is signed in (${error.code}). <a href="/">Try again</a>`)
  }
}

function answer(response: ServerResponse, status: number, html: string) {
  const headers = { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' }
  response.writeHead(status, headers).end(html)
}

/** A name is whatever its owner likes. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}

server.listen(Number(port), 'localhost', () => {
  console.log(`Sign in at ${new URL('/', redirectUri)}`)
})

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    server.close(() => void store.close())
    server.closeIdleConnections()
  })
}
