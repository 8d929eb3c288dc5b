import assert from 'node:assert/strict'
import { readdir, readFile, rename, stat, symlink, utimes } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { test } from 'node:test'
import type { Installation as BoltInstallation } from '@slack/oauth'
import { exportTo } from '../../src/flows/transfer/export.ts'
import { CLIENT_ID, everyKind, files, read, sorted, tempFolder } from './fixtures.ts'

// Its ESM exports lack the stores: they are re-exported defaults of CommonJS
const { FileInstallationStore }: typeof import('@slack/oauth') = createRequire(import.meta.url)(
  '@slack/oauth',
)

function bolt(
  changes: Partial<BoltInstallation<'v2', boolean>> = {},
): BoltInstallation<'v2', boolean> {
  return {
    team: { id: 'T1', name: 'Acme' },
    enterprise: undefined,
    user: {
      id: 'U1',
      token: 'xoxp-1',
      scopes: ['search:read'],
      expiresAt: 1_904_164_645,
      refreshToken: 'xoxe-1',
    },
    bot: { token: 'xoxb-1', scopes: ['chat:write'], id: 'B1', userId: 'U9' },
    appId: 'A1',
    tokenType: 'bot',
    isEnterpriseInstall: false,
    authVersion: 'v2',
    metadata: 'pro',
    ...changes,
  }
}

const inOrg = bolt({ enterprise: { id: 'E1' }, team: { id: 'T2' } })
const ofOrg = bolt({
  enterprise: { id: 'E1' },
  team: undefined,
  isEnterpriseInstall: true,
  enterpriseUrl: 'https://e',
})

test('every field comes back from the files of @slack/oauth', async (t) => {
  const folder = join(await tempFolder(t), 'base')
  await exportTo(folder, 'bolt-js-file', everyKind)
  const { found, skipped } = await read('bolt-js-file', folder, undefined)
  assert.deepEqual(sorted(found), sorted(everyKind))
  assert.deepEqual(skipped, [])
  for (const name of await readdir(folder, { recursive: true })) {
    const found = await stat(join(folder, name))
    assert.equal(found.mode & 0o777, found.isDirectory() ? 0o700 : 0o600, name)
  }
})

test('FileInstallationStore of @slack/oauth finds what is exported, and nothing is beside the folder', async (t) => {
  const parent = await tempFolder(t)
  const baseDir = join(parent, 'base')
  await exportTo(baseDir, 'bolt-js-file', everyKind)
  assert.deepEqual(await readdir(parent), ['base'])
  const store = new FileInstallationStore({ baseDir, clientId: CLIENT_ID })
  const find = (teamId: string | undefined, enterpriseId?: string, userId?: string) =>
    store.fetchInstallation({
      teamId,
      enterpriseId,
      ...(userId && { userId }),
      isEnterpriseInstall: teamId === undefined,
    } as never)
  const workspace = await find('T1')
  assert.equal(workspace.bot?.token, 'xoxe.xoxb-1-secret')
  assert.equal(workspace.bot?.expiresAt, 1_904_164_645)
  assert.equal(workspace.authVersion, 'v2')
  assert.equal(workspace.metadata, '{"plan":"pro"}')
  assert.equal((await find('T2', 'E1', 'U2')).user.token, 'xoxe.xoxp-1-user')
  const org = await find(undefined, 'E1')
  assert.equal(org.bot?.token, 'xoxb-org')
  assert.equal(org.enterpriseUrl, 'https://acme.enterprise.slack.com/')
})

for (const historicalDataEnabled of [true, false]) {
  for (const clientId of [CLIENT_ID, undefined]) {
    const how = `${historicalDataEnabled ? 'with' : 'without'} history, ${clientId ? 'with' : 'without'} a client id`
    test(`what FileInstallationStore stores ${how}, is read in either spelling`, async (t) => {
      const baseDir = join(await tempFolder(t), 'base')
      const store = new FileInstallationStore({
        baseDir,
        historicalDataEnabled,
        ...(clientId && { clientId }),
      })
      const before = Date.now() / 1000 - 1
      for (const each of [bolt(), inOrg, ofOrg]) await store.storeInstallation(each)
      const check = async () => {
        const { found, skipped } = await read('bolt-js-file', baseDir)
        assert.deepEqual(skipped, [])
        assert.deepEqual(found.map(({ team, enterprise }) => team?.id ?? enterprise?.id).sort(), [
          'E1',
          'T1',
          'T2',
        ])
        const one = found.find(({ team }) => team?.id === 'T1')
        assert.ok(one)
        assert.ok(one.installedAt >= before && one.installedAt <= Date.now() / 1000 + 1)
        const { installedAt: _, ...rest } = one
        assert.deepEqual(rest, {
          clientId: CLIENT_ID,
          appId: 'A1',
          team: { id: 'T1', name: 'Acme' },
          bot: { token: 'xoxb-1', scopes: ['chat:write'], id: 'B1', userId: 'U9' },
          user: {
            id: 'U1',
            grant: {
              token: 'xoxp-1',
              scopes: ['search:read'],
              expiresAt: 1_904_164_645,
              refreshToken: 'xoxe-1',
            },
          },
          isEnterpriseInstall: false,
          tokenType: 'bot',
          metadata: 'pro',
        })
      }
      await check()
      // As releases up to 3.0.4 spelled it
      const place = clientId ? join(baseDir, clientId) : baseDir
      await rename(join(dirname(place), `${basename(place)}T1`), join(place, 'T1'))
      await check()
    })
  }
}

test('an installation is as old as its newest copy says, or else as its file', async (t) => {
  const folder = await tempFolder(t)
  await files(folder, {
    'T1/user-U1-latest': bolt(),
    'T1/user-U1-1704164645123': bolt(),
    'T2/user-U1-latest': bolt({ team: { id: 'T2' }, appId: 'A2' }),
    'T2/user-U1-1704164645123': bolt({ team: { id: 'T2' } }),
    'T3/app-1704164640000': bolt({ team: { id: 'T3' }, appId: 'A3' }),
    'T3/app-1704164645123': bolt({ team: { id: 'T3' } }),
  })
  await utimes(join(folder, 'T2', 'user-U1-latest'), 1_804_164_645, 1_804_164_645)
  const { found } = await read('bolt-js-file', folder)
  const ages = found.map(({ team, appId, installedAt }) => [team?.id, appId, installedAt])
  assert.deepEqual(ages, [
    ['T1', 'A1', 1_704_164_645.123],
    ['T2', 'A2', 1_804_164_645],
    ['T3', 'A1', 1_704_164_645.123],
  ])
})

test('classic apps, other files and links out of the folder are skipped by name', async (t) => {
  const [folder, outside] = [await tempFolder(t), await tempFolder(t)]
  await files(outside, { 'app-latest': bolt({ team: { id: 'T5' } }) })
  await files(folder, {
    'T1/app-latest': { ...bolt(), authVersion: 'v1', user: { id: 'U1', token: 'xoxp-secret' } },
    'T2/app-latest': bolt({ team: { id: 'T2' } }),
    'T2/app-latest.bak': 'secret',
    'T3/app-latest': { ...bolt(), bot: { token: 5 } },
    'notes.txt': 'secret',
  })
  await symlink(outside, join(folder, 'T5'))
  const { found, skipped } = await read('bolt-js-file', folder)
  assert.deepEqual(
    found.map(({ team }) => team?.id),
    ['T2'],
  )
  assert.deepEqual(
    skipped.map((line) => line.replace(`${folder}/`, '')),
    [
      'T1/app-latest: it is of a classic app (OAuth v1), which is not stored',
      'T2/app-latest.bak: it is no file of an installation',
      'T3/app-latest: its bot.token is not one',
      'T5: it is a link that leads out of the folder',
      'notes.txt: it is no folder',
    ],
  )
})

test('an id that is a path refuses all of the folder, by the name of the file', async (t) => {
  const folder = await tempFolder(t)
  await files(folder, {
    'T1/app-latest': bolt({ user: { id: '../../x', token: undefined, scopes: undefined } }),
  })
  await assert.rejects(read('bolt-js-file', folder), /T1\/app-latest: its user_id is a path/)
})

test('an export over what Bolt stored later leaves that, and a second one changes no file', async (t) => {
  const baseDir = await tempFolder(t)
  const store = new FileInstallationStore({ baseDir, clientId: CLIENT_ID })
  await store.storeInstallation(bolt())
  const file = join(baseDir, `${CLIENT_ID}T1`, 'app-latest')
  const before = await readFile(file, 'utf8')
  assert.deepEqual(await exportTo(baseDir, 'bolt-js-file', everyKind), {
    added: 2,
    updated: 0,
    kept: 1,
  })
  assert.equal(await readFile(file, 'utf8'), before)
  const org = join(baseDir, CLIENT_ID, 'E1', 'app-latest')
  const { ino } = await stat(org)
  assert.deepEqual(await exportTo(baseDir, 'bolt-js-file', everyKind), {
    added: 0,
    updated: 0,
    kept: 3,
  })
  assert.equal((await stat(org)).ino, ino)
})
