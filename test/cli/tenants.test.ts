import assert from 'node:assert/strict'
import { test } from 'node:test'
import Database from 'better-sqlite3'
import { openStore } from '../../src/index.ts'
import { installation, orgWide, save } from '../support/stored.ts'
import { tempCli } from '../support/temp-cli.ts'

const inside = (token = 'xoxb-T1') =>
  installation({
    enterprise: { id: 'E1', name: 'Acme Org' },
    bot: { token, id: 'B1', userId: 'U9', scopes: [] },
    user: { id: 'U1', grant: { token: 'xoxp-T1', scopes: [] } },
  })

/** Another organization, whose app is installed for all of it. */
const elsewhere = () => {
  const given = orgWide()
  return {
    ...given,
    enterprise: { id: 'E2' },
    bot: { ...given.bot, token: 'xoxb-E2', userId: 'U8', scopes: [] },
  }
}

for (const command of ['token', 'show', 'check', 'refresh', 'revoke']) {
  test(`${command} --team T1 --enterprise E2 means T1, whatever organization it is stored under`, async (t) => {
    const cli = await tempCli(t, {
      SLACK_OAUTH_SLACK_URL: 'http://127.0.0.1:9',
      SLACK_CLIENT_SECRET: 's',
    })
    await save(cli, inside(), elsewhere())
    const place = ['--team', 'T1', '--enterprise', 'E2']
    const more: Record<string, string[]> = {
      show: ['--json', '--reveal'],
      check: ['--json', '--timeout', '1'],
      refresh: ['--timeout', '1'],
      revoke: ['--local', '--yes', '--json'],
    }
    const { stdout, stderr } = await cli.main(command, ...place, ...(more[command] ?? []))
    assert.doesNotMatch(stdout + stderr, /E2|xoxb-E2/)
    assert.match(stdout + stderr, /T1/)
    if (command === 'token') assert.equal(stdout, 'xoxb-T1\n')
    const left = await cli.main('token', '--enterprise', 'E2')
    assert.equal(left.stdout, 'xoxb-E2\n', 'the other organization is untouched')
  })
}

test("the organization's token answers for a workspace that has none, and a member's is never another's", async (t) => {
  const cli = await tempCli(t)
  await save(cli, inside(), elsewhere())
  const token = async (...args: string[]) => (await cli.main('token', ...args)).stdout
  assert.equal(await token('--team', 'T7', '--enterprise', 'E2'), 'xoxb-E2\n')
  assert.equal(await token('--team', 'T1', '--user', 'U1', '--enterprise', 'E2'), 'xoxp-T1\n')
  assert.equal(await token('--team', 'T7', '--user', 'U1', '--enterprise', 'E2'), '')
  const { code } = await cli.main('token', '--team', 'T7')
  assert.equal(code, 3)
})

test('a workspace that is stored twice is told apart by its organization, and chosen by it or by none', async (t) => {
  const cli = await tempCli(t)
  await save(cli, inside('xoxb-after'))
  // As an app of the Python SDK leaves it, which knows nothing of the move
  const db = new Database(cli.db)
  for (const table of ['slack_installations', 'slack_bots']) {
    const columns = db.prepare('select name from pragma_table_info(?)').pluck().all(table)
    const names = columns.filter((name) => name !== 'id').join(', ')
    const values = names
      .replace(/\benterprise_id\b/, "''")
      .replace(/\bbot_token\b/, "'xoxb-before'")
    db.exec(`insert into ${table} (${names}) select ${values} from ${table}`)
  }
  db.close()
  const { code, stdout, stderr } = await cli.main('token', '--team', 'T1')
  assert.equal(code, 2)
  assert.equal(stdout, '')
  assert.match(stderr, /Acme \(T1\) outside any organization, Acme \(T1\) in the organization E1/)
  assert.match(stderr, /hint: Choose one, as in --team T1 --enterprise none/)
  const token = async (...args: string[]) =>
    (await cli.main('token', '--team', 'T1', ...args)).stdout
  assert.equal(await token('--enterprise', 'none'), 'xoxb-before\n')
  assert.equal(await token('--enterprise', 'E1'), 'xoxb-after\n')
  const { stdout: list } = await cli.main('list')
  assert.match(list, /^T1 +Acme, in Acme Org +U1/m)

  // The next install makes one of the two
  await save(cli, inside('xoxb-newest'))
  assert.equal(await token(), 'xoxb-newest\n')
  assert.equal((await cli.main('list', '--json')).stdout.trim().split('\n').length, 1)
})

test('a bot that Bolt for Python deleted is gone: the copy in the row of its installer is not printed', async (t) => {
  const cli = await tempCli(t)
  await save(cli, installation(), orgWide())
  // delete_bot(None, 'T1') on tokens_revoked, and delete_all('E1', None) on app_uninstalled: neither reaches the rows
  // of slack_installations (slack_sdk/oauth/installation_store/sqlite3)
  const db = new Database(cli.db)
  db.exec(`
    update slack_installations set installed_at = '2026-01-02 03:04:05';
    delete from slack_bots where team_id = 'T1';
    delete from slack_bots where enterprise_id = 'E1' and team_id = ''`)
  db.close()
  for (const place of [
    ['--team', 'T1'],
    ['--enterprise', 'E1'],
  ]) {
    const { code, stdout } = await cli.main('token', ...place)
    assert.deepEqual([code, stdout], [3, ''])
  }
})

test('a bot whose members are gone is listed, shown, exported and imported', async (t) => {
  const cli = await tempCli(t)
  await save(cli, installation())
  const store = await openStore(cli.db)
  await store.installations.deleteInstallation({ teamId: 'T1' })
  await store.close()

  assert.match((await cli.main('list')).stdout, /^T1 +Acme +A1 +bot +never/m)
  const [line] = (await cli.main('list', '--json')).stdout.trim().split('\n')
  assert.equal(JSON.parse(line ?? '').user_id, null)
  assert.match((await cli.main('show', '--json')).stdout, /"user_id":null/)
  for (const format of [undefined, 'python-file', 'bolt-js-file'] as const) {
    const to = format ? ['--to', format] : []
    const from = format ? ['--from', format] : []
    const target = `exported-${format ?? 'lines'}`
    const exported = await cli.main('export', ...to, target)
    assert.equal(exported.code, 0, exported.stderr)
    const other = ['--db', `imported-${format ?? 'lines'}.db`]
    const imported = await cli.main('import', ...from, target, ...other)
    assert.equal(imported.code, 0, imported.stderr)
    assert.equal((await cli.main('token', ...other)).stdout, 'xoxb-secret-1\n', String(format))
  }
  const copied = await cli.main('import', '--from', 'sqlite', cli.db, '--db', 'copy.db')
  assert.equal(copied.code, 0, copied.stderr)
  assert.equal((await cli.main('token', '--db', 'copy.db')).stdout, 'xoxb-secret-1\n')
})

test('every webhook of an installation is shown, exported and imported, and one is chosen by its channel', async (t) => {
  const cli = await tempCli(t)
  const webhook = (channel: string) => ({
    url: `https://hooks.slack.com/services/${channel}`,
    channel: `#${channel}`,
    channelId: `C${channel}`,
  })
  await save(
    cli,
    installation({ incomingWebhook: webhook('one') }),
    installation({ incomingWebhook: webhook('two') }),
  )

  const shown = await cli.main('show')
  assert.match(shown.stdout, /#one \*\*\*/)
  assert.doesNotMatch(shown.stdout, /services/)
  const url = async (...args: string[]) => {
    const { stdout, stderr } = await cli.main('show', '--json', '--reveal', ...args)
    assert.equal(stderr, '')
    return JSON.parse(stdout).incoming_webhook_url
  }
  assert.equal(await url(), webhook('two').url)
  for (const name of ['one', '#one', 'Cone'])
    assert.equal(await url('--webhook', name), webhook('one').url)
  const missing = await cli.main('show', '--webhook', 'three')
  assert.equal(missing.code, 3)
  assert.match(missing.stderr, /Choose one, as in --webhook '#two': #two, #one/)

  for (const format of [undefined, 'python-file', 'bolt-js-file'] as const) {
    const target = `hooks-${format ?? 'lines'}`
    await cli.main('export', ...(format ? ['--to', format] : []), target)
    const other = ['--db', `${target}.db`]
    const imported = await cli.main(
      'import',
      ...(format ? ['--from', format] : []),
      target,
      ...other,
    )
    assert.equal(imported.code, 0, imported.stderr)
    assert.equal(await url('--webhook', 'one', ...other), webhook('one').url, String(format))
  }
})

test('encrypt leaves no webhook in the clear, and decrypt brings each back', async (t) => {
  const cli = await tempCli(t)
  const webhook = (channel: string) => ({
    url: `https://hooks.slack.com/services/${channel}`,
    channel: `#${channel}`,
  })
  await save(
    cli,
    installation({ incomingWebhook: webhook('one') }),
    installation({ incomingWebhook: webhook('two') }),
  )
  const before = (await cli.main('show', '--json', '--reveal')).stdout
  assert.equal((await cli.main('encrypt', '--new-key', 'key')).code, 0)
  const keyed = cli.with({ SLACK_OAUTH_KEY_FILE: 'key' })
  const db = new Database(cli.db, { readonly: true })
  assert.doesNotMatch(
    JSON.stringify(db.prepare('select * from slack_oauth_details').all()),
    /hooks\.slack/,
  )
  db.close()
  assert.equal((await keyed.main('show', '--json', '--reveal')).stdout, before)
  assert.equal((await keyed.main('decrypt')).code, 0)
  assert.equal((await cli.main('show', '--json', '--reveal')).stdout, before)
})
