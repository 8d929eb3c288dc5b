// The app of web-app.ts with Bolt for JavaScript, over the store that `slack-oauth` reads as well. Run it
// like that one, with examples/bolt.ts in the place of its name. Bolt has the paths built in:
// /slack/install and /slack/events.
import { App } from '@slack/bolt'
import { installationStore } from 'slack-oauth/bolt'

const {
  SLACK_CLIENT_ID: clientId = '',
  SLACK_CLIENT_SECRET: clientSecret = '',
  SLACK_SIGNING_SECRET: signingSecret = '',
  SLACK_STATE_SECRET: stateSecret = crypto.randomUUID(),
  SLACK_REDIRECT_URI: redirectUri = 'http://localhost:3000/slack/oauth/callback',
  SLACK_OAUTH_SLACK_URL: slackUrl = 'https://slack.com',
  SLACK_OAUTH_DB: db = 'installations.db',
  PORT: port = '3000',
} = process.env

const clientOptions = { slackApiUrl: `${slackUrl}/api/` }

const app = new App({
  clientId,
  clientSecret,
  signingSecret,
  stateSecret,
  redirectUri,
  scopes: ['chat:write', 'commands'],
  installationStore: installationStore({ db, clientId }),
  installerOptions: {
    redirectUriPath: new URL(redirectUri).pathname,
    authorizationUrl: `${slackUrl}/oauth/v2/authorize`,
    clientOptions,
  },
  clientOptions,
})

app.command('/open-modal', async ({ ack, body, client }) => {
  await ack()
  await client.views.open({
    trigger_id: body.trigger_id,
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
})

app.view('modal-id', async ({ ack, view }) => {
  await ack()
  console.log(JSON.stringify(view.state.values))
})

await app.start({ port: Number(port), host: 'localhost' })
console.log(`Install it at ${new URL('/slack/install', redirectUri)}`)

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => app.stop())
