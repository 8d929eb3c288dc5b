import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readdir, readFile, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import Database from 'better-sqlite3'
import { exportTo } from '../../src/flows/transfer/export.ts'
import { openStore } from '../../src/index.ts'
import { createTables, save as pythonSave } from '../store/python-sdk.ts'
import { everyKind, list, read, save, sorted, tempFolder } from './fixtures.ts'

/** Reads a store, and makes sure that neither it nor anything beside it has changed. */
async function readUnchanged(path: string) {
  const look = async () => ({
    names: (await readdir(dirname(path))).sort(),
    digest: createHash('sha256')
      .update(await readFile(path))
      .digest('hex'),
  })
  const before = await look()
  const result = await read('sqlite', path)
  assert.deepEqual(await look(), before)
  return result
}

test('every field comes back from a store, which is not changed', async (t) => {
  const path = join(await tempFolder(t), 'new', 'copy.db')
  await exportTo(path, 'sqlite', everyKind)
  assert.deepEqual(sorted((await readUnchanged(path)).found), sorted(everyKind))
})

test('a store that is in use is read with what was saved last', async (t) => {
  const path = join(await tempFolder(t), 'used.db')
  const store = await openStore(path)
  t.after(() => store.close())
  await store.installations.merge(everyKind)
  assert.equal((await read('sqlite', path)).found.length, 3)
})

test('an export to a store leaves what is newer there', async (t) => {
  const path = join(await tempFolder(t), 'copy.db')
  const newer = everyKind.map((each) => ({
    ...each,
    appId: 'A2',
    installedAt: each.installedAt + 9,
  }))
  await save(path, newer)
  assert.deepEqual(await exportTo(path, 'sqlite', everyKind), { added: 0, updated: 0, kept: 3 })
  assert.deepEqual(new Set((await list(path)).map(({ appId }) => appId)), new Set(['A2']))
})

test('the file of a Python app is read: the newest of its history, also without its table of bots', async (t) => {
  const path = join(await tempFolder(t), 'python.db')
  createTables(path)
  pythonSave(path, { bot_token: 'xoxb-old', installed_at: '2024-01-02 03:04:05' })
  pythonSave(path, { bot_token: 'xoxb-new', installed_at: '2024-01-02 03:04:06' })
  const { found } = await readUnchanged(path)
  assert.deepEqual(
    found.map(({ bot }) => bot?.token),
    ['xoxb-new'],
  )
  assert.equal(found[0]?.installedAt, 1_704_164_646)
  const db = new Database(path)
  db.exec('drop table slack_bots')
  db.close()
  assert.deepEqual((await readUnchanged(path)).found, found)
})

test('the file of SQLAlchemyInstallationStore is read: NULL ids, and times as text in UTC', async (t) => {
  const path = join(await tempFolder(t), 'alchemy.db')
  const db = new Database(path)
  db.exec(SQLALCHEMY)
  db.exec(`
    insert into slack_installations (client_id, app_id, enterprise_id, team_id, bot_token, bot_user_id, bot_scopes,
      bot_token_expires_at, user_id, is_enterprise_install, installed_at) values
      ('1.2', 'A1', null, 'T1', 'xoxb-1', 'U9', 'chat:write,im:read', '2030-01-02 03:04:05.000000', 'U1', 0, '2024-01-02 03:04:05.123456'),
      ('1.2', 'A1', 'E1', null, 'xoxb-2', 'U9', '', null, 'U1', 1, '2024-01-02 03:04:05.123456');
    insert into slack_bots (client_id, app_id, team_id, bot_token, bot_user_id, bot_scopes, is_enterprise_install, installed_at)
      values ('1.2', 'A1', 'T1', 'xoxb-3', 'U9', 'chat:write', 0, '2024-01-02 03:04:07.000000');
    insert into slack_bots (client_id, app_id, enterprise_id, bot_token, bot_user_id, bot_scopes, is_enterprise_install, installed_at)
      values ('1.2', 'A1', 'E1', 'xoxb-2', 'U9', '', 1, '2024-01-02 03:04:05.123456');
  `)
  db.close()
  const { found, skipped } = await readUnchanged(path)
  assert.deepEqual(skipped, [])
  const [workspace, org] = found
  assert.equal(workspace?.team?.id, 'T1')
  assert.equal(workspace?.enterprise, undefined)
  assert.equal(workspace?.installedAt, 1_704_164_645.123)
  assert.equal(workspace?.bot?.token, 'xoxb-3')
  assert.equal(org?.isEnterpriseInstall, true)
  assert.equal(org?.bot?.token, 'xoxb-2')
  const inRow = new Database(path)
  inRow.exec('drop table slack_bots')
  inRow.close()
  assert.equal((await read('sqlite', path)).found[0]?.bot?.expiresAt, 1_893_553_445)
})

test('a row whose id is a path refuses the whole file, one that is in no place is skipped', async (t) => {
  const path = join(await tempFolder(t), 'python.db')
  createTables(path)
  pythonSave(path, {})
  pythonSave(path, { enterprise_id: '', team_id: '' })
  const { found, skipped } = await read('sqlite', path)
  assert.equal(found.length, 1)
  assert.deepEqual(skipped, [
    `${path}: a row is no installation: it is in no workspace and in no organization`,
  ])
  pythonSave(path, { team_id: '../x' })
  await assert.rejects(read('sqlite', path), /python\.db: its team_id is a path/)
})

test('what is no store, and what a newer version wrote, is refused', async (t) => {
  const folder = await tempFolder(t)
  await assert.rejects(read('sqlite', join(folder, 'none.db')), /There is no .*none\.db/)
  assert.deepEqual(await readdir(folder), [])
  await assert.rejects(read('sqlite', folder), /is no store of installations/)
  new Database(join(folder, 'empty.db')).exec('create table x (y)').close()
  await assert.rejects(read('sqlite', join(folder, 'empty.db')), /is no store of installations/)
  const newer = join(folder, 'newer.db')
  await save(newer, everyKind)
  new Database(newer).exec("insert into slack_oauth_migrations (id, name) values (99, 'x')").close()
  await rename(newer, join(folder, 'moved.db'))
  await assert.rejects(read('sqlite', join(folder, 'moved.db')), /newer version of slack-oauth/)
})

const SQLALCHEMY = `
  create table slack_installations (
    id integer not null primary key, client_id varchar(32) not null, app_id varchar(32) not null,
    enterprise_id varchar(32), enterprise_name varchar(200), enterprise_url varchar(200),
    team_id varchar(32), team_name varchar(200), bot_token varchar(200), bot_id varchar(32),
    bot_user_id varchar(32), bot_scopes varchar(1000), bot_refresh_token varchar(200),
    bot_token_expires_at datetime, user_id varchar(32) not null, user_token varchar(200),
    user_scopes varchar(1000), user_refresh_token varchar(200), user_token_expires_at datetime,
    incoming_webhook_url varchar(200), incoming_webhook_channel varchar(200),
    incoming_webhook_channel_id varchar(200), incoming_webhook_configuration_url varchar(200),
    is_enterprise_install boolean not null, token_type varchar(32), installed_at datetime not null);
  create table slack_bots (
    id integer not null primary key, client_id varchar(32) not null, app_id varchar(32) not null,
    enterprise_id varchar(32), enterprise_name varchar(200), team_id varchar(32),
    team_name varchar(200), bot_token varchar(200), bot_id varchar(32), bot_user_id varchar(32),
    bot_scopes varchar(1000), bot_refresh_token varchar(200), bot_token_expires_at datetime,
    is_enterprise_install boolean not null, installed_at datetime not null);`
