import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import fc from 'fast-check'
import { readLines } from '../../src/flows/transfer/read-lines.ts'
import { boltJsFile } from '../../src/formats/bolt-js-files.ts'
import { fromFlat } from '../../src/formats/from-flat.ts'
import { fromJsonLines, toJsonLines } from '../../src/formats/json-lines.ts'
import { pythonFile } from '../../src/formats/python-sdk-files.ts'
import { type FileStoreFormat, parseFileName } from '../../src/formats/sdk-files.ts'
import { toFlat } from '../../src/formats/to-flat.ts'
import { Unusable } from '../../src/formats/unusable.ts'
import type { Installation } from '../../src/slack/installation.ts'
import { anything, fuzz, nearly, SECRET } from './fuzz.ts'

const text = fc.string({ unit: 'grapheme', maxLength: 12 })
const token = fc.constantFrom('xoxb-1', 'xoxe.xoxp-1-abc', `xoxe-1-${SECRET}`)
const time = fc.double({ min: 0, max: 4e9, noNaN: true })
const scopes = fc.array(fc.constantFrom('chat:write', 'im:read', 'search:read'), { maxLength: 3 })
const grant = (kind: 'bot' | 'user') => ({
  [`${kind}_token`]: token,
  [`${kind}_scopes`]: scopes,
  [`${kind}_refresh_token`]: token,
  [`${kind}_token_expires_at`]: time,
  [`${kind}_is_public_client`]: fc.boolean(),
  [`${kind}_refresh_token_expires_at`]: time,
})
const flat = nearly({
  client_id: fc.constantFrom('111.222', '1.2'),
  app_id: text,
  enterprise_id: fc.constantFrom('E1', null),
  enterprise_name: text,
  team_id: fc.constantFrom('T1', 'T2'),
  team_name: text,
  ...grant('bot'),
  bot_id: text,
  bot_user_id: text,
  user_id: fc.constantFrom('U1', 'W2'),
  ...grant('user'),
  incoming_webhook_url: fc.constantFrom('https://hooks.slack.com/services/T1/B1/x', null),
  incoming_webhook_channel: text,
  is_enterprise_install: fc.boolean(),
  token_type: text,
  installed_at: time,
  metadata: text,
})

/** What every format promises of an installation that it takes in. */
function assertSound(installation: Installation): void {
  const { clientId, enterprise, team, user, bot, isEnterpriseInstall } = installation
  assert.match(clientId, /^\w[\w.-]*$/)
  // A bot may be all that is left of a place
  if (user.id !== '' || !bot || user.grant) assert.match(user.id, /^[UW][A-Z0-9]+$/)
  assert.match(team?.id ?? 'T', /^T[A-Z0-9]*$/)
  assert.match(enterprise?.id ?? 'E', /^E[A-Z0-9]*$/)
  assert.ok(isEnterpriseInstall ? enterprise && !team : team)
  for (const each of [bot, user.grant]) {
    for (const secret of [each?.token, each?.refreshToken]) {
      assert.ok(
        secret === undefined || /^[\x21-\x7e]+$/.test(secret),
        'a token breaks out of its line',
      )
    }
  }
}

function taken<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch (error) {
    assertUnusable(error)
    return undefined
  }
}

function assertUnusable(error: unknown): void {
  if (!(error instanceof Unusable)) throw error
  assert.ok(!error.message.includes(SECRET), error.message)
}

fuzz(
  'an installation in one object is taken whole or refused, and comes back the same',
  fc.property(
    fc.oneof({ weight: 20, arbitrary: flat }, { weight: 1, arbitrary: anything }),
    (value) => {
      const installation = taken(() => fromFlat(value))
      if (installation === undefined) return
      assertSound(installation)
      assert.deepEqual(fromFlat(toFlat(installation)), installation)
    },
  ),
)

async function* chunks(bytes: Buffer, size: number): AsyncIterable<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function lines(bytes: Buffer, size: number): Promise<Installation[] | undefined> {
  return fromJsonLines(readLines(chunks(bytes, size))).catch((error: unknown) => {
    assertUnusable(error)
    return undefined
  })
}

const sound = flat.map((each) => {
  try {
    return [fromFlat(each)]
  } catch {
    return []
  }
})

fuzz(
  'JSON lines: what was cut off at any byte, or has another byte in it, is all taken or nothing',
  fc.asyncProperty(
    fc.array(sound, { maxLength: 2 }).map((each) => each.flat()),
    fc.constantFrom('whole', 'cut', 'changed', 'doubled'),
    fc.nat(),
    fc.integer({ min: 1, max: 400 }),
    fc.nat(255),
    async (installations, damage, where, size, byte) => {
      const written = await Readable.from(toJsonLines(installations)).toArray()
      const whole = Buffer.from([...written, ''].join('\n'))
      const at = where % whole.length
      if (damage === 'cut') {
        // Without the last newline it is still whole
        if (at < whole.length - 1) assert.equal(await lines(whole.subarray(0, at), size), undefined)
        return
      }
      if (damage === 'doubled') {
        assert.equal(await lines(Buffer.concat([whole, whole]), size), undefined)
        return
      }
      if (damage === 'changed') whole[at] = byte
      const read = await lines(whole, size)
      if (damage === 'whole') assert.deepEqual(read, installations)
      if (read) for (const each of read) assertSound(each)
      if (read) assert.equal(read.length, installations.length)
    },
  ),
)

const bolt = nearly({
  team: nearly({ id: fc.constantFrom('T1', 'T2'), name: text }),
  enterprise: fc.option(nearly({ id: fc.constant('E1'), name: text })),
  user: nearly({
    id: fc.constantFrom('U1', 'W2'),
    token,
    refreshToken: token,
    expiresAt: time,
    scopes,
  }),
  bot: nearly({ token, refreshToken: token, expiresAt: time, scopes, id: text, userId: text }),
  incomingWebhook: nearly({ url: text, channel: text }),
  appId: text,
  isEnterpriseInstall: fc.boolean(),
  authVersion: fc.constantFrom('v2', 'v1'),
  slackOauth: nearly({ installed_at: time, bot: nearly({ token_digest: text }) }),
})
const python = flat.map((each) => ({ ...each, custom_values: {} }))
const key = {
  python: fc.constantFrom('bot', 'installer', 'installer-U1', 'installer-W2'),
  bolt: fc.constantFrom('app', 'user-U1', 'user-W2'),
}

function folders(
  name: string,
  format: FileStoreFormat,
  keys: fc.Arbitrary<string>,
  content: fc.Arbitrary<unknown>,
): void {
  const json = fc.oneof(
    { weight: 12, arbitrary: content.map((each) => JSON.stringify(each) ?? '') },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(content, fc.nat())
        .map(([each, cut]) => JSON.stringify(each).slice(0, cut % 200)),
    },
  )
  const place = fc.constantFrom(
    { teamId: 'T1' },
    { enterpriseId: 'E1', teamId: 'T1' },
    { enterpriseId: 'E1' },
  )
  fuzz(
    `${name}: a folder gives installations of its own place alone, whatever its files hold`,
    fc.property(
      place,
      fc.uniqueArray(fc.tuple(keys, json), { selector: ([each]) => each, maxLength: 3 }),
      (of, files) => {
        const entries = new Map(
          files.map(([each, content]) => [
            each,
            { latest: { path: `${each}-latest`, text: content, writtenAt: 1_700_000_000 } },
          ]),
        )
        const note = (_: string, why: string) => assert.ok(!why.includes(SECRET), why)
        const read = taken(() =>
          format.read(
            { path: 'folder', clientId: '111.222', entries, ...of },
            { skip: note, drop: note },
          ),
        )
        for (const each of read ?? []) {
          assertSound(each)
          assert.equal(each.enterprise?.id, 'enterpriseId' in of ? of.enterpriseId : undefined)
          // An org-wide one has no workspace, also where its file names one
          if (!each.isEnterpriseInstall) assert.equal(each.team?.id, of.teamId)
        }
      },
    ),
  )
}

folders('python-file', pythonFile, key.python, python)
folders('bolt-js-file', boltJsFile, key.bolt, bolt)

fuzz(
  'a name of a file or folder is a key and a place of the SDK, or is none, and never a path',
  fc.property(
    fc
      .array(
        fc.oneof(
          fc.constantFrom(
            'E1',
            'T1',
            '-',
            'none',
            '111.222',
            '..',
            '/',
            '\\',
            '\0',
            'latest',
            'installer',
            '17.5',
          ),
          fc.string({ maxLength: 3 }),
        ),
        { maxLength: 6 },
      )
      .map((parts) => parts.join('')),
    (given) => {
      parseFileName(given)
      for (const format of [pythonFile, boltJsFile]) {
        const found = format.placeOf(given)
        if (found) {
          assert.match(found.teamId ?? 'T', /^T[A-Z0-9]*$/)
          assert.match(found.enterpriseId ?? 'E', /^E[A-Z0-9]*$/)
        }
        const glued = format.gluedPlaceOf(given)
        if (glued) assert.match(glued.clientId, /^\d[\w.-]*$/)
      }
    },
  ),
)
