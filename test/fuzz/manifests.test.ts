import assert from 'node:assert/strict'
import fc from 'fast-check'
import { SlackOAuthError } from '../../src/base/errors.ts'
import { manifestText, readManifest } from '../../src/formats/manifest-text.ts'
import { createManifest, manifestSettings } from '../../src/slack/manifest/manifest.ts'
import { manifestProblems } from '../../src/slack/manifest/rules.ts'
import { anything, fuzz, nearly, settled } from './fuzz.ts'

const list = (...words: string[]) => fc.array(fc.constantFrom(...words), { maxLength: 4 })
const scopes = list('chat:write', 'im:read', 'openid', 'search:read', '', 'a b')
const manifest = nearly({
  display_information: nearly({ name: fc.string({ maxLength: 40 }), description: fc.string() }),
  features: nearly({
    bot_user: nearly({
      display_name: fc.string({ unit: 'binary', maxLength: 10 }),
      always_online: fc.boolean(),
    }),
  }),
  oauth_config: nearly({
    redirect_urls: list(
      'http://localhost:8910/a',
      'https://app.example/b',
      'myapp://x',
      'no url',
      'http://[::1]:1/',
      'javascript:alert(1)',
    ),
    scopes: nearly({ bot: scopes, bot_optional: scopes, user: scopes, user_optional: scopes }),
    pkce_enabled: fc.boolean(),
  }),
  settings: nearly({
    org_deploy_enabled: fc.boolean(),
    token_rotation_enabled: fc.boolean(),
    socket_mode_enabled: fc.boolean(),
  }),
})

async function check(text: string): Promise<void> {
  const read = await settled(() => readManifest(text, 'manifest.json'))
  if (read instanceof SlackOAuthError) {
    assert.equal(read.code, 'invalid_manifest')
    return
  }
  manifestProblems(read)
  const settings = manifestSettings(read)
  const made = await settled(() =>
    createManifest({
      base: read,
      redirectUris: settings.redirectUris ?? [],
      scopes: settings.scopes ?? [],
      userScopes: settings.userScopes ?? [],
    }),
  )
  if (made instanceof SlackOAuthError) return
  const again = await readManifest(await manifestText(made, 'json'), 'manifest.json')
  assert.deepEqual(again, JSON.parse(JSON.stringify(made)))
}

fuzz(
  'a manifest in JSON is taken whole or refused by the field that is wrong',
  fc.asyncProperty(
    fc.oneof({ weight: 9, arbitrary: manifest }, { weight: 1, arbitrary: anything }),
    (value) => check(JSON.stringify(value) ?? ''),
  ),
)

const yaml = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        'display_information:\n',
        '  name: a\n',
        'oauth_config:\n',
        '  scopes:\n',
        '    bot:\n',
        '      - chat:write\n',
        '&a ',
        '*a ',
        '- ',
        ': ',
        '{',
        '}',
        '[',
        ']',
        '"',
        "'",
        '|\n',
        '>\n',
        '!!js/function ',
        '<<: *a\n',
        '# ',
        '\t',
        '---\n',
        '...\n',
        '%YAML 1.1\n',
        '? ',
        'true',
        '~',
        '\n',
      ),
      fc.string({ unit: 'binary', maxLength: 4 }),
    ),
    { maxLength: 14 },
  )
  .map((parts) => parts.join(''))

fuzz(
  'a manifest in YAML, or what looks like it, is taken whole or refused',
  fc.asyncProperty(yaml, check),
  { share: 0.4 },
)

fuzz(
  'a manifest that is made reads the same in YAML as in JSON',
  fc.asyncProperty(
    fc.string({ unit: 'grapheme', maxLength: 30 }),
    fc.uniqueArray(fc.constantFrom('chat:write', 'im:read', 'on', 'y', 'null', '1e3'), {
      maxLength: 4,
    }),
    async (name, bot) => {
      const made = createManifest({
        name: name,
        redirectUris: ['http://localhost:8910/a'],
        scopes: bot,
        userScopes: [],
      })
      const [json, fromYaml] = [
        await readManifest(await manifestText(made, 'json'), 'a'),
        await readManifest(await manifestText(made, 'yaml'), 'b'),
      ]
      assert.deepEqual(fromYaml, json)
    },
  ),
  { share: 0.05 },
)
