// The web app of the OAuth page in the documentation of Slack's Python SDK, on node:http alone: people
// install it, and /open-modal opens a modal whose answer is printed.
//
// On the sandbox (in a clone, after `npm ci`, with Node 22.18 or later):
//   node bin/slack-oauth.cjs sandbox --request-url http://localhost:3000/slack/events \
//     --redirect-uri http://localhost:3000/slack/oauth/callback > sandbox.env
//   node --env-file sandbox.env examples/web-app.ts
//   open http://localhost:3000/slack/install, press Allow, then
//   curl -d kind=command -d command=/open-modal http://localhost:8911/sandbox/send
//
// On Slack: set SLACK_CLIENT_ID, SLACK_CLIENT_SECRET, SLACK_SIGNING_SECRET and SLACK_REDIRECT_URI, e.g.
// https://NAME.ngrok.app/slack/oauth/callback, and name in the app's settings that redirect URL, and
// https://NAME.ngrok.app/slack/events for the slash command /open-modal and for interactivity.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { WebClient } from '@slack/web-api'
import {
  AuthorizeUrlGenerator,
  BrowserStates,
  installWithCode,
  openStore,
  SignatureVerifier,
  SlackOAuthError,
  TokenRotator,
} from 'slack-oauth'

const {
  SLACK_CLIENT_ID: clientId = '',
  SLACK_CLIENT_SECRET: clientSecret = '',
  SLACK_SIGNING_SECRET: signingSecret = '',
  SLACK_REDIRECT_URI: redirectUri = 'http://localhost:3000/slack/oauth/callback',
  SLACK_OAUTH_SLACK_URL: slackUrl = 'https://slack.com',
  SLACK_OAUTH_DB: db = 'installations.db',
  PORT: port = '3000',
} = process.env
const { pathname: callbackPath } = new URL(redirectUri)
const MOST_BYTES = 1024 * 1024

const store = await openStore(db, { clientId })
const states = new BrowserStates(store.states, { redirectUri })
const authorizeUrl = new AuthorizeUrlGenerator({
  clientId,
  scopes: ['chat:write', 'commands'],
  redirectUri,
  authorizationUrl: `${slackUrl}/oauth/v2/authorize`,
})
const tokens = new TokenRotator(store, { clientSecret, slackUrl })
const signature = new SignatureVerifier({ signingSecret })

const server = createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '/', redirectUri)
  try {
    switch (`${request.method} ${pathname}`) {
      case 'GET /slack/install':
        return await install(request, response)
      case `GET ${callbackPath}`:
        return await callback(searchParams, request, response)
      case 'POST /slack/events':
        return await slackRequest(request, response)
      default:
        return answer(response, 404)
    }
  } catch (error) {
    console.error(error)
    answer(response, 500, 'Something went wrong')
  }
})

async function install({ headers }: IncomingMessage, response: ServerResponse) {
  const { state, setCookie } = await states.issue(headers.cookie)
  const url = authorizeUrl.generate(state).replaceAll('&', '&amp;')
  response.setHeader('set-cookie', setCookie)
  answer(response, 200, `<a href="${url}">Add to Slack</a>`, 'text/html; charset=utf-8')
}

async function callback(
  parameters: URLSearchParams,
  { headers }: IncomingMessage,
  response: ServerResponse,
) {
  try {
    const { code } = await states.consume(parameters, headers.cookie)
    await installWithCode(store, code, { clientId, clientSecret, redirectUri, slackUrl })
    answer(response, 200, 'Thanks for installing this app!')
  } catch (error) {
    if (!(error instanceof SlackOAuthError)) throw error
    console.error(error.message)
    answer(response, 400, `Nothing was installed (${error.code}). Try again at /slack/install`)
  }
}

/** Slash commands and interactions; Slack waits for three seconds. */
async function slackRequest(request: IncomingMessage, response: ServerResponse) {
  const body = await bodyOf(request)
  if (body === undefined) return answer(response, 413)
  if (!signature.isValidRequest(body, request.headers)) return answer(response, 401)

  const form = new URLSearchParams(body.toString())
  if (form.get('command') === '/open-modal') {
    return answer(response, 200, await openModal(form))
  }
  const payload = JSON.parse(form.get('payload') ?? '{}')
  if (payload.type === 'view_submission' && payload.view.callback_id === 'modal-id') {
    console.log(JSON.stringify(payload.view.state.values))
    return answer(response, 200)
  }
  answer(response, 404)
}

/** What to tell the person; nothing, once the modal is open. */
async function openModal(form: URLSearchParams): Promise<string> {
  try {
    const token = await tokens.accessToken({
      teamId: form.get('team_id') ?? undefined,
      enterpriseId: form.get('enterprise_id') ?? undefined,
      isEnterpriseInstall: form.get('is_enterprise_install') === 'true',
    })
    const client = new WebClient(token, {
      slackApiUrl: `${slackUrl}/api/`,
      // Its own retries go on for half an hour, and the trigger is good for three seconds
      timeout: 2_500,
      retryConfig: { retries: 0 },
    })
    await client.views.open({
      trigger_id: form.get('trigger_id') ?? '',
      view: {
        type: 'modal',
        callback_id: 'modal-id',
        title: { type: 'plain_text', text: 'Awesome Modal' },
        submit: { type: 'plain_text', text: 'Submit' },
        close: { type: 'plain_text', text: 'Cancel' },
        blocks: [
          {
            type: 'input',
            block_id: 'b-id',
            label: { type: 'plain_text', text: 'Input label' },
            element: { action_id: 'a-id', type: 'plain_text_input' },
          },
        ],
      },
    })
    return ''
  } catch (error) {
    if (error instanceof SlackOAuthError && error.code === 'not_installed') {
      return `Please install this app first: ${new URL('/slack/install', redirectUri)}`
    }
    console.error(error)
    return 'The modal could not be opened'
  }
}

/** As it came, since the signature is over these bytes; undefined for more than Slack sends. */
async function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    size += chunk.length
    if (size <= MOST_BYTES) chunks.push(chunk)
  }
  return size <= MOST_BYTES ? Buffer.concat(chunks) : undefined
}

function answer(response: ServerResponse, status: number, body = '', type = 'text/plain') {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body)
}

server.listen(Number(port), 'localhost', () => {
  console.log(`Install it at ${new URL('/slack/install', redirectUri)}`)
})

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    server.close(async () => {
      await tokens.close()
      await store.close()
    })
    server.closeIdleConnections()
  })
}
