// The app of web-app.ts, as one would write it with Express. Run it like that one, with
// examples/express.ts in the place of its name.
import { WebClient } from '@slack/web-api'
import express, { type ErrorRequestHandler } from 'express'
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

const app = express().disable('x-powered-by')

app.get('/slack/install', async (request, response) => {
  const { state, setCookie } = await states.issue(request.headers.cookie)
  response.set('Set-Cookie', setCookie).redirect(authorizeUrl.generate(state))
})

app.get(new URL(redirectUri).pathname, async (request, response) => {
  const { searchParams } = new URL(request.originalUrl, redirectUri)
  try {
    const { code } = await states.consume(searchParams, request.headers.cookie)
    await installWithCode(store, code, { clientId, clientSecret, redirectUri, slackUrl })
    response.type('text').send('Thanks for installing this app!')
  } catch (error) {
    if (!(error instanceof SlackOAuthError)) throw error
    console.error(error.message)
    response.status(400).type('text').send(`Nothing was installed (${error.code})`)
  }
})

// The raw body: the signature is over the bytes as they came
const raw = express.raw({ type: '*/*', limit: '1mb' })

app.post('/slack/events', raw, async (request, response) => {
  // Express leaves an empty body undefined
  const body: Buffer = request.body ?? Buffer.alloc(0)
  if (!signature.isValidRequest(body, request.headers)) {
    response.sendStatus(401)
    return
  }
  const form = new URLSearchParams(body.toString())
  if (form.get('command') === '/open-modal') {
    response.type('text').send(await openModal(form))
    return
  }
  const payload = JSON.parse(form.get('payload') ?? '{}')
  if (payload.type === 'view_submission' && payload.view.callback_id === 'modal-id') {
    console.log(JSON.stringify(payload.view.state.values))
    response.end()
    return
  }
  response.sendStatus(404)
})

/** Express's own shows the stack. */
const onError: ErrorRequestHandler = (error, _request, response, _next) => {
  console.error(error)
  response.status(500).send('Something went wrong')
}
app.use(onError)

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

const server = app.listen(Number(port), 'localhost', () => {
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
