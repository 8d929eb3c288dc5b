import assert from 'node:assert/strict'
import { readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { exportTo } from '../../src/flows/transfer/export.ts'
import type { TokenGrant } from '../../src/slack/installation.ts'
import { CLIENT_ID, everyKind, files, read, sorted, tempFolder } from './fixtures.ts'

/** As `json.dumps(installation.__dict__)` of the SDK writes it. */
function installer(changes: Readonly<Record<string, string>> = {}): string {
  const fields: Record<string, string> = {
    app_id: '"A111"',
    enterprise_id: 'null',
    enterprise_name: 'null',
    enterprise_url: 'null',
    team_id: '"T111"',
    team_name: '"Acme"',
    bot_token: '"xoxb-1"',
    bot_id: '"B111"',
    bot_user_id: '"U0BOT"',
    bot_scopes: '["chat:write"]',
    bot_refresh_token: 'null',
    bot_token_expires_at: 'null',
    user_id: '"U111"',
    user_token: 'null',
    user_scopes: 'null',
    user_refresh_token: 'null',
    user_token_expires_at: 'null',
    incoming_webhook_url: 'null',
    incoming_webhook_channel: 'null',
    incoming_webhook_channel_id: 'null',
    incoming_webhook_configuration_url: 'null',
    is_enterprise_install: 'false',
    token_type: '"bot"',
    installed_at: '1704164645.25',
    custom_values: '{}',
    ...changes,
  }
  return `{${Object.entries(fields)
    .map(([name, value]) => `"${name}": ${value}`)
    .join(', ')}}`
}

const OF_BOT = /"(enterprise_url|user_\w+|incoming_\w+|token_type)": [^,]+, /g
const bot = (changes: Readonly<Record<string, string>> = {}) =>
  installer(changes).replace(OF_BOT, '')

test('every field comes back from the files of the Python SDK', async (t) => {
  const folder = join(await tempFolder(t), 'new', 'base')
  assert.deepEqual(await exportTo(folder, 'python-file', everyKind), {
    added: 3,
    updated: 0,
    kept: 0,
  })
  const { found, skipped, dropped } = await read('python-file', folder, undefined)
  assert.deepEqual(sorted(found), sorted(everyKind))
  assert.deepEqual([...skipped, ...dropped], [])
})

test('what is noted of a token says nothing of the token that an app puts in its place', async (t) => {
  const folder = join(await tempFolder(t), 'base')
  await exportTo(folder, 'python-file', everyKind)
  const before = (await read('python-file', folder, undefined)).found
  const noted = before.filter(({ bot, user }) => isNoted(bot) || isNoted(user.grant))
  assert.ok(noted.length > 0)

  const names = await readdir(folder, { recursive: true })
  for (const name of names.filter((each) => each.endsWith('-latest'))) {
    const path = join(folder, name)
    const text = await readFile(path, 'utf8')
    await writeFile(path, text.replaceAll(/"(bot|user)_token":"([^"]+)"/g, '"$1_token":"$2-new"'))
  }
  for (const { bot, user } of (await read('python-file', folder, undefined)).found) {
    assert.ok(!isNoted(bot) && !isNoted(user.grant))
    assert.match(`${bot?.token ?? ''}${user.grant?.token ?? ''}`, /-new$/)
  }
})

const isNoted = (grant: TokenGrant | undefined) =>
  grant?.isPublicClient !== undefined || grant?.refreshTokenExpiresAt !== undefined

test('the files are the owner’s alone, and named as the SDK looks for them', async (t) => {
  const folder = join(await tempFolder(t), 'base')
  await exportTo(folder, 'python-file', everyKind)
  const app = join(folder, CLIENT_ID)
  assert.deepEqual((await readdir(app)).sort(), ['E1-T2', 'E1-none', 'none-T1'])
  const names = ['bot-latest', 'installer-U1-latest', 'installer-latest']
  assert.deepEqual((await readdir(join(app, 'none-T1'))).sort(), names)
  for (const name of names) {
    assert.equal((await stat(join(app, 'none-T1', name))).mode & 0o777, 0o600)
  }
  for (const each of [folder, app, join(app, 'none-T1')]) {
    assert.equal((await stat(each)).mode & 0o777, 0o700)
  }
})

test('a time has a fraction, and a field that the SDK does not know is in custom_values', async (t) => {
  const folder = await tempFolder(t)
  await exportTo(folder, 'python-file', everyKind)
  const text = await readFile(join(folder, CLIENT_ID, 'E1-T2', 'installer-latest'), 'utf8')
  assert.match(text, /"installed_at":1704164646\.0,/)
  assert.match(text, /"team_name":"Inside \\"installed_at\\":5,"/)
  const known = [...installer().matchAll(/"(\w+)": /g)].map(([, name]) => name)
  assert.deepEqual(Object.keys(JSON.parse(text)).sort(), known.sort())
  const ofBot = await readFile(join(folder, CLIENT_ID, 'none-T1', 'bot-latest'), 'utf8')
  const knownOfBot = [...bot().matchAll(/"(\w+)": /g)].map(([, name]) => name)
  assert.deepEqual(Object.keys(JSON.parse(ofBot)).sort(), knownOfBot.sort())
})

test('files with and without the history, with and without a client id, are read', async (t) => {
  const folder = await tempFolder(t)
  const expected = { token: 'xoxb-1', scopes: ['chat:write'], id: 'B111', userId: 'U0BOT' }
  const layouts: Record<string, Record<string, string>> = {
    history: {
      'none-T111/bot-latest': bot(),
      'none-T111/bot-1704164645.25': bot(),
      'none-T111/installer-latest': installer(),
      'none-T111/installer-1704164645.25': installer(),
      'none-T111/installer-U111-latest': installer(),
      'none-T111/installer-U111-1704164645.25': installer(),
    },
    'no history': {
      'none-T111/bot-latest': bot(),
      'none-T111/installer-U111-latest': installer(),
    },
    'history alone': {
      'none-T111/installer-U111-1704164000.0': installer({
        bot_token: '"xoxb-0"',
        installed_at: '1704164000.0',
      }),
      'none-T111/installer-U111-1704164645.25': installer(),
    },
    'client id': { '333.444/none-T111/installer-U111-latest': installer() },
    'a date': {
      'none-T111/installer-latest': installer({ installed_at: '"2024-01-02 03:04:05.25"' }),
    },
  }
  for (const [name, contents] of Object.entries(layouts)) {
    await files(join(folder, name), contents)
    const { found, skipped } = await read('python-file', join(folder, name))
    assert.deepEqual(skipped, [], name)
    assert.equal(found.length, 1, name)
    assert.equal(found[0]?.clientId, name === 'client id' ? '333.444' : CLIENT_ID)
    assert.deepEqual(found[0]?.bot, expected, name)
    assert.equal(found[0]?.installedAt, 1704164645.25, name)
  }
})

test('a bot that was renewed in its own file alone is the one that counts', async (t) => {
  const folder = await tempFolder(t)
  await files(folder, {
    'E111-none/installer-U111-latest': installer({ ...org, bot_token_expires_at: '1704200000' }),
    'E111-none/bot-latest': bot({
      ...org,
      bot_token: '"xoxb-2"',
      bot_token_expires_at: '1704300000',
    }),
  })
  const { found } = await read('python-file', folder)
  assert.equal(found[0]?.bot?.token, 'xoxb-2')
  assert.equal(found[0]?.isEnterpriseInstall, true)
  assert.equal(found[0]?.team, undefined)
})

const org = { enterprise_id: '"E111"', team_id: 'null', is_enterprise_install: 'true' }

test('what is no installation is skipped by name, and the rest is read', async (t) => {
  const folder = await tempFolder(t)
  const outside = await tempFolder(t)
  await files(outside, { 'installer-latest': installer({ user_id: '"U999"' }), x: 'secret' })
  await files(folder, {
    'none-T111/installer-latest': installer({ custom_values: '{"plan": "pro"}' }),
    'none-T111/notes.txt': 'secret',
    'none-T111/installer-U222-latest': '{"user_token": "xoxp-secret',
    'none-T111/installer-U333-latest': installer({ user_id: '"U444"' }),
    'none-T111/installer-U555-latest': installer({ user_id: '"U555"', team_id: '"T999"' }),
    'none-T222/bot-latest': bot({ team_id: '"T222"' }),
    'none-T333/installer-latest': installer({ team_id: '"T333"', bot_token: '"a b"' }),
    '.hidden/x': '',
  })
  await symlink(outside, join(folder, 'none-T777'))
  await symlink(join(outside, 'x'), join(folder, 'none-T111', 'installer-U666-latest'))
  const { found, skipped, dropped } = await read('python-file', folder)
  assert.deepEqual(
    found.map(({ user }) => user.id),
    // The bot whose members are gone is an installation, without a member
    ['U111', ''],
  )
  const said = skipped.map((line) => line.replace(`${folder}/`, '')).sort()
  assert.deepEqual(said, [
    '.hidden: it is the folder of no app and of no workspace',
    'none-T111/installer-U222-latest: it is not JSON',
    'none-T111/installer-U333-latest: it is of another member than its name',
    'none-T111/installer-U555-latest: it is for another place than its folder',
    'none-T111/installer-U666-latest: it is a link that leads out of the folder',
    'none-T111/notes.txt: it is no file of an installation',
    'none-T333/installer-latest: its bot_token is not one',
    'none-T777: it is a link that leads out of the folder',
  ])
  assert.deepEqual(dropped, [
    `${folder}/none-T111/installer-latest: custom_values have no place in a store`,
  ])
})

test('an id that is a path refuses all of the folder, by the name of the file', async (t) => {
  const folder = await tempFolder(t)
  await files(folder, {
    'none-T111/installer-latest': installer(),
    'none-T222/installer-latest': installer({ team_id: '"../x"' }),
  })
  await assert.rejects(
    read('python-file', folder),
    /none-T222\/installer-latest: its team_id is a path/,
  )
})

test('an export leaves what is newer, and what it does not know, as it is', async (t) => {
  const folder = await tempFolder(t)
  const place = `${CLIENT_ID}/none-T1`
  const newer = installer({
    team_id: '"T1"',
    user_id: '"U1"',
    installed_at: '1804164645.5',
    custom_values: '{"plan": "pro"}',
  })
  await files(folder, { [`${place}/installer-U1-latest`]: newer, [`${place}/own.txt`]: 'mine' })
  const result = await exportTo(folder, 'python-file', everyKind)
  assert.deepEqual(result, { added: 2, updated: 0, kept: 1 })
  assert.equal(await readFile(join(folder, place, 'installer-U1-latest'), 'utf8'), newer)
  assert.deepEqual((await readdir(join(folder, place))).sort(), ['installer-U1-latest', 'own.txt'])
})

test('an export does not follow a link out of its folder, and writes over no file that it cannot read', async (t) => {
  const [folder, outside] = [await tempFolder(t), await tempFolder(t)]
  await files(folder, { [`${CLIENT_ID}/none-T1/installer-U1-latest`]: 'mine' })
  await assert.rejects(
    exportTo(folder, 'python-file', everyKind),
    /installer-U1-latest is in the way/,
  )
  const linked = await tempFolder(t)
  await symlink(outside, join(linked, CLIENT_ID))
  await assert.rejects(exportTo(linked, 'python-file', everyKind), /is there and is no folder/)
  assert.deepEqual(await readdir(outside), [])
  const [first] = everyKind
  assert.ok(first)
  for (const clientId of ['../x', '.x', 'a/b', '']) {
    await assert.rejects(
      exportTo(outside, 'python-file', [{ ...first, clientId }]),
      /The client id ".*" cannot name a file/,
    )
  }
  assert.deepEqual(await readdir(outside), [])
})
