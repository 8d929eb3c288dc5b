// An app with a TokenRotator, as a process of its own: prints what so many callers at once are given.
import { openStore, TokenRotator } from '../../src/index.ts'

const [db = '', slackUrl = '', clientId = '', callers = ''] = process.argv.slice(2)
const clientSecret = process.env.SLACK_CLIENT_SECRET ?? ''
const store = await openStore(db, { clientId, mustExist: true })
const rotator = new TokenRotator(store, { clientSecret, slackUrl })
const ask = () => rotator.accessToken({ teamId: 'T0SANDBOX01' })
for (const token of await Promise.all(Array.from({ length: Number(callers) }, ask))) {
  process.stdout.write(`${token}\n`)
}
await rotator.close()
await store.close()
