import assert from 'node:assert/strict'
import { readdir, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { TestContext } from 'node:test'
import Database from 'better-sqlite3'
import { exportTo } from '../../src/flows/transfer/export.ts'
import { newStoreKey, storeKeyText } from '../../src/store/encryption/store-key.ts'
import { storedInstall } from '../support/installed.ts'
import { decide } from '../support/person.ts'
import { type SlackApp, slackApp } from '../support/slack-app.ts'
import { installation, save } from '../support/stored.ts'
import { type Finished, type TempCli, tempCli } from '../support/temp-cli.ts'

/** Ground for one fault: a store of its own, with what must still be there afterwards. */
export interface Ground {
  readonly cli: TempCli
  /** The command that is to meet the fault; afterwards, the same without one has to succeed. */
  command(cli: TempCli): Promise<Finished>
  /** What has to succeed then, as well. */
  afterwards?(cli: TempCli): Promise<Finished>
  /** Of the command's own Slack, where it asks one. */
  readonly slackUrl?: string
  /** Tokens of which one has to be in the store whatever happened, by workspace. */
  readonly kept: ReadonlyMap<string, readonly string[] | 'any'>
}

export interface Scenario {
  readonly name: string
  prepare(t: TestContext): Promise<Ground>
}

const BYSTANDER = installation({
  clientId: '9.9',
  team: { id: 'T9', name: 'Bystander' },
  bot: { token: 'xoxb-bystander', id: 'B9', userId: 'U9', scopes: ['chat:write'] },
  installedAt: 1_700_000_000,
})
const kept = (tokens: Record<string, readonly string[] | 'any'>) =>
  new Map(Object.entries({ T9: ['xoxb-bystander'], ...tokens }))

const old = installation({ installedAt: 1_700_000_000 })
const newer = installation({
  installedAt: 1_800_000_000,
  bot: { token: 'xoxb-secret-2', id: 'B1', userId: 'U9', scopes: ['chat:write'] },
})

/** An import of a copy that is newer than what is stored. */
const importOver: Scenario = {
  name: 'an import over what is stored',
  async prepare(t) {
    const cli = await tempCli(t)
    await save(cli, BYSTANDER, old)
    return {
      cli,
      kept: kept({ T1: ['xoxb-secret-1', 'xoxb-secret-2'] }),
      command: await importOf(cli),
    }
  },
}

/** The first write of all: it makes the folder, the file and its tables. */
const importFirst: Scenario = {
  name: 'an import that makes the store',
  async prepare(t) {
    const cli = await tempCli(t)
    return { cli, kept: new Map(), command: await importOf(cli) }
  },
}

async function importOf(cli: TempCli): Promise<Ground['command']> {
  const file = join(cli.home, 'copy.jsonl')
  await exportTo(file, 'jsonl', [newer])
  return (faulty) => faulty.run('import', file)
}

/** A token that has expired, and is renewed before it is printed. */
export const renewal: Scenario = {
  name: 'a renewal',
  async prepare(t) {
    const app = await rotatingApp(t)
    const cli = await tempCli(t, app.env)
    const { team } = await storedInstall(app.slack, cli)
    app.slack.setLifetimes({ tokenLifetimeSeconds: 43_200 })
    await save(cli, BYSTANDER)
    return {
      cli,
      slackUrl: app.slack.url,
      kept: kept({ [team?.id ?? '']: 'any' }),
      command: (faulty) => faulty.run('token'),
      // The lock of a process that was killed goes with the next renewal, as lock.ts has it
      afterwards: (whole) => whole.run('refresh'),
    }
  },
}

function rotatingApp(t: TestContext): Promise<SlackApp> {
  return slackApp(t, { app: { tokenRotation: true }, tokenLifetimeSeconds: 0 })
}

/** An installation where the app is installed already. */
export const install: Scenario = {
  name: 'an installation once more',
  async prepare(t) {
    const app = await slackApp(t)
    const cli = await tempCli(t, app.env)
    const { team } = await storedInstall(app.slack, cli)
    await save(cli, BYSTANDER)
    return {
      cli,
      slackUrl: app.slack.url,
      kept: kept({ [team?.id ?? '']: 'any' }),
      async command(faulty) {
        const running = faulty.start('install', '--scopes', 'chat:write', '--timeout', '30')
        // It may die before there is anything to decide
        decide(running).catch(() => {})
        return running.finished
      },
    }
  },
}

/** Every secret sealed at once, and the file rewritten so that nothing of them is left in it. */
const encryption: Scenario = {
  name: 'an encryption',
  async prepare(t) {
    const bare = await tempCli(t)
    await save(bare, BYSTANDER, old)
    const file = join(bare.home, 'store.key')
    await writeFile(file, `${storeKeyText(newStoreKey())}\n`, { mode: 0o600 })
    return {
      cli: bare.with({ SLACK_OAUTH_KEY_FILE: file }),
      kept: new Map([
        ['T1', 'any'],
        ['T9', 'any'],
      ]),
      command: (faulty) => faulty.run('encrypt'),
      afterwards: async (whole) => {
        const token = await whole.run('token', '--team', 'T9')
        assert.equal(token.stdout, 'xoxb-bystander\n')
        return token
      },
    }
  },
}

export const scenarios: readonly Scenario[] = [
  importFirst,
  importOver,
  renewal,
  install,
  encryption,
]

/** What has to hold after any fault: the file is whole, nothing is lost, and the next command has its way. */
export async function assertSurvived(ground: Ground, what: string): Promise<void> {
  const { cli, command, kept } = ground
  assertKept(cli, kept, what)
  const again = await command(cli)
  assert.equal(again.code, 0, `${what}: the same command fails afterwards: ${again.stderr}`)
  assertKept(cli, kept, what)
  const after = await ground.afterwards?.(cli)
  assert.equal(after?.code ?? 0, 0, `${what}: ${after?.stderr}`)
  const left = await readdir(dirname(cli.db))
  assert.deepEqual(left, [basename(cli.db)], `${what}: something is left behind`)
}

function assertKept(cli: TempCli, kept: Ground['kept'], what: string): void {
  if (kept.size === 0) return
  const db = new Database(cli.db, { fileMustExist: true })
  try {
    assert.equal(db.pragma('integrity_check', { simple: true }), 'ok', what)
    for (const table of ['slack_installations', 'slack_bots']) {
      for (const [team, tokens] of kept) {
        const found = db
          .prepare(`select bot_token from ${table} where team_id = ?`)
          .pluck()
          .all(team)
        assert.equal(found.length, 1, `${what}: ${team} is lost in ${table}`)
        if (tokens !== 'any') assert.ok(tokens.includes(String(found[0])), `${what}: ${found}`)
      }
    }
  } finally {
    db.close()
  }
}
