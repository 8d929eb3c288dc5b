// An app of Bolt for JavaScript on the same store, with the same handler: one that does nothing.
//   SLACK_SIGNING_SECRET=… SLACK_CLIENT_ID=… node serve-bolt.ts STORE PORT
import Bolt from '@slack/bolt'
import { installationStore } from '../../src/bolt.ts'

const [db = '', port = '0'] = process.argv.slice(2)
const clientId = process.env.SLACK_CLIENT_ID ?? ''
const app = new Bolt.App({
  signingSecret: process.env.SLACK_SIGNING_SECRET ?? '',
  clientId,
  clientSecret: process.env.SLACK_CLIENT_SECRET ?? '',
  stateSecret: 'state-secret',
  scopes: ['chat:write'],
  installationStore: installationStore({ db, clientId }),
  logLevel: Bolt.LogLevel.ERROR,
})
app.event('app_mention', async () => {})
await app.start({ port: Number(port), host: '127.0.0.1' })
console.log('ready')
