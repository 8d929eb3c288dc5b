import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { SlackOAuthError } from '../../src/base/errors.ts'
import { openStore } from '../../src/store/open-store.ts'
import { botOf, installationOf } from '../../src/store/sql/from-row.ts'
import { time, timestamp } from '../../src/store/sql/time.ts'
import { sqliteDialect } from '../../src/store/sqlite/database.ts'
import { fuzz, SECRET, settled } from './fuzz.ts'

const dialect = sqliteDialect(() => 0)

const odd = fc.oneof(
  fc.constantFrom(
    null,
    '',
    '0',
    0,
    -1,
    1.5,
    1e300,
    -1e300,
    '../x',
    `xoxb-${SECRET}`,
    `xoxb-${SECRET}\nx`,
    '9999-99-99',
  ),
  fc.uint8Array({ maxLength: 4 }).map((bytes) => Buffer.from(bytes)),
  fc.string({ maxLength: 10 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
)
const or = (...right: unknown[]) =>
  fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...right) }, { weight: 1, arbitrary: odd })
const row = fc.record({
  id: fc.nat(),
  client_id: or('1.2', '3.4'),
  app_id: or('A1'),
  enterprise_id: or('', 'E1', null),
  enterprise_name: or('Acme Org', null),
  enterprise_url: or('https://a', null),
  team_id: or('', 'T1', 'T2'),
  team_name: or('Acme'),
  bot_token: or('xoxb-1', null),
  bot_id: or('B1'),
  bot_user_id: or('U9'),
  bot_scopes: or('chat:write', '', null),
  bot_refresh_token: or('xoxe-1-a', null),
  bot_token_expires_at: or(null, 1_800_000_000, '2027-01-01 00:00:00'),
  user_id: or('U1', 'U2'),
  user_token: or('xoxp-1', null),
  user_scopes: or('search:read', null),
  user_refresh_token: or('xoxe-1-b', null),
  user_token_expires_at: or(null, 1_800_000_000),
  incoming_webhook_url: or(null, 'https://hooks.slack.com/x'),
  is_enterprise_install: or(0, 1),
  token_type: or('bot', null),
  installed_at: or('2026-01-02 03:04:05.678', '2026-01-02 03:04:05', 1_767_323_045),
})

fuzz(
  'a row of any program is an installation, or an error that names it and no secret',
  fc.asyncProperty(row, async (each) => {
    const found = await settled(() => installationOf(dialect, each, botOf(dialect, each)))
    if (found instanceof SlackOAuthError) {
      assert.equal(found.code, 'store_corrupt')
      return
    }
    for (const grant of [found.bot, found.user.grant]) {
      assert.ok(grant === undefined || /^[\x21-\x7e]+$/.test(grant.token))
      assert.ok(grant?.expiresAt === undefined || grant.expiresAt >= 0)
    }
    // It can be written again, and shown as a date
    assert.equal(time(timestamp(found.installedAt)) === undefined, false)
  }),
)

fuzz(
  'a time in a column is a moment that has a date, or none',
  fc.property(
    fc.oneof(odd, fc.string({ unit: 'binary', maxLength: 24 }), fc.date().map(String)),
    (value) => {
      const seconds = time(value)
      if (seconds !== undefined) new Date(seconds * 1000).toISOString()
    },
  ),
)

const folder = mkdtempSync(join(tmpdir(), 'slack-oauth-fuzz-'))
const path = join(folder, 'installations.db')
after(() => rmSync(folder, { recursive: true, force: true }))
const store = await openStore(path)
after(() => store.close())
const raw = new Database(path)
raw.pragma('synchronous = off')
after(() => raw.close())
const ROWS = 20

fuzz(
  `a file of ${ROWS} such rows is listed, searched, and still takes an installation`,
  fc.asyncProperty(fc.array(row, { minLength: ROWS, maxLength: ROWS }), async (rows) => {
    raw.exec('delete from slack_installations; delete from slack_bots')
    for (const { id: _, ...each } of rows) insert(each)
    for (const query of [
      { teamId: 'T1' },
      { enterpriseId: 'E1', teamId: 'T2' },
      { clientId: '1.2', teamId: 'T1', userId: 'U1' },
    ]) {
      await settled(() => store.installations.findInstallation(query))
      await settled(() => store.installations.findBot(query))
    }
    await settled(async () => {
      for await (const _ of store.installations.list()) {
      }
    })
    const installation = {
      clientId: '1.2',
      appId: 'A1',
      team: { id: 'T9' },
      bot: { token: 'xoxb-new', userId: 'U9', scopes: [] },
      user: { id: 'U1' },
      isEnterpriseInstall: false,
      installedAt: 1_900_000_000,
    }
    await store.installations.save(installation)
    const found = await store.installations.findInstallation({ clientId: '1.2', teamId: 'T9' })
    assert.equal(found?.bot?.token, 'xoxb-new')
  }),
  { share: 1 / ROWS },
)

function insert(columns: Record<string, unknown>): void {
  const names = Object.keys(columns)
  const sql = `insert or ignore into slack_installations (${names}) values (${names.map((each) => `@${each}`)})`
  raw.prepare(sql).run(columns)
}
