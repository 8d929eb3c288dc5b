import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { serving } from '../support/serving.ts'

// Signed payloads in the shapes that Slack sends, with any number of fields that are not needed in another shape: each
// is served with the token of its workspace, by the server as it is.

const TEAM = 'T0SANDBOX01'

interface Shape {
  readonly path: 'events' | 'interactivity'
  readonly body: object
  /** What says what it is and for whom; the objects around it stay objects. */
  readonly needed: readonly string[]
}

const envelope = {
  token: 'verification',
  team_id: TEAM,
  context_team_id: TEAM,
  context_enterprise_id: null,
  api_app_id: 'A0SANDBOX01',
  type: 'event_callback',
  event_time: 1_730_000_000,
  is_ext_shared_channel: false,
  event_context: '4-eyJ',
  enterprise_id: null,
  authorizations: [
    {
      enterprise_id: null,
      team_id: TEAM,
      user_id: 'U9',
      is_bot: true,
      is_enterprise_install: false,
    },
  ],
}
const eventNeeds = ['team_id', 'event', 'event.type']
const event = (body: object): Shape => ({
  path: 'events',
  body: { ...envelope, event: body },
  needed: eventNeeds,
})

const acting = {
  user: { id: 'U0ALICE0001', username: 'alice', name: 'alice', team_id: TEAM },
  api_app_id: 'A0SANDBOX01',
  token: 'verification',
  team: { id: TEAM, domain: 'acme' },
  enterprise: null,
  is_enterprise_install: false,
  trigger_id: '1.2.3',
}
const view = {
  id: 'V1',
  team_id: TEAM,
  type: 'home',
  blocks: [],
  state: { values: {} },
  root_view_id: 'V1',
  app_installed_team_id: TEAM,
}
const interaction = (body: object): Shape => ({
  path: 'interactivity',
  body: { ...acting, ...body },
  needed: ['type', 'team', 'team.id'],
})

const shapes: readonly Shape[] = [
  event({ type: 'app_mention', user: 'U0ALICE0001', text: 'hi', ts: '1.2', channel: 'C1' }),
  event({ type: 'app_home_opened', user: 'U0ALICE0001', channel: 'D1', tab: 'home', view }),
  event({ type: 'team_join', user: { id: 'U0ALICE0001', team_id: TEAM, is_bot: false } }),
  event({ type: 'message', subtype: 'message_changed', message: { user: 'U1' }, hidden: true }),
  interaction({
    type: 'block_actions',
    container: { type: 'message', message_ts: '1.2', is_ephemeral: false },
    channel: { id: 'C1', name: 'general' },
    message: { bot_id: 'B1', type: 'message', user: 'U9', team: TEAM },
    actions: [{ type: 'button', block_id: 'b', action_id: 'a', value: '1', action_ts: '1.2' }],
  }),
  interaction({ type: 'block_actions', container: { type: 'view', view_id: 'V1' }, view }),
  interaction({ type: 'view_submission', view: { ...view, type: 'modal' }, response_urls: [] }),
  interaction({ type: 'view_closed', view: { ...view, type: 'modal' }, is_cleared: false }),
  interaction({ type: 'shortcut', callback_id: 'c', action_ts: '1.2' }),
  interaction({ type: 'block_suggestion', action_id: 'a', block_id: 'b', value: 'x' }),
]

const oddShape = fc.oneof(
  fc.constantFrom<unknown>(null, undefined, '', 0, -1, 1e30, true, [], [[]], {}, { id: 5 }),
  fc.constantFrom<unknown>({ id: null }, ['x'], [null], [7], { team_id: {} }),
  fc.double(),
)
const oddText = fc.oneof(fc.constantFrom('true', 'false', 'null'), fc.string({ maxLength: 5 }))

/** A text where an id or a kind of authorization belongs would say something else, not the same in another shape. */
function oddFor(path: string) {
  return /(^|[._])id$|is_bot$/.test(path) ? oddShape : fc.oneof(oddShape, oddText)
}

function pathsOf(value: object, before: readonly string[] = []): string[] {
  return Object.entries(value).flatMap(([name, inner]: [string, unknown]) => [
    [...before, name].join('.'),
    ...(typeof inner === 'object' && inner !== null ? pathsOf(inner, [...before, name]) : []),
  ])
}

function changed(value: unknown, path: readonly string[], next: unknown): unknown {
  const [name, ...rest] = path
  if (name === undefined) return next
  // Another change has taken what was there
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return value
  if (Array.isArray(value)) {
    return value.map((each, index) => (String(index) === name ? changed(each, rest, next) : each))
  }
  const entries = Object.entries(value)
  return Object.fromEntries(
    entries.map(([key, each]) => [key, key === name ? changed(each, rest, next) : each]),
  )
}

const payloads = fc.constantFrom(...shapes).chain((shape) => {
  const possible = pathsOf(shape.body).filter((path) => !shape.needed.includes(path))
  return fc
    .array(
      fc.constantFrom(...possible).chain((path) => fc.tuple(fc.constant(path), oddFor(path))),
      { minLength: 1, maxLength: 6 },
    )
    .map((changes) => ({
      path: shape.path,
      body: changes.reduce<unknown>(
        (body, [path, value]) => changed(body, path.split('.'), value),
        shape.body,
      ),
    }))
})

test('whatever the fields are that are not needed, a signed payload is served with the token of its workspace', async (t) => {
  const server = await serving(t)
  await server.install()
  let sent = 0
  await fc.assert(
    fc.asyncProperty(payloads, async ({ path, body }) => {
      // Slack gives each delivery an id; here each is one of its own
      const text = JSON.stringify({ ...Object(body), event_id: `Ev${sent}`, sent: sent++ })
      const response =
        path === 'events'
          ? await server.post('/slack/events', text)
          : await server.post(
              '/slack/interactivity',
              new URLSearchParams({ payload: text }).toString(),
              { 'content-type': 'application/x-www-form-urlencoded' },
            )
      await response.arrayBuffer()
      assert.equal(response.status, 200, text)
      const { outcome, teamId } = server.log.at(-1) ?? {}
      assert.deepEqual({ outcome, teamId }, { outcome: 'ok', teamId: TEAM }, text)
    }),
    { numRuns: 250 },
  )
})

const fieldsOfCommands = {
  token: 'verification',
  team_domain: 'acme',
  channel_id: 'C1',
  channel_name: 'general',
  user_id: 'U0ALICE0001',
  user_name: 'alice',
  text: '',
  api_app_id: 'A0SANDBOX01',
  is_enterprise_install: 'false',
  response_url: 'https://hooks.slack.com/commands/x',
  trigger_id: '1.2.3',
}

test('whatever the fields are that are not needed, a signed command is served with the token of its workspace', async (t) => {
  const server = await serving(t)
  await server.install()
  let sent = 0
  const names = fc.constantFrom(...Object.keys(fieldsOfCommands))
  const texts = fc.constantFrom('', 'null', '[]', '{}', 'TRUE', '0', '\u0000', '%', 'ü')
  await fc.assert(
    fc.asyncProperty(fc.dictionary(names, texts), async (changes) => {
      const fields = { ...fieldsOfCommands, ...changes, command: '/hello', team_id: TEAM }
      const body = new URLSearchParams({ ...fields, sent: String(sent++) }).toString()
      const response = await server.post('/slack/commands', body, {
        'content-type': 'application/x-www-form-urlencoded',
      })
      await response.arrayBuffer()
      assert.equal(response.status, 200, body)
      const { outcome, teamId } = server.log.at(-1) ?? {}
      assert.deepEqual({ outcome, teamId }, { outcome: 'ok', teamId: TEAM }, body)
    }),
  )
})
