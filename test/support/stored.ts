import { type Installation, openStore, type Store } from '../../src/index.ts'
import type { TempCli } from './temp-cli.ts'

/** An installation of workspace T1 with a bot, as a test wants it. */
export function installation(changes: Partial<Installation> = {}): Installation {
  return {
    clientId: '1.2',
    appId: 'A1',
    team: { id: 'T1', name: 'Acme' },
    bot: { token: 'xoxb-secret-1', id: 'B1', userId: 'U9', scopes: ['chat:write'] },
    user: { id: 'U1' },
    isEnterpriseInstall: false,
    tokenType: 'bot',
    installedAt: Date.now() / 1000,
    ...changes,
  }
}

/** The same with a token of a member's. */
export function ofMember(id: string, token: string): Installation {
  return installation({ user: { id, grant: { token, scopes: ['search:read'] } } })
}

/** An installation of the whole organization E1. */
export function orgWide(): Installation {
  const { team: _, ...rest } = installation()
  return {
    ...rest,
    enterprise: { id: 'E1', name: 'Acme Org' },
    isEnterpriseInstall: true,
    bot: { token: 'xoxb-org', id: 'B2', userId: 'U8', scopes: [] },
  }
}

/** Does something with the store of a command line, and gives what came of it. */
export async function changeStore<T>(cli: TempCli, work: (store: Store) => Promise<T>): Promise<T> {
  const store = await openStore(cli.env.SLACK_OAUTH_DB ?? cli.db)
  try {
    return await work(store)
  } finally {
    await store.close()
  }
}

/** Stores installations as they are, without a Slack that knows of them. */
export async function save(cli: TempCli, ...installations: readonly Installation[]): Promise<void> {
  await changeStore(cli, async (store) => {
    for (const each of installations) await store.installations.save(each)
  })
}

export async function storedInstallations(cli: TempCli): Promise<Installation[]> {
  return changeStore(cli, async ({ installations }) => {
    const found: Installation[] = []
    for await (const each of installations.list()) found.push(each)
    return found
  })
}
