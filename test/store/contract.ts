import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Store } from '../../src/store/store.ts'
import { grantContract } from './contract-grants.ts'
import { tenantContract } from './contract-tenants.ts'
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
import { otherProcess } from './other-process.ts'

/** Two views of one empty store; they may be the same. */
export interface TwoViews {
  readonly writer: Store
  readonly reader: Store
}

/** What every store does, whatever it keeps its rows in. */
export function storeContract(
  name: string,
  open: (t: TestContext, options?: { clientId: string }) => Promise<TwoViews>,
): void {
  grantContract(name, open)
  // A server takes a hundred times as long as a file in memory
  tenantContract(name, open, name.includes('PostgreSQL') ? 6 : 60)

  describe(`${name}: installations`, () => {
    test('what was saved for a workspace is found there, to the last field', async (t) => {
      const { writer, reader } = await open(t)
      const saved = installation({
        enterprise: { id: 'E111', name: 'Acme Org', url: 'https://acme.enterprise.slack.com/' },
        bot: bot({ refreshToken: 'xoxe-1-bot', expiresAt: 1_704_207_845, scopes: ['a', 'b:c'] }),
        user: { id: 'U111', grant: grant({ refreshToken: 'xoxe-1-user', expiresAt: 1 }) },
        incomingWebhook: {
          url: 'https://hooks.slack.com/services/T/B/x',
          channel: '#general',
          channelId: 'C111',
          configurationUrl: 'https://acme.slack.com/services/B',
        },
      })
      await writer.installations.save(saved)

      const found = await reader.installations.findInstallation({
        enterpriseId: 'E111',
        teamId: 'T111',
      })

      assert.deepEqual(found, saved)
      assert.deepEqual(await all(reader), [saved])
    })

    test('what has no name, no token and no organization is found without them', async (t) => {
      const { writer, reader } = await open(t)
      const saved = withoutEnterprise(userOnly({ team: { id: 'T111' }, user: { id: 'U222' } }))
      await writer.installations.save(saved)

      assert.deepEqual(await reader.installations.findInstallation({ teamId: 'T111' }), saved)
    })

    test('any text comes back as it was', async (t) => {
      const { writer, reader } = await open(t)
      const hostile = `'; drop table slack_bots; -- "\n\u{1f600}%_\\`
      const saved = installation({ team: { id: 'T111', name: hostile } })
      await writer.installations.save(saved)

      assert.deepEqual(await all(reader), [saved])
    })

    test('another workspace has neither the installation nor its bot', async (t) => {
      const { writer, reader } = await open(t)
      await writer.installations.save(installation())

      const query = { enterpriseId: 'E111', teamId: 'T222' }
      assert.equal(await reader.installations.findInstallation(query), undefined)
      assert.equal(await reader.installations.findBot(query), undefined)
    })

    test('a workspace is found whatever organization is named with it, or none', async (t) => {
      const { writer, reader } = await open(t)
      await writer.installations.save(installation())

      for (const context of [{}, { enterpriseId: 'E999' }, { enterpriseId: 'E111' }]) {
        const query = { teamId: 'T111', ...context }
        assert.deepEqual(await reader.installations.findInstallation(query), installation())
        assert.deepEqual(await reader.installations.findBot(query), bot())
        assert.equal((await reader.installations.findPlace(query))?.enterpriseId, 'E111')
      }
    })

    test('the bot of a workspace is found', async (t) => {
      const { writer, reader } = await open(t)
      await writer.installations.save(installation())

      const found = await reader.installations.findBot({ enterpriseId: 'E111', teamId: 'T111' })
      assert.deepEqual(found, bot())
    })

    test('the member who installed is found, and no other', async (t) => {
      const { writer, reader } = await open(t)
      await writer.installations.save(installation())

      const find = (userId: string, teamId = 'T111') =>
        reader.installations.findInstallation({ enterpriseId: 'E111', teamId, userId })
      assert.deepEqual(await find('U111'), installation())
      assert.equal(await find('U222'), undefined)
      assert.equal(await find('U111', 'T222'), undefined)
    })

    test('an org-wide installation is found by its organization alone', async (t) => {
      const { writer, reader } = await open(t)
      await writer.installations.save(orgWide())

      const query = { enterpriseId: 'E111' }
      assert.deepEqual(await reader.installations.findInstallation(query), orgWide())
      assert.deepEqual(await reader.installations.findBot(query), bot())
    })

    test('an org-wide installation is found with a workspace when it is asked for', async (t) => {
      const { writer, reader } = await open(t)
      await writer.installations.save(installation({ bot: bot({ token: 'xoxb-of-T111' }) }))
      await writer.installations.save(orgWide())

      const query = { enterpriseId: 'E111', teamId: 'T111', isEnterpriseInstall: true }
      assert.equal((await reader.installations.findInstallation(query))?.isEnterpriseInstall, true)
      assert.deepEqual(await reader.installations.findBot(query), bot())
    })

    test('an org-wide installation has no workspace, also when one is named', async (t) => {
      const { writer, reader } = await open(t)
      await writer.installations.save(orgWide({ team: { id: 'T111', name: 'Acme' } }))

      assert.deepEqual(await all(reader), [orgWide()])
    })

    test('an org-wide installation covers a workspace that has none of its own', async (t) => {
      const { writer, reader } = await open(t)
      await writer.installations.save(orgWide())

      const query = { enterpriseId: 'E111', teamId: 'T222' }
      assert.deepEqual(await reader.installations.findInstallation(query), orgWide())
      assert.deepEqual(await reader.installations.findBot(query), bot())
    })

    test('a workspace of the organization with its own installation keeps it', async (t) => {
      const { writer, reader } = await open(t)
      await writer.installations.save(installation())
      await writer.installations.save(orgWide({ bot: bot({ token: 'xoxb-org' }) }))

      const query = { enterpriseId: 'E111', teamId: 'T111' }
      assert.deepEqual(await reader.installations.findInstallation(query), installation())
      assert.deepEqual(await reader.installations.findBot(query), bot())
    })

    test('an org-wide installation covers no other organization, and none at all', async (t) => {
      const { writer, reader } = await open(t)
      await writer.installations.save(orgWide())

      for (const query of [{ enterpriseId: 'E222' }, { teamId: 'T111' }, {}]) {
        assert.equal(await reader.installations.findInstallation(query), undefined)
        assert.equal(await reader.installations.findBot(query), undefined)
      }
    })

    test('the second of two saves in the same millisecond is the one found', async (t) => {
      const { writer, reader } = await open(t)
      await writer.installations.save(installation({ bot: bot({ refreshToken: 'xoxe-1-first' }) }))
      await writer.installations.save(installation({ bot: bot({ refreshToken: 'xoxe-1-second' }) }))

      const query = { enterpriseId: 'E111', teamId: 'T111' }
      const found = await reader.installations.findInstallation(query)
      assert.equal(found?.bot?.refreshToken, 'xoxe-1-second')
      assert.equal((await reader.installations.findBot(query))?.refreshToken, 'xoxe-1-second')
    })

    test('a save by a clock that is behind is still the newest', async (t) => {
      const { writer, reader } = await open(t)
      await writer.installations.save(installation())
      await writer.installations.save(
        userOnly({ bot: bot({ token: 'xoxb-2' }), installedAt: INSTALLED_AT - 86_400 }),
      )

      const found = await reader.installations.findInstallation({
        enterpriseId: 'E111',
        teamId: 'T111',
      })
      assert.equal(found?.user.id, 'U222')
      assert.equal(found?.bot?.token, 'xoxb-2')
    })

    test('a user-only installation does not hide the bot', async (t) => {
      const { writer, reader } = await open(t)
      await writer.installations.save(installation())
      await writer.installations.save(userOnly())

      const query = { enterpriseId: 'E111', teamId: 'T111' }
      const found = await reader.installations.findInstallation(query)
      assert.equal(found?.user.grant?.token, 'xoxp-1')
      assert.deepEqual(found?.bot, bot())
      assert.deepEqual(await reader.installations.findBot(query), bot())
    })

    test('a user-only installation by the member who installed the bot keeps it', async (t) => {
      const { writer, reader } = await open(t)
      await writer.installations.save(installation())
      await writer.installations.save(userOnly({ user: { id: 'U111', grant: grant() } }))

      const query = { enterpriseId: 'E111', teamId: 'T111', userId: 'U111' }
      const found = await reader.installations.findInstallation(query)
      assert.deepEqual(found?.bot, bot())
      assert.deepEqual(found?.user.grant, grant())
    })

    test('a user-only installation is found where there is no bot', async (t) => {
      const { writer, reader } = await open(t)
      await writer.installations.save(userOnly())

      const query = { enterpriseId: 'E111', teamId: 'T111' }
      assert.deepEqual(
        await reader.installations.findInstallation({ ...query, userId: 'U222' }),
        userOnly(),
      )
      assert.equal(await reader.installations.findBot(query), undefined)
    })

    test('a re-install by another member replaces the bot for everyone', async (t) => {
      const { writer, reader } = await open(t)
      const second = bot({ token: 'xoxb-2', scopes: ['chat:write', 'im:read'] })
      await writer.installations.save(installation())
      await writer.installations.save(installation({ user: { id: 'U333' }, bot: second }))

      const place = { enterpriseId: 'E111', teamId: 'T111' }
      for (const query of [place, { ...place, userId: 'U111' }, { ...place, userId: 'U333' }]) {
        assert.deepEqual((await reader.installations.findInstallation(query))?.bot, second)
      }
      assert.deepEqual(await reader.installations.findBot(place), second)
    })

    test("one member's installation leaves another's token as it was", async (t) => {
      const { writer, reader } = await open(t)
      await writer.installations.save(userOnly())
      await writer.installations.save(
        userOnly({ user: { id: 'U333', grant: grant({ token: 'xoxp-3' }) } }),
      )

      const found = await reader.installations.findInstallation({
        enterpriseId: 'E111',
        teamId: 'T111',
        userId: 'U222',
      })
      assert.deepEqual(found?.user.grant, grant())
    })

    test('a re-install without rotation leaves no refresh token behind', async (t) => {
      const { writer, reader } = await open(t)
      const rotating = { refreshToken: 'xoxe-1-old', expiresAt: 1_704_207_845 }
      await writer.installations.save(installation({ bot: bot(rotating) }))
      await writer.installations.save(installation())

      const found = await reader.installations.findBot({ enterpriseId: 'E111', teamId: 'T111' })
      assert.deepEqual(found, bot())
    })

    test('a store of one app finds nothing of another', async (t) => {
      const { writer, reader } = await open(t, { clientId: CLIENT_ID })
      await writer.installations.save(installation())

      const query = { clientId: '333.444', enterpriseId: 'E111', teamId: 'T111' }
      assert.equal(await reader.installations.findInstallation(query), undefined)
      assert.equal(await reader.installations.findBot(query), undefined)
      assert.deepEqual(await all(reader, { clientId: '333.444' }), [])
    })

    test('a store of one app refuses the installation of another', async (t) => {
      const { writer, reader } = await open(t, { clientId: CLIENT_ID })
      await assert.rejects(writer.installations.save(installation({ clientId: '333.444' })), {
        code: 'usage',
      })
      assert.deepEqual(await all(reader), [])
    })

    test('an installation that is nowhere is refused', async (t) => {
      const { writer, reader } = await open(t)
      const { team: _, ...nowhere } = withoutEnterprise(installation())
      await assert.rejects(writer.installations.save(nowhere), { code: 'usage' })
      assert.deepEqual(await all(reader), [])
    })

    test('a query may name the app', async (t) => {
      const { writer, reader } = await open(t)
      const other = installation({ clientId: '333.444', bot: bot({ token: 'xoxb-other' }) })
      await writer.installations.save(installation())
      await writer.installations.save(other)
      const query = { clientId: '333.444', enterpriseId: 'E111', teamId: 'T111' }
      assert.deepEqual(await reader.installations.findInstallation(query), other)
      assert.equal((await reader.installations.findBot(query))?.token, 'xoxb-other')
    })

    test('two apps in one workspace keep their bots apart', async (t) => {
      const { writer, reader } = await open(t)
      const other = installation({ clientId: '333.444', bot: bot({ token: 'xoxb-other' }) })
      await writer.installations.save(installation())
      await writer.installations.save(other)

      assert.deepEqual(await all(reader, { clientId: CLIENT_ID }), [installation()])
      assert.deepEqual(await all(reader, { clientId: '333.444' }), [other])
    })

    test("a workspace's own installation goes before an org-wide one of another app", async (t) => {
      const { writer, reader } = await open(t)
      const own = installation({ clientId: '999.999', bot: bot({ token: 'xoxb-own' }) })
      await writer.installations.save(orgWide())
      await writer.installations.save(own)

      const query = { enterpriseId: 'E111', teamId: 'T111' }
      assert.deepEqual(await reader.installations.findInstallation(query), own)
      assert.equal((await reader.installations.findBot(query))?.token, 'xoxb-own')
    })

    test('a list has one installation of each app, place and member, in their order', async (t) => {
      const { writer, reader } = await open(t)
      const saved = [
        installation({ clientId: '333.444' }),
        userOnly({ team: { id: 'T222' } }),
        userOnly(),
        orgWide(),
        withoutEnterprise(installation({ team: { id: 'T333' } })),
        userOnly(),
        installation(),
        installation(),
      ]
      for (const each of saved) await writer.installations.save(each)

      const keys = (await all(reader)).map(({ clientId, enterprise, team, user }) =>
        [clientId, enterprise?.id, team?.id, user.id].join(' '),
      )

      assert.deepEqual(keys, [
        '111.222  T333 U111',
        '111.222 E111  U111',
        '111.222 E111 T111 U111',
        '111.222 E111 T111 U222',
        '111.222 E111 T222 U222',
        '333.444 E111 T111 U111',
      ])
    })

    test('every member in a list has the current bot of the place', async (t) => {
      const { writer, reader } = await open(t)
      await writer.installations.save(installation())
      await writer.installations.save(userOnly())
      await writer.installations.save(installation({ bot: bot({ token: 'xoxb-2' }) }))

      assert.deepEqual(
        (await all(reader)).map((each) => each.bot?.token),
        ['xoxb-2', 'xoxb-2'],
      )
    })

    test('a list is narrowed down by organization, workspace and member', async (t) => {
      const { writer, reader } = await open(t)
      await writer.installations.save(installation())
      await writer.installations.save(userOnly())
      await writer.installations.save(userOnly({ team: { id: 'T222' } }))

      const count = async (filter: object) => (await all(reader, filter)).length
      assert.equal(await count({ enterpriseId: 'E111' }), 3)
      assert.equal(await count({ enterpriseId: 'E222' }), 0)
      assert.equal(await count({ teamId: 'T111' }), 2)
      assert.equal(await count({ teamId: 'T111', userId: 'U222' }), 1)
    })

    test('a list leaves out what is damaged where somebody hears of it, else it ends there', async (t) => {
      const { writer, reader } = await open(t)
      await writer.installations.save(userOnly({ user: { id: 'U1', grant: grant() } }))
      const damaged = { id: 'U2', grant: grant({ token: 'no token' }) }
      await writer.installations.save(userOnly({ user: damaged }))
      await writer.installations.save(
        installation({ team: { id: 'T222' }, bot: bot({ token: 'ö' }) }),
      )
      await writer.installations.save(installation({ team: { id: 'T333' } }))

      const heard: string[] = []
      const found: string[] = []
      const list = reader.installations.list({}, ({ teamId, userId, error }) => {
        assert.equal(error.code, 'store_corrupt')
        heard.push(`${userId} in ${teamId}`)
      })
      for await (const { team, user } of list) found.push(`${user.id} in ${team?.id}`)
      assert.deepEqual(heard, ['U2 in T111', 'U111 in T222'])
      assert.deepEqual(found, ['U1 in T111', 'U111 in T333'])
      await assert.rejects(all(reader), { code: 'store_corrupt', exitCode: 6 })
      assert.equal((await all(reader, { teamId: 'T333' })).length, 1)
    })

    test('the list of an empty store is empty', async (t) => {
      assert.deepEqual(await all((await open(t)).reader), [])
    })
  })

  describe(`${name}: deleting`, () => {
    const place = { enterpriseId: 'E111', teamId: 'T111' }
    const withUser = (id: string) => installation({ user: { id, grant: grant() } })

    test('a deleted member is gone, and the others and the bot stay', async (t) => {
      const { writer, reader } = await open(t)
      await writer.installations.save(withUser('U111'))
      await writer.installations.save(withUser('U222'))

      await writer.installations.deleteInstallation({ ...place, userId: 'U111' })

      assert.deepEqual(
        (await all(reader)).map(({ user }) => user.id),
        ['U222'],
      )
      assert.equal((await reader.installations.findBot(place))?.token, bot().token)
    })

    test('deleting the installations of a place leaves its bot', async (t) => {
      const { writer, reader } = await open(t)
      await writer.installations.save(withUser('U111'))
      await writer.installations.save(withUser('U222'))

      await writer.installations.deleteInstallation(place)

      // The bot alone is an installation, without a member
      const [left, ...others] = await all(reader)
      assert.deepEqual(others, [])
      assert.deepEqual([left?.user, left?.bot], [{ id: '' }, bot()])
      assert.deepEqual([left?.team, left?.appId], [{ id: 'T111', name: 'Acme' }, 'A111'])
      assert.deepEqual(await reader.installations.findInstallation(place), left)
      assert.equal((await reader.installations.findBot(place))?.token, bot().token)
    })

    test('a deleted bot leaves no copy, and the tokens of members stay', async (t) => {
      const { writer, reader } = await open(t)
      await writer.installations.save(withUser('U111'))
      await writer.installations.save(installation({ user: { id: 'U222' } }))

      await writer.installations.deleteBot(place)

      assert.equal(await reader.installations.findBot(place), undefined)
      const [left, ...others] = await all(reader)
      assert.deepEqual(others, [])
      assert.equal(left?.bot, undefined)
      assert.equal(left?.user.grant?.token, grant().token)
    })

    test("a member's deleted token leaves the bot, the installation and other members' tokens", async (t) => {
      const { writer, reader } = await open(t)
      const failed = grant({ failure: { code: 'refresh_token_invalid', at: 1 } })
      const saved = installation({
        user: { id: 'U111', grant: failed },
        metadata: 'tenant 7',
        incomingWebhook: { url: 'https://hooks.slack.com/services/T/B/x' },
      })
      await writer.installations.save(saved)
      await writer.installations.save(userOnly())

      await writer.installations.deleteUserGrant({ ...place, userId: 'U111' })

      const [first, second] = await all(reader)
      assert.deepEqual(first, { ...saved, user: { id: 'U111' } })
      assert.equal(second?.user.grant?.token, grant().token)
    })

    test('without a bot, the installation goes with the token of its member', async (t) => {
      const { writer, reader } = await open(t)
      await writer.installations.save(userOnly())
      await writer.installations.save(userOnly({ user: { id: 'U333', grant: grant() } }))

      await writer.installations.deleteUserGrant({ ...place, userId: 'U222' })

      assert.deepEqual(
        (await all(reader)).map(({ user }) => user.id),
        ['U333'],
      )
    })

    test('deleting a token in a workspace leaves that of its organization', async (t) => {
      const { writer, reader } = await open(t)
      await writer.installations.save(orgWide({ user: { id: 'U111', grant: grant() } }))
      await writer.installations.deleteUserGrant({ ...place, userId: 'U111' })
      assert.equal((await all(reader))[0]?.user.grant?.token, grant().token)
    })

    test('a deleted place is gone, and other places and apps stay', async (t) => {
      const { writer, reader } = await open(t)
      const others = [
        installation({ team: { id: 'T222' } }),
        orgWide(),
        installation({ clientId: '333.444' }),
      ]
      for (const each of [withUser('U111'), userOnly(), ...others]) {
        await writer.installations.save(each)
      }

      await writer.installations.deleteAll({ ...place, clientId: CLIENT_ID })

      assert.equal((await all(reader)).length, others.length)
      assert.equal((await all(reader, { clientId: CLIENT_ID, teamId: 'T111' })).length, 0)
    })

    test('an org-wide installation is deleted by its organization, with a team or without', async (t) => {
      for (const query of [
        { enterpriseId: 'E111' },
        { enterpriseId: 'E111', teamId: 'T999', isEnterpriseInstall: true },
      ]) {
        const { writer, reader } = await open(t)
        await writer.installations.save(orgWide())
        await writer.installations.deleteAll(query)
        assert.deepEqual(await all(reader), [])
        assert.equal(await reader.installations.findBot(query), undefined)
      }
    })

    test('deleting a workspace without an installation leaves that of its organization', async (t) => {
      const { writer, reader } = await open(t)
      await writer.installations.save(orgWide())
      await writer.installations.deleteAll({ enterpriseId: 'E111', teamId: 'T999' })
      assert.equal((await all(reader)).length, 1)
    })

    test('deleting what is not there, twice, is no error', async (t) => {
      const { writer } = await open(t)
      for (const _ of [1, 2]) {
        await writer.installations.deleteAll(place)
        await writer.installations.deleteBot(place)
        await writer.installations.deleteInstallation({ ...place, userId: 'U1' })
        await writer.installations.deleteUserGrant({ ...place, userId: 'U1' })
      }
    })

    test('what was deleted can be installed again', async (t) => {
      const { writer, reader } = await open(t)
      await writer.installations.save(installation())
      await writer.installations.deleteAll(place)
      await writer.installations.save(installation())
      assert.deepEqual(await all(reader), [installation()])
    })
  })

  describe(`${name}: states`, () => {
    test('a state is 32 random bytes, fit for a URL', async (t) => {
      const { writer } = await open(t)
      const states = await Promise.all(Array.from({ length: 20 }, () => writer.states.issue()))

      for (const state of states) assert.match(state, /^[A-Za-z0-9_-]{43}$/)
      assert.equal(new Set(states).size, 20)
    })

    test('a state is good once', async (t) => {
      const { writer, reader } = await open(t)
      const state = await writer.states.issue()

      assert.equal(await reader.states.consume(state), true)
      assert.equal(await reader.states.consume(state), false)
      assert.equal(await writer.states.consume(state), false)
    })

    test('a state that nobody issued is not good', async (t) => {
      const { writer, reader } = await open(t)
      const state = await writer.states.issue()

      for (const other of ['', '%', `${state} `, state.toLowerCase(), state.slice(1)]) {
        assert.equal(await reader.states.consume(other), false)
      }
    })

    test('consuming one state leaves the others good', async (t) => {
      const { writer, reader } = await open(t)
      const [first, second] = [await writer.states.issue(), await writer.states.issue()]
      await reader.states.consume(first)

      assert.equal(await reader.states.consume(second), true)
    })

    test('an expired state is not good', async (t) => {
      const { writer, reader } = await open(t)
      const state = await writer.states.issue({ lifetimeSeconds: 0.01 })
      await sleep(20)

      assert.equal(await reader.states.consume(state), false)
    })

    test('of 8 who consume a state at once, one succeeds', async (t) => {
      const { writer, reader } = await open(t)
      const state = await writer.states.issue()

      const answers = await Promise.all(
        Array.from({ length: 8 }, (_, each) =>
          (each % 2 === 0 ? writer : reader).states.consume(state),
        ),
      )

      assert.equal(answers.filter(Boolean).length, 1)
    })
  })
}

const PROCESSES = 8

/** What holds between processes on one store, at a path or URL. */
export function sharedStoreContract(
  name: string,
  open: (t: TestContext) => Promise<{ location: string; store: Store }>,
  rounds = 60,
): void {
  describe(`${name}: several processes`, () => {
    test(`of ${PROCESSES} that consume a state at once, one succeeds`, async (t) => {
      const { location, store } = await open(t)
      const states: string[] = []
      for (let round = 0; round < rounds; round++) states.push(await store.states.issue())
      const processes = Array.from({ length: PROCESSES }, () => otherProcess(t))
      await Promise.all(processes.map((each) => each.call('ready', {})))

      const startAt = Date.now() + 200
      const answers = await Promise.all(
        processes.map((each) => each.call('consume', { location, states, startAt })),
      )

      for (const round of states.keys()) {
        assert.equal(answers.filter((results) => results[round]).length, 1, `round ${round}`)
      }
    })

    test('what many save at once is all there', async (t) => {
      const { location, store } = await open(t)
      const processes = Array.from({ length: 4 }, () => otherProcess(t))
      const expected = processes.flatMap((_, index) =>
        Array.from({ length: 10 }, (_, each) => `U${index}${each}`),
      )

      await Promise.all(
        processes.map((each, index) =>
          each.call('save', {
            location,
            installations: expected
              .slice(index * 10, index * 10 + 10)
              .map((id) => installation({ user: { id }, bot: bot({ token: `xoxb-${id}` }) })),
          }),
        ),
      )

      const found = await all(store)
      assert.deepEqual(found.map(({ user }) => user.id).sort(), expected.sort())
      assert.equal(new Set(found.map((each) => each.bot?.token)).size, 1)
    })

    test('the lock of a holder that is killed is free at once', async (t) => {
      const { location, store } = await open(t)
      const key = { clientId: CLIENT_ID, teamId: 'T111', isEnterpriseInstall: false }
      const holder = otherProcess(t)
      assert.equal(await holder.call('lockToken', { location, key }), true)
      assert.equal(await store.tryLock(key), undefined)

      await holder.kill()

      let lock = await store.tryLock(key)
      // A server hears of it a moment later
      for (let tries = 0; lock === undefined && tries < 100; tries++) {
        await sleep(20)
        lock = await store.tryLock(key)
      }
      assert.ok(lock)
      await lock.release()
    })
  })
}
