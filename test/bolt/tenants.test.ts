import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { installationStore } from '../../src/bolt.ts'

test("Bolt's store finds and deletes a workspace by its id, whatever organization Bolt names", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'bolt-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const store = installationStore({ db: join(folder, 'store.db'), clientId: '1.2' })
  const tokens = (tenant: string) => ({
    bot: { token: `xoxb-${tenant}`, scopes: ['chat:write'], id: 'B1', userId: 'U9' },
    user: { id: 'U1', token: `xoxp-${tenant}`, scopes: ['search:read'] },
    authVersion: 'v2' as const,
  })
  const inside = {
    ...tokens('T1'),
    team: { id: 'T1' },
    enterprise: { id: 'E1' },
    isEnterpriseInstall: false as const,
  }
  await store.storeInstallation(inside)
  await store.storeInstallation({
    ...tokens('E2'),
    team: undefined,
    enterprise: { id: 'E2' },
    isEnterpriseInstall: true,
  })
  const query = (teamId: string, enterpriseId?: string) => ({
    teamId,
    enterpriseId,
    isEnterpriseInstall: false as const,
  })
  const fetched = async (...ids: [string, string?]) => {
    const { bot, user } = await store.fetchInstallation({ ...query(...ids), userId: 'U1' })
    return [bot?.token, user.token]
  }

  for (const organization of [undefined, 'E1', 'E2', 'E9']) {
    assert.deepEqual(await fetched('T1', organization), ['xoxb-T1', 'xoxp-T1'], organization)
  }
  assert.deepEqual(await fetched('T7', 'E2'), ['xoxb-E2', 'xoxp-E2'])

  for (const organization of [undefined, 'E2']) {
    await store.deleteInstallation(query('T1', organization))
    await assert.rejects(fetched('T1'), { code: 'not_installed' })
    const left = await store.fetchInstallation({
      teamId: undefined,
      enterpriseId: 'E2',
      isEnterpriseInstall: true,
    })
    assert.equal(left.bot?.token, 'xoxb-E2', 'a workspace is deleted, never the organization')
    await store.storeInstallation(inside)
  }
})
