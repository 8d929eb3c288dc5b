import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { readPayload } from '../../src/serve/payloads/payload.ts'

// What Slack signed is never refused for a field that is not needed, and never taken for another tenant's.

const odd = fc.constantFrom<unknown>(
  null,
  undefined,
  '',
  'x',
  0,
  7,
  true,
  'true',
  [],
  [1],
  {},
  { id: 5 },
  ['T9'],
)

const event = {
  type: 'event_callback',
  token: 'x',
  team_id: 'T1',
  api_app_id: 'A1',
  event_id: 'Ev1',
  event_time: 1_700_000_000,
  event_context: 'c',
  is_ext_shared_channel: false,
  authorizations: [
    {
      enterprise_id: null,
      team_id: 'T1',
      user_id: 'U9',
      is_bot: true,
      is_enterprise_install: false,
    },
  ],
  event: { type: 'app_mention', user: 'U1', text: 'hi', ts: '1.2', channel: 'C1' },
}
const interaction = {
  type: 'block_actions',
  team: { id: 'T1', domain: 'acme' },
  user: { id: 'U1', name: 'alice', team_id: 'T1' },
  enterprise: null,
  is_enterprise_install: false,
  view: { id: 'V1', type: 'home', app_installed_team_id: 'T7' },
  actions: [],
  response_url: 'https://hooks.slack.com/actions/x',
  trigger_id: 't',
}
const command = {
  command: '/hello',
  team_id: 'T1',
  user_id: 'U1',
  is_enterprise_install: 'false',
  response_url: 'https://hooks.slack.com/commands/x',
}

const json = (value: unknown) => readPayload('application/json', JSON.stringify(value))
const form = (value: Record<string, string>) =>
  readPayload('application/x-www-form-urlencoded', new URLSearchParams(value).toString())
const payload = (value: unknown) => form({ payload: JSON.stringify(value) })

/** The object with one of its fields, at whatever depth, as something else; not those that say what it is. */
function withOddField(object: object, kept: readonly string[]) {
  const paths = (value: object, before: string[] = []): string[][] =>
    Object.entries(value).flatMap(([name, inner]) => [
      [...before, name],
      ...(typeof inner === 'object' && inner !== null ? paths(inner, [...before, name]) : []),
    ])
  const possible = paths(object).filter((path) => !kept.includes(path.join('.')))
  return fc.tuple(fc.constantFrom(...possible), odd).map(([path, value]) => {
    const copy = structuredClone(object)
    let at: Record<string, unknown> = copy as Record<string, unknown>
    for (const name of path.slice(0, -1)) at = at[name] as Record<string, unknown>
    at[path.at(-1) ?? ''] = value
    return copy
  })
}

test('an event is read whatever one other field of it is', () => {
  const kept = [
    'type',
    'event',
    'event.type',
    'authorizations',
    'authorizations.0',
    'authorizations.0.team_id',
  ]
  fc.assert(
    fc.property(withOddField(event, kept), (body) => {
      const read = json(body)
      assert.equal(read?.type, 'app_mention', JSON.stringify(body))
      assert.equal(read?.source.teamId ?? read?.source.enterpriseId, 'T1', JSON.stringify(body))
    }),
    { numRuns: 500 },
  )
})

test('an interaction is read whatever one other field of it is', () => {
  fc.assert(
    fc.property(withOddField(interaction, ['type', 'team', 'team.id']), (body) => {
      const read = payload(body)
      assert.equal(read?.type, 'block_actions', JSON.stringify(body))
      assert.equal(read?.source.teamId, 'T1', JSON.stringify(body))
    }),
    { numRuns: 500 },
  )
})

test('flags, times and lists may come as text, and lists that are none name nothing', () => {
  const ending = (tokens: unknown, time: unknown = '1700000000') =>
    json({ ...event, event_time: time, event: { type: 'tokens_revoked', tokens } })?.ending
  assert.deepEqual(ending({ oauth: ['U1', 5], bot: 'U9' }), {
    kind: 'tokens_revoked',
    appId: 'A1',
    teamId: 'T1',
    at: 1_700_000_000,
    userIds: ['U1'],
    botUserIds: [],
  })
  assert.equal(ending('x')?.at, 1_700_000_000)
  const org = {
    ...event,
    authorizations: [{ enterprise_id: 'E1', team_id: null, is_enterprise_install: 'true' }],
  }
  assert.deepEqual(json(org)?.source, { enterpriseId: 'E1', isEnterpriseInstall: true })
})

test('the first authorization that names a tenant counts; where none does, what stands around them', () => {
  const source = (authorizations: unknown) => json({ ...event, authorizations })?.source
  assert.deepEqual(source([null, {}, { team_id: 5 }, { team_id: 'T7', is_bot: true }]), {
    teamId: 'T7',
  })
  for (const none of [[], [{}], [{ team_id: 5, enterprise_id: null }], {}, 'x']) {
    assert.deepEqual(source(none), { teamId: 'T1' })
  }
})

test('a team or a member may stand there by their id only', () => {
  assert.deepEqual(payload({ ...interaction, team: 'T1', user: 'U1' })?.source, {
    teamId: 'T1',
    userId: 'U1',
  })
  assert.equal(json({ ...event, event: { type: 'team_join', user: { id: 'U1' } } })?.userId, 'U1')
})

test('an event tells what it is, whatever stands around it', () => {
  for (const type of [undefined, null, 5, {}]) {
    assert.equal(json({ ...event, type })?.type, 'app_mention')
  }
})

test('a view that is submitted or closed names the place of the app, and then no organization beside it counts', () => {
  const view = (id: string, type = 'view_submission') =>
    payload({
      ...interaction,
      type,
      enterprise: { id: 'E5' },
      team: { id: 'T5', enterprise_id: 'E5' },
      view: { app_installed_team_id: id },
    })?.source
  assert.deepEqual(view('T7'), { teamId: 'T7', userId: 'U1' })
  assert.deepEqual(view('E7'), { enterpriseId: 'E7', isEnterpriseInstall: true, userId: 'U1' })
  assert.deepEqual(view('T7', 'view_closed'), view('T7'))
  // Bolt looks at it for submissions and what closes a view: an action in a Home tab goes by its team
  assert.deepEqual(view('T7', 'block_actions'), { enterpriseId: 'E5', teamId: 'T5', userId: 'U1' })
})

test('an E… in the place of a workspace means the organization, in commands and interactions as in events', () => {
  const org = { enterpriseId: 'E7', isEnterpriseInstall: true }
  assert.deepEqual(form({ ...command, team_id: 'E7' })?.source, { ...org, userId: 'U1' })
  assert.deepEqual(payload({ ...interaction, team: { id: 'E7' } })?.source, {
    ...org,
    userId: 'U1',
  })
  const authorizations = [{ team_id: 'E7', is_bot: true }]
  assert.deepEqual(json({ ...event, authorizations })?.source, org)
})

test('the workspace of the person who acted chooses no tenant', () => {
  const { team: _, ...teamless } = interaction
  assert.deepEqual(payload(teamless)?.source, { userId: 'U1' })
  assert.deepEqual(
    payload({ ...teamless, user: { id: 'U1', team_id: 'T9' }, team: null })?.source,
    { userId: 'U1' },
  )
})

test("a workspace's own organization covers it, not another that is named beside it", () => {
  const source = (enterprise: unknown, rest: object = {}) =>
    payload({ ...interaction, team: { id: 'T5', enterprise_id: 'E5' }, enterprise, ...rest })
      ?.source
  assert.deepEqual(source({ id: 'E8' }), { enterpriseId: 'E5', teamId: 'T5', userId: 'U1' })
  assert.deepEqual(source(null), { enterpriseId: 'E5', teamId: 'T5', userId: 'U1' })
  // Of an org-wide installation, `enterprise` says which
  assert.deepEqual(source({ id: 'E8' }, { is_enterprise_install: true }), {
    enterpriseId: 'E8',
    teamId: 'T5',
    isEnterpriseInstall: true,
    userId: 'U1',
  })
})
