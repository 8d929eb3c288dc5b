import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { Database } from 'better-sqlite3'
import type { Bot, Installation, TokenGrant } from '../../src/slack/installation.ts'
import { openStore } from '../../src/store/open-store.ts'
import type { OpenStoreOptions, Store } from '../../src/store/store.ts'

export const CLIENT_ID = '111.222'

/** 2024-01-02 03:04:05.123 in UTC. */
export const INSTALLED_AT = 1_704_164_645.123

export function bot(changes: Partial<Bot> = {}): Bot {
  return { token: 'xoxb-1', scopes: ['chat:write'], id: 'B111', userId: 'U0BOT', ...changes }
}

export function grant(changes: Partial<TokenGrant> = {}): TokenGrant {
  return { token: 'xoxp-1', scopes: ['search:read', 'im:read'], ...changes }
}

/** A bot in workspace T111 of organization E111, installed by U111. */
export function installation(changes: Partial<Installation> = {}): Installation {
  return { ...userOnly({ user: { id: 'U111' } }), bot: bot(), tokenType: 'bot', ...changes }
}

/** The same place without a bot: a token of U222 alone. */
export function userOnly(changes: Partial<Installation> = {}): Installation {
  return {
    clientId: CLIENT_ID,
    appId: 'A111',
    enterprise: { id: 'E111', name: 'Acme Org' },
    team: { id: 'T111', name: 'Acme' },
    user: { id: 'U222', grant: grant() },
    isEnterpriseInstall: false,
    installedAt: INSTALLED_AT,
    ...changes,
  }
}

/** The whole of organization E111, installed by U111. */
export function orgWide(changes: Partial<Installation> = {}): Installation {
  const { team: _, ...place } = installation()
  const enterprise = { id: 'E111', name: 'Acme Org', url: 'https://acme.enterprise.slack.com/' }
  return { ...place, enterprise, isEnterpriseInstall: true, ...changes }
}

/** A workspace outside any organization. */
export function withoutEnterprise(given: Installation): Installation {
  const { enterprise: _, ...rest } = given
  return rest
}

/** The path of a store that is not there yet, in a folder that goes when the test ends. */
export async function tempPath(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'slack-oauth-store-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  return join(folder, 'installations.db')
}

export async function opened(
  t: TestContext,
  path: string,
  options: OpenStoreOptions = {},
): Promise<Store> {
  const store = await openStore(path, options)
  t.after(() => store.close())
  return store
}

export async function all(store: Store, filter = {}): Promise<Installation[]> {
  const found: Installation[] = []
  for await (const each of store.installations.list(filter)) found.push(each)
  return found
}

/** A connection with something done right before a call of a method, the first being number 0. */
export function beforeCall(
  db: Database,
  method: 'prepare' | 'transaction',
  number: number,
  intrude: () => void,
): Database {
  let calls = 0
  return new Proxy(db, {
    get(target, name) {
      if (name === method && calls++ === number) intrude()
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}
