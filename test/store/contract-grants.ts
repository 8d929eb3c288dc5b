import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import type { Installation } from '../../src/slack/installation.ts'
import type { TwoViews } from './contract.ts'
import {
  all,
  bot,
  CLIENT_ID,
  grant,
  INSTALLED_AT,
  installation,
  orgWide,
  userOnly,
  withoutEnterprise,
} from './fixtures.ts'

const PLACE = {
  clientId: CLIENT_ID,
  enterpriseId: 'E111',
  teamId: 'T111',
  isEnterpriseInstall: false,
} as const

/** Places, tokens that are replaced one by one, and copies that are taken in. */
export function grantContract(
  name: string,
  open: (t: TestContext, options?: { clientId: string }) => Promise<TwoViews>,
): void {
  describe(`${name}: places`, () => {
    async function places({ reader }: TwoViews, filter = {}): Promise<string[]> {
      const found: string[] = []
      for await (const each of reader.installations.places(filter)) {
        found.push([each.clientId, each.enterpriseId, each.teamId].join(' '))
      }
      return found
    }

    test('each place is named once, however many members it has, in their order', async (t) => {
      const views = await open(t)
      for (const each of [installation(), userOnly(), orgWide()]) {
        await views.writer.installations.save(each)
      }
      await views.writer.installations.save(
        withoutEnterprise(installation({ team: { id: 'T333' } })),
      )
      await views.writer.installations.save(installation({ clientId: '333.444' }))

      assert.deepEqual(await places(views), [
        '111.222  T333',
        '111.222 E111 ',
        '111.222 E111 T111',
        '333.444 E111 T111',
      ])
      assert.deepEqual(await places(views, { teamId: 'T111', clientId: CLIENT_ID }), [
        '111.222 E111 T111',
      ])
      assert.deepEqual(await places(views, { enterpriseId: '' }), ['111.222  T333'])
      assert.deepEqual(await places(views, { enterpriseId: 'E111', teamId: '' }), ['111.222 E111 '])
      assert.deepEqual(await places(views, { userId: 'U222' }), ['111.222 E111 T111'])
      assert.deepEqual(await places(views, { teamId: 'T999' }), [])
    })

    test('a place where only the bot is left is one', async (t) => {
      const views = await open(t)
      await views.writer.installations.save(installation())
      await views.writer.installations.deleteInstallation(PLACE)

      assert.deepEqual(await places(views, { teamId: 'T111' }), ['111.222 E111 T111'])
    })
  })

  describe(`${name}: replacing a token`, () => {
    const old = { refreshToken: 'xoxe-1-old', expiresAt: 1_704_207_845 }
    const next = { token: 'xoxb-2', refreshToken: 'xoxe-1-new', expiresAt: 1_704_251_045 }

    test("a bot's token is replaced for every member, and nothing else is", async (t) => {
      const { writer, reader } = await open(t)
      const first = installation({ bot: bot(old), user: { id: 'U111', grant: grant() } })
      await writer.installations.save(first)
      await writer.installations.save(userOnly())

      const renewed = { ...bot(old), ...next }
      assert.equal(await writer.installations.replaceGrant(PLACE, bot(old), renewed), true)

      assert.deepEqual(await reader.installations.findBot(PLACE), bot(next))
      const found = await reader.installations.findInstallation({ ...PLACE, userId: 'U111' })
      assert.deepEqual(found, { ...first, bot: bot(next) })
      assert.deepEqual((await all(reader)).length, 2)
    })

    test("a member's token is replaced, and neither the bot's nor another member's", async (t) => {
      const { writer, reader } = await open(t)
      const mine = grant(old)
      await writer.installations.save(installation({ user: { id: 'U111', grant: mine } }))
      await writer.installations.save(userOnly())

      const renewed = { ...mine, ...next, token: 'xoxp-2' }
      const key = { ...PLACE, userId: 'U111' }
      assert.equal(await writer.installations.replaceGrant(key, mine, renewed), true)

      const found = await reader.installations.findInstallation(key)
      assert.deepEqual(found?.user.grant, renewed)
      assert.deepEqual(found?.bot, bot())
      const other = await reader.installations.findInstallation({ ...PLACE, userId: 'U222' })
      assert.deepEqual(other?.user.grant, grant())
    })

    test('a token that is no longer the stored one is not replaced', async (t) => {
      const { writer, reader } = await open(t)
      await writer.installations.save(installation({ bot: bot(old) }))
      await writer.installations.save(installation({ bot: bot({ token: 'xoxb-reinstalled' }) }))

      const replace = (previous: object) =>
        writer.installations.replaceGrant(PLACE, bot(previous), bot(next))
      assert.equal(await replace(old), false)
      assert.equal(await replace({ token: 'xoxb-reinstalled', refreshToken: 'x' }), false)
      assert.equal(
        await writer.installations.replaceGrant({ ...PLACE, teamId: 'T9' }, bot(old), bot(next)),
        false,
      )
      assert.equal((await reader.installations.findBot(PLACE))?.token, 'xoxb-reinstalled')
    })

    test('of 8 who replace one token at once, one succeeds', async (t) => {
      const { writer, reader } = await open(t)
      await writer.installations.save(installation({ bot: bot(old) }))

      const answers = await Promise.all(
        Array.from({ length: 8 }, (_, index) =>
          (index % 2 === 0 ? writer : reader).installations.replaceGrant(
            PLACE,
            bot(old),
            bot({ ...next, token: `xoxb-${index}` }),
          ),
        ),
      )

      const winner = answers.indexOf(true)
      assert.deepEqual(answers.filter(Boolean), [true])
      assert.equal((await reader.installations.findBot(PLACE))?.token, `xoxb-${winner}`)
    })

    test('the lock of a token is taken by one at a time, and another token has another', async (t) => {
      const { writer, reader } = await open(t)
      const held = await writer.tryLock(PLACE)
      assert.ok(held)
      assert.equal(await reader.tryLock(PLACE), undefined)
      assert.equal(await writer.tryLock(PLACE), undefined)
      const other = await reader.tryLock({ ...PLACE, userId: 'U111' })
      assert.ok(other)

      await held.release()
      const again = await reader.tryLock(PLACE)
      assert.ok(again)
      await Promise.all([again.release(), other.release()])
    })
  })

  describe(`${name}: what has no column in the SDK's tables`, () => {
    const details = {
      isPublicClient: true,
      refreshTokenExpiresAt: 1_706_756_645,
      failure: { code: 'invalid_refresh_token', at: 1_704_200_000 },
    }

    test('comes back with the installation, the bot and the list', async (t) => {
      const { writer, reader } = await open(t)
      const saved = installation({
        bot: bot(details),
        user: { id: 'U111', grant: grant({ isPublicClient: true }) },
        metadata: 'tenant 7',
      })
      await writer.installations.save(saved)
      await writer.installations.save(userOnly({ metadata: 'tenant 8' }))

      const found = await reader.installations.findInstallation({ ...PLACE, userId: 'U111' })
      assert.deepEqual(found, saved)
      assert.deepEqual(await reader.installations.findBot(PLACE), bot(details))
      const listed = await all(reader)
      assert.deepEqual(listed[0], saved)
      assert.equal(listed[1]?.metadata, 'tenant 8')
    })

    test('says nothing of the token that comes after', async (t) => {
      const { writer, reader } = await open(t)
      await writer.installations.save(installation({ bot: bot(details) }))
      await writer.installations.replaceGrant(PLACE, bot(details), bot({ token: 'xoxb-2' }))
      assert.deepEqual(await reader.installations.findBot(PLACE), bot({ token: 'xoxb-2' }))

      await writer.installations.replaceGrant(PLACE, bot({ token: 'xoxb-2' }), bot(details))
      assert.deepEqual(await reader.installations.findBot(PLACE), bot(details))
      await writer.installations.save(installation({ bot: bot({ token: 'xoxb-3' }) }))
      assert.deepEqual(await reader.installations.findBot(PLACE), bot({ token: 'xoxb-3' }))
    })

    test('goes with what is deleted', async (t) => {
      const { writer, reader } = await open(t)
      const saved = installation({ bot: bot(details), metadata: 'tenant 7' })
      await writer.installations.save(saved)
      await writer.installations.deleteAll(PLACE)
      await writer.installations.save(userOnly({ user: { id: 'U111' }, bot: bot() }))

      const found = await reader.installations.findInstallation(PLACE)
      assert.equal(found?.metadata, undefined)
      assert.deepEqual(found?.bot, bot())
    })
  })

  describe(`${name}: taking in copies`, () => {
    const at = (seconds: number, changes: Partial<Installation> = {}) =>
      installation({ installedAt: INSTALLED_AT + seconds, ...changes })

    test('they keep when they were installed, and a second time changes nothing', async (t) => {
      const { writer, reader } = await open(t)
      const copies = [
        at(50, { user: { id: 'U111', grant: grant() } }),
        at(0, { user: { id: 'U222' } }),
        orgWide(),
      ]
      assert.deepEqual(await writer.installations.merge(copies), { added: 3, updated: 0, kept: 0 })
      const stored = await all(reader)
      assert.deepEqual(
        stored.map((each) => [each.user.id, each.installedAt]),
        [
          ['U111', INSTALLED_AT],
          ['U111', INSTALLED_AT + 50],
          ['U222', INSTALLED_AT],
        ],
      )
      assert.deepEqual(await writer.installations.merge(copies), { added: 0, updated: 0, kept: 3 })
      assert.deepEqual(await all(reader), stored)
    })

    test('an older copy takes no place, and a newer one does', async (t) => {
      const { writer, reader } = await open(t)
      await writer.installations.save(at(10))
      const old = at(0, { bot: bot({ token: 'xoxb-old' }), appId: 'A-old' })
      assert.deepEqual(await writer.installations.merge([old]), { added: 0, updated: 0, kept: 1 })
      assert.deepEqual(await all(reader), [at(10)])

      const young = at(20, { bot: bot({ token: 'xoxb-young' }) })
      assert.deepEqual(await writer.installations.merge([young]), { added: 0, updated: 1, kept: 0 })
      assert.deepEqual(await all(reader), [young])
      assert.equal((await reader.installations.findBot(PLACE))?.token, 'xoxb-young')
    })

    test('an older copy of another member brings their token, not the old bot', async (t) => {
      const { writer, reader } = await open(t)
      await writer.installations.save(at(10))
      const old = at(0, { bot: bot({ token: 'xoxb-old' }), user: { id: 'U222', grant: grant() } })
      await writer.installations.merge([old])

      const found = await reader.installations.findInstallation({ ...PLACE, userId: 'U222' })
      assert.deepEqual(found?.user.grant, grant())
      assert.deepEqual(found?.bot, bot())
      assert.equal((await reader.installations.findInstallation(PLACE))?.user.id, 'U111')
    })

    test('of one installation, the copy that was renewed later counts', async (t) => {
      const { writer, reader } = await open(t)
      await writer.installations.save(at(0, { bot: bot({ expiresAt: 1_000 }) }))
      await writer.installations.merge([at(0, { bot: bot({ token: 'xoxb-2', expiresAt: 2_000 }) })])
      await writer.installations.merge([at(0, { bot: bot({ expiresAt: 1_500 }) })])

      assert.equal((await reader.installations.findBot(PLACE))?.token, 'xoxb-2')
    })

    test('one that is refused leaves none of them', async (t) => {
      const { writer, reader } = await open(t)
      const { team: _, ...nowhere } = withoutEnterprise(installation())
      await assert.rejects(writer.installations.merge([installation(), nowhere]), { code: 'usage' })
      assert.deepEqual(await all(reader), [])
    })
  })
}
