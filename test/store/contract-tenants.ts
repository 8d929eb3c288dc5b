import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import fc from 'fast-check'
import { selectGrant } from '../../src/flows/lookup/find-token.ts'
import { findRequestGrant } from '../../src/flows/lookup/token-for-request.ts'
import { accessToken, SlackOAuthError } from '../../src/index.ts'
import type { Installation } from '../../src/slack/installation.ts'
import type { TwoViews } from './contract.ts'
import {
  all,
  bot,
  CLIENT_ID,
  grant,
  installation,
  orgWide,
  userOnly,
  withoutEnterprise,
} from './fixtures.ts'

const T111 = { teamId: 'T111' }

/** One installation to be saved; its tokens name the tenant that they are of. */
interface Saved {
  /** A workspace, or undefined for the whole organization. */
  readonly team?: 'T1' | 'T2' | 'T3'
  /** Where it is stored: in its own organization, or as from before the workspace joined that. */
  readonly isBeforeMove: boolean
  readonly organization: 'E1' | 'E2'
  readonly user: 'U1' | 'U2'
  readonly hasBot: boolean
  readonly hasUserToken: boolean
}

/** What a workspace has joined; T3 has joined none. */
const joined: Readonly<Record<string, string | undefined>> = { T1: 'E1', T2: 'E2' }

const saves = fc.array(
  fc.record<Saved>({
    team: fc.constantFrom('T1', 'T2', 'T3', undefined),
    isBeforeMove: fc.boolean(),
    organization: fc.constantFrom('E1', 'E2'),
    user: fc.constantFrom('U1', 'U2'),
    hasBot: fc.boolean(),
    hasUserToken: fc.boolean(),
  }),
  { minLength: 1, maxLength: 7 },
)
const requests = fc.array(
  fc.record({
    teamId: fc.constantFrom('T1', 'T2', 'T3', 'T9'),
    enterpriseId: fc.constantFrom('E1', 'E2', 'E9', undefined),
    userId: fc.constantFrom('U1', 'U2', undefined),
    isEnterpriseInstall: fc.boolean(),
  }),
  { minLength: 1, maxLength: 6 },
)

function toInstallation(saved: Saved, index: number): Installation {
  const { team, isBeforeMove, organization, user, hasBot, hasUserToken } = saved
  const tenant = team ?? organization
  const organizationOf = team === undefined ? organization : isBeforeMove ? undefined : joined[team]
  return {
    clientId: CLIENT_ID,
    appId: 'A1',
    ...(organizationOf && { enterprise: { id: organizationOf } }),
    ...(team && { team: { id: team } }),
    ...((hasBot || !hasUserToken) && { bot: bot({ token: `xoxb-${tenant}-${index}` }) }),
    user: {
      id: user,
      ...(hasUserToken && { grant: grant({ token: `xoxp-${tenant}-${user}-${index}` }) }),
    },
    isEnterpriseInstall: team === undefined,
    installedAt: 1_700_000_000 + index,
  }
}

/** What the rule says, from the list of what was saved. */
function expected(
  installations: readonly Installation[],
  {
    teamId,
    enterpriseId,
    userId,
    isEnterpriseInstall,
  }: {
    teamId: string
    enterpriseId?: string | undefined
    userId?: string | undefined
    isEnterpriseInstall: boolean
  },
): string | undefined {
  const own = installations.filter(({ team }) => team?.id === teamId)
  const ofOrganization = installations.filter(
    (each) => each.isEnterpriseInstall && each.enterprise?.id === enterpriseId,
  )
  const tenant = !isEnterpriseInstall && own.length > 0 ? own : ofOrganization
  return userId === undefined
    ? tenant.findLast((each) => each.bot)?.bot?.token
    : tenant.findLast(({ user }) => user.id === userId && user.grant)?.user.grant?.token
}

/** The rule of tenants, and that nothing is lost which Slack still honours. */
export function tenantContract(
  name: string,
  open: (t: TestContext, options?: { clientId: string }) => Promise<TwoViews>,
  numRuns: number,
): void {
  describe(`${name}: tenants`, () => {
    test('whatever is installed and asked for, the answer is the token of that tenant, by every way to it', async (t) => {
      const { writer, reader } = await open(t)
      const { installations } = reader
      await fc.assert(
        fc.asyncProperty(saves, requests, async (given, asked) => {
          for await (const place of installations.places()) {
            await writer.installations.deleteAll({
              ...place,
              enterpriseId: place.enterpriseId ?? '',
            })
          }
          const saved = given.map(toInstallation)
          for (const each of saved) await writer.installations.save(each)
          for (const { userId, enterpriseId, isEnterpriseInstall, ...request } of asked) {
            if (isEnterpriseInstall && enterpriseId === undefined) continue
            const key = {
              clientId: CLIENT_ID,
              ...request,
              ...(enterpriseId && { enterpriseId }),
              ...(isEnterpriseInstall && { isEnterpriseInstall }),
              ...(userId && { userId }),
            }
            const right = expected(saved, { ...request, userId, enterpriseId, isEnterpriseInstall })
            const what = JSON.stringify(key)
            const found = await installations.findInstallation(key)
            assert.equal(userId ? found?.user.grant?.token : found?.bot?.token, right, what)
            if (!userId) assert.equal((await installations.findBot(key))?.token, right, what)
            assert.equal(await accessToken(reader, key).catch(ifNotInstalled), right, what)
            const { clientId, ...source } = key
            const served = await findRequestGrant(installations, clientId, {
              ...source,
              ...(userId && { isForUser: true }),
            })
            assert.equal(served?.grant.token, right, what)
            const filter = {
              clientId,
              teamId: isEnterpriseInstall ? '' : request.teamId,
              ...(enterpriseId && { enterpriseId }),
            }
            const choice = userId ? { kind: 'user' as const, userId } : { kind: 'bot' as const }
            const selected = await selectGrant(installations, filter, choice).catch(ifNotInstalled)
            assert.equal(
              typeof selected === 'object' ? selected.grant.token : selected,
              right,
              what,
            )
          }
          // No workspace is stored twice
          const places: string[] = []
          for await (const { teamId } of installations.places()) if (teamId) places.push(teamId)
          assert.deepEqual(places.sort(), [...new Set(places)])
        }),
        { numRuns },
      )
    })

    test('an installation from before the workspace joined its organization moves with a re-install', async (t) => {
      const { writer, reader } = await open(t)
      await writer.installations.save(withoutEnterprise(installation()))
      const failure = { code: 'invalid_refresh_token', at: 1_700_000_000 }
      const refused = grant({ token: 'xoxp-2', refreshToken: 'xoxe-2', expiresAt: 1, failure })
      await writer.installations.save(
        withoutEnterprise(userOnly({ user: { id: 'U222', grant: refused } })),
      )

      await writer.installations.save(installation({ bot: bot({ token: 'xoxb-2' }) }))

      const left = await all(reader)
      assert.deepEqual(
        left.map(({ enterprise, user, bot: own }) => [enterprise?.id, user.id, own?.token]),
        [
          ['E111', 'U111', 'xoxb-2'],
          ['E111', 'U222', 'xoxb-2'],
        ],
      )
      assert.deepEqual(left[1]?.user.grant, refused)
    })

    test('a workspace that is deleted by its id goes from under whatever organization', async (t) => {
      const { writer, reader } = await open(t)
      await writer.installations.save(installation())
      await writer.installations.save(orgWide())
      await writer.installations.deleteAll(T111)
      assert.deepEqual(
        (await all(reader)).map((each) => each.isEnterpriseInstall),
        [true],
      )
      // It never falls back to the organization
      await writer.installations.deleteAll({ ...T111, enterpriseId: 'E111' })
      await writer.installations.deleteBot({ ...T111, enterpriseId: 'E111' })
      assert.equal((await all(reader))[0]?.bot?.token, bot().token)
    })
  })

  describe(`${name}: a second installation`, () => {
    const webhook = (channel: string) => ({
      url: `https://hooks.slack.com/services/T/B/${channel}`,
      channel: `#${channel}`,
    })

    test('keeps the bot, the token and the webhook that it does not bring', async (t) => {
      const { writer, reader } = await open(t)
      const rotating = grant({
        refreshToken: 'xoxe-1',
        expiresAt: 1_800_000_000,
        isPublicClient: true,
      })
      const first = installation({
        user: { id: 'U111', grant: rotating },
        incomingWebhook: webhook('general'),
      })
      await writer.installations.save(first)
      // The bot again, with other scopes
      const again = bot({ token: 'xoxb-2', scopes: ['chat:write', 'im:read'] })
      await writer.installations.save(
        installation({ bot: again, installedAt: first.installedAt + 9 }),
      )
      let found = await reader.installations.findInstallation({ ...T111, userId: 'U111' })
      assert.deepEqual(found?.bot, again)
      assert.deepEqual(found?.user.grant, rotating)
      assert.deepEqual(found?.incomingWebhook, webhook('general'))
      // And the member again, without a bot
      const newer = grant({ token: 'xoxp-2', scopes: ['im:read'] })
      await writer.installations.save(userOnly({ user: { id: 'U111', grant: newer } }))
      found = await reader.installations.findInstallation({ ...T111, userId: 'U111' })
      assert.deepEqual(found?.bot, again)
      assert.deepEqual(found?.user.grant, newer)
      assert.equal(found?.tokenType, 'bot')
      assert.deepEqual(found?.incomingWebhook, webhook('general'))
    })

    test('keeps every webhook, the newest first, and each once', async (t) => {
      const { writer, reader } = await open(t)
      for (const channel of ['one', 'two', 'one', 'three']) {
        await writer.installations.save(installation({ incomingWebhook: webhook(channel) }))
      }
      const [found] = await all(reader)
      assert.deepEqual(found?.incomingWebhook, webhook('three'))
      assert.deepEqual(found?.otherWebhooks, [webhook('one'), webhook('two')])
      assert.deepEqual(await reader.installations.findInstallation(T111), found)
      await writer.installations.deleteAll(T111)
      await writer.installations.save(installation())
      assert.equal((await all(reader))[0]?.otherWebhooks, undefined)
    })

    test('of another member takes nothing away, and brings nothing of that member', async (t) => {
      const { writer, reader } = await open(t)
      await writer.installations.save(
        installation({ user: { id: 'U111', grant: grant() }, incomingWebhook: webhook('general') }),
      )
      await writer.installations.save(installation({ user: { id: 'U222' } }))
      const [first, second] = await all(reader)
      assert.equal(first?.user.grant?.token, 'xoxp-1')
      assert.deepEqual(first?.incomingWebhook, webhook('general'))
      assert.deepEqual([second?.user, second?.incomingWebhook], [{ id: 'U222' }, undefined])
    })
  })

  describe(`${name}: a bot without members`, () => {
    test('is listed in its order, found, and taken in elsewhere by a merge', async (t) => {
      const { writer, reader } = await open(t)
      for (const id of ['T333', 'T111', 'T222']) {
        await writer.installations.save(
          installation({ team: { id, name: id }, bot: bot({ token: `xoxb-${id}` }) }),
        )
      }
      await writer.installations.deleteInstallation({ teamId: 'T222' })
      const listed = await all(reader)
      assert.deepEqual(
        listed.map(({ team, user, bot: own }) => [team?.id, user.id, own?.token]),
        [
          ['T111', 'U111', 'xoxb-T111'],
          ['T222', '', 'xoxb-T222'],
          ['T333', 'U111', 'xoxb-T333'],
        ],
      )
      assert.deepEqual(await all(reader, { teamId: 'T222' }), [listed[1]])
      assert.deepEqual(await all(reader, { userId: 'U111' }), [listed[0], listed[2]])

      await writer.installations.deleteAll({ teamId: 'T222' })
      const [, lone] = listed
      const newer = {
        ...lone,
        installedAt: 1_800_000_000,
        bot: bot({ token: 'xoxb-newer' }),
      } as Installation
      assert.deepEqual(await writer.installations.merge([lone as Installation]), {
        added: 1,
        updated: 0,
        kept: 0,
      })
      assert.deepEqual(await writer.installations.merge([lone as Installation]), {
        added: 0,
        updated: 0,
        kept: 1,
      })
      assert.deepEqual(await writer.installations.merge([newer]), { added: 0, updated: 1, kept: 0 })
      const found = await reader.installations.findInstallation({ teamId: 'T222' })
      assert.deepEqual(found, newer)
    })
  })
}

function ifNotInstalled(error: unknown): undefined {
  if (!(error instanceof SlackOAuthError && error.code === 'not_installed')) throw error
}
