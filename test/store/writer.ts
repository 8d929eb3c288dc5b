import { openStore } from '../../src/store/open-store.ts'
import { bot, installation } from './fixtures.ts'
import { save as pythonSave } from './python-sdk.ts'

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

export interface Written {
  readonly saved: number
  /** How often the file was locked for too long: that is an error, and the same is tried again. */
  readonly refused: number
}

/** Saves the installation of one member after another. */
export async function write({ location, as, prefix, seconds }: WriterInput): Promise<Written> {
  const store = as === 'slack-oauth' ? await openStore(location) : undefined
  const save = async (index: number) => {
    const [team, user] = [`T${index % WORKSPACES}`, `${prefix}${index}`]
    const token = `xoxb-${user}`
    if (!store) return pythonSave(location, { team_id: team, user_id: user, bot_token: token })
    return store.installations.save(
      installation({ team: { id: team }, user: { id: user }, bot: bot({ token }) }),
    )
  }
  const until = Date.now() + seconds * 1000
  let [saved, refused] = [0, 0]
  while (Date.now() < until) {
    try {
      await save(saved)
      saved++
    } catch (error) {
      if (!isLocked(error)) throw error
      refused++
    }
  }
  await store?.close()
  return { saved, refused }
}

function isLocked(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    ['store_locked', 'SQLITE_BUSY'].includes(String(error.code))
  )
}
