import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'
import Database from 'better-sqlite3'
import { readInstallations } from '../../src/flows/transfer/import.ts'
import { type Installation, openStore } from '../../src/index.ts'

export const CLIENT_ID = '111.222'

/** One of each kind, with every field that there is: in a workspace, in an organization, and of a member alone. */
export const everyKind: readonly Installation[] = [
  {
    clientId: CLIENT_ID,
    appId: 'A1',
    enterprise: { id: 'E1', name: 'Acme Org', url: 'https://acme.enterprise.slack.com/' },
    bot: { token: 'xoxb-org', userId: 'U8', scopes: [] },
    user: { id: 'W1', grant: { token: 'xoxp-org', scopes: ['search:read'] } },
    isEnterpriseInstall: true,
    tokenType: 'bot',
    installedAt: 1_704_164_645.25,
  },
  {
    clientId: CLIENT_ID,
    appId: 'A1',
    enterprise: { id: 'E1', name: 'Acme Org' },
    team: { id: 'T2', name: 'Inside "installed_at":5,' },
    user: {
      id: 'U2',
      grant: {
        token: 'xoxe.xoxp-1-user',
        refreshToken: 'xoxe-1-user',
        expiresAt: 1_904_164_645,
        scopes: ['im:read', 'search:read'],
        isPublicClient: true,
        refreshTokenExpiresAt: 1_904_999_999.5,
      },
    },
    isEnterpriseInstall: false,
    installedAt: 1_704_164_646,
  },
  {
    clientId: CLIENT_ID,
    appId: 'A1',
    team: { id: 'T1', name: 'Acme – Ünïcödé' },
    bot: {
      token: 'xoxe.xoxb-1-secret',
      refreshToken: 'xoxe-1-secret',
      expiresAt: 1_904_164_645,
      scopes: ['chat:write', 'channels:read'],
      isPublicClient: true,
      refreshTokenExpiresAt: 1_904_999_999,
      id: 'B1',
      userId: 'U9',
    },
    user: { id: 'U1' },
    incomingWebhook: {
      url: 'https://hooks.slack.com/services/T1/B1/secret',
      channel: '#general',
      channelId: 'C1',
      configurationUrl: 'https://acme.slack.com/services/B1',
    },
    isEnterpriseInstall: false,
    tokenType: 'bot',
    metadata: '{"plan":"pro"}',
    installedAt: 1_704_164_645.123,
  },
]

/** Each format has an order of its own. */
export function sorted(installations: readonly Installation[]): Installation[] {
  return [...installations].sort((a, b) => a.installedAt - b.installedAt)
}

export async function tempFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'slack-oauth-exchange-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** Writes files, by their path, whose contents are JSON or text. */
export async function files(base: string, contents: Readonly<Record<string, unknown>>) {
  for (const [path, content] of Object.entries(contents)) {
    await mkdir(dirname(join(base, path)), { recursive: true })
    const text = typeof content === 'string' ? content : JSON.stringify(content)
    await writeFile(join(base, path), text)
  }
}

export async function save(path: string, installations: readonly Installation[]): Promise<void> {
  const store = await openStore(path)
  await store.installations.merge(installations)
  await store.close()
}

export async function list(path: string): Promise<Installation[]> {
  const store = await openStore(path)
  const found: Installation[] = []
  for await (const each of store.installations.list()) found.push(each)
  await store.close()
  return found
}

/** All that is in a store, to compare by. */
export function rows(path: string): unknown {
  const db = new Database(path, { readonly: true })
  try {
    return ['slack_installations', 'slack_bots', 'slack_oauth_details'].map((table) =>
      db.prepare(`select * from ${table}`).all(),
    )
  } finally {
    db.close()
  }
}

/** What is read, skipped and dropped of a source. */
export async function read(
  format: 'jsonl' | 'python-file' | 'bolt-js-file' | 'sqlite',
  from: string | AsyncIterable<unknown>,
  clientId: string | undefined = CLIENT_ID,
) {
  const [skipped, dropped]: [string[], string[]] = [[], []]
  const found = await readInstallations({
    format,
    from,
    signal: new AbortController().signal,
    notes: {
      skip: (path, why) => skipped.push(`${path}: ${why}`),
      drop: (path, why) => dropped.push(`${path}: ${why}`),
    },
    clientId() {
      if (clientId === undefined) throw new Error('no client id')
      return clientId
    },
  })
  return { found, skipped, dropped }
}
