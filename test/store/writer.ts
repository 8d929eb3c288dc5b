import { openStore } from '../../src/store/open-store.js'
import { installation } from './fixtures.js'
import { save as pythonSave } from './python-sdk.js'

export interface WriterInput {
  readonly location: string
  /** Ours, or one that does as Slack's Python SDK does: a connection each time, and only ever inserts. */
  readonly as: 'slack-oauth' | 'python-sdk'
  /** Begins the ids of its members, which are no other writer's. */
  readonly prefix: string
  readonly seconds: number
}

/** As many as there are workspaces, which all writers write to. */
const WORKSPACES = 500

/** Saves the installation of one member after another; resolves with how many. */
export async function write({ location, as, prefix, seconds }: WriterInput): Promise<number> {
  const store = as === 'slack-oauth' ? await openStore(location) : undefined
  const until = Date.now() + seconds * 1000
  let saved = 0
  for (; Date.now() < until; saved++) {
    const [team, user] = [`T${saved % WORKSPACES}`, `${prefix}${saved}`]
    const token = `xoxb-${user}`
    if (store) {
      const { bot, ...rest } = installation({ team: { id: team }, user: { id: user } })
      await store.installations.save({ ...rest, ...(bot && { bot: { ...bot, token } }) })
    } else {
      pythonSave(location, { team_id: team, user_id: user, bot_token: token })
    }
  }
  await store?.close()
  return saved
}
