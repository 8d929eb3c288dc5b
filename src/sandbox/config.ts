import * as v from 'valibot'
import { isRegistrableRedirectUri } from './authorize/redirect-uri.ts'
import {
  CODE_LIFETIME_SECONDS,
  completeApp,
  completeEnterprise,
  completeWorkspace,
  defaultEnterprises,
  defaultWorkspaces,
  ID_TOKEN_LIFETIME_SECONDS,
  PKCE_REFRESH_LIFETIME_SECONDS,
  REFRESH_GRACE_SECONDS,
  TOKEN_LIFETIME_SECONDS,
} from './defaults.ts'
import type { Settings } from './options.ts'

const text = v.pipe(v.string('expected a string'), v.nonEmpty('expected a non-empty string'))
const flag = v.boolean('expected true or false')
const seconds = v.pipe(
  v.number('expected a number of seconds'),
  v.finite('expected a number of seconds'),
  v.minValue(0, 'expected a number of seconds, 0 or more'),
)
const domain = v.pipe(text, v.regex(/^[a-z0-9-]+$/, 'expected lower-case letters, digits and "-"'))

function id(letters: string, example: string) {
  const shape = new RegExp(`^[${letters}][A-Z0-9]{2,}$`)
  return v.pipe(text, v.regex(shape, `expected an id such as ${example}`))
}

function list<const Item extends v.GenericSchema>(item: Item) {
  return v.array(item, 'expected an array')
}

function object<const Entries extends v.ObjectEntries>(entries: Entries) {
  return v.pipe(
    // strictObject alone takes an array for an object.
    v.custom<Record<string, unknown>>(
      (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
      'expected an object',
    ),
    v.strictObject(entries, ({ expected }) =>
      expected === 'never' ? 'there is no such setting' : 'missing',
    ),
  )
}

const httpUrl = v.pipe(
  text,
  v.check(
    (value) => URL.canParse(value) && /^https?:$/.test(new URL(value).protocol),
    'expected an http or https URL',
  ),
)

const app = object({
  name: v.optional(text),
  appId: v.optional(id('A', 'A0SANDBOX01')),
  clientId: v.optional(v.pipe(text, v.regex(/^[\w.-]+$/, 'expected an id such as 1111.2222'))),
  clientSecret: v.optional(text),
  signingSecret: v.optional(text),
  requestUrls: v.optional(
    object({
      events: v.optional(httpUrl),
      commands: v.optional(httpUrl),
      interactivity: v.optional(httpUrl),
    }),
  ),
  redirectUris: v.optional(
    list(
      v.pipe(
        text,
        v.check(isRegistrableRedirectUri, 'expected https, http on localhost, or an app scheme'),
      ),
    ),
  ),
  tokenRotation: v.optional(flag),
  pkce: v.optional(flag),
  distributed: v.optional(flag),
  orgInstall: v.optional(flag),
  botUser: v.optional(flag),
  optionalScopes: v.optional(list(text)),
  optionalUserScopes: v.optional(list(text)),
})

const member = object({ id: id('UW', 'U0ALICE0001'), name: text, email: v.optional(text) })

const enterprise = object({ id: id('E', 'E0SANDBOX01'), name: text, domain: v.optional(domain) })

const workspace = object({
  id: id('T', 'T0SANDBOX01'),
  name: text,
  domain: v.optional(domain),
  enterpriseId: v.optional(id('E', 'E0SANDBOX01')),
  members: v.optional(v.pipe(list(member), v.nonEmpty('expected at least one member'))),
})

/** A configuration document, before defaults that depend on other parts of it. */
const configSchema = object({
  apps: v.optional(list(app), [{}]),
  enterprises: v.optional(list(enterprise)),
  workspaces: v.optional(v.pipe(list(workspace), v.nonEmpty('expected at least one workspace'))),
  consent: v.optional(
    v.picklist(['page', 'allow', 'cancel'], 'expected "page", "allow" or "cancel"'),
    'page',
  ),
  codeLifetimeSeconds: v.optional(seconds, CODE_LIFETIME_SECONDS),
  tokenLifetimeSeconds: v.optional(seconds, TOKEN_LIFETIME_SECONDS),
  refreshGraceSeconds: v.optional(seconds, REFRESH_GRACE_SECONDS),
  pkceRefreshLifetimeSeconds: v.optional(seconds, PKCE_REFRESH_LIFETIME_SECONDS),
  idTokenLifetimeSeconds: v.optional(seconds, ID_TOKEN_LIFETIME_SECONDS),
})

/**
 * Checks a document (the CLI's `--config FILE`) and fills in the defaults. Throws an Error of one
 * line that names the place, such as `apps[0].redirectUris: expected an array`.
 *
 * @example
 * import { parseSandboxConfig, startSandbox } from 'slack-oauth/sandbox'
 *
 * const document: unknown = JSON.parse('{ "apps": [{ "name": "My App" }] }')
 * const slack = await startSandbox(parseSandboxConfig(document))
 * console.log(slack.apps[0]?.clientId)
 * await slack.close()
 */
export function parseSandboxConfig(json: unknown): Settings {
  const { success, output, issues } = v.safeParse(configSchema, json)
  if (!success) throw new Error(describe(issues[0]))
  const { apps, enterprises, workspaces, ...rest } = output

  const orgs = (enterprises ?? defaultEnterprises).map(completeEnterprise)
  const settings = {
    ...rest,
    apps: apps.map(completeApp),
    enterprises: orgs,
    workspaces: (workspaces ?? defaultWorkspaces(orgs)).map(completeWorkspace),
  }
  checkReferences(settings)
  return settings
}

function describe({ path, message }: v.BaseIssue<unknown>): string {
  const place = (path ?? [])
    .map(({ key }) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('')
    .replace(/^\./, '')
  return place === '' ? message : `${place}: ${message}`
}

/** What no single field shows: ids that clash, and organizations that nobody defined. */
function checkReferences({ apps, enterprises, workspaces }: Settings): void {
  refuseDuplicates('apps', 'appId', apps)
  refuseDuplicates('apps', 'clientId', apps)
  refuseDuplicates('enterprises', 'id', enterprises)
  refuseDuplicates('workspaces', 'id', workspaces)
  for (const [index, { enterpriseId, members }] of workspaces.entries()) {
    refuseDuplicates(`workspaces[${index}].members`, 'id', members)
    if (enterpriseId && !enterprises.some(({ id }) => id === enterpriseId)) {
      throw new Error(`workspaces[${index}].enterpriseId: there is no enterprise ${enterpriseId}`)
    }
  }
}

function refuseDuplicates<Key extends string>(
  place: string,
  key: Key,
  items: readonly Readonly<Record<Key, string>>[],
): void {
  const ids = items.map((item) => item[key])
  for (const [index, id] of ids.entries()) {
    if (ids.indexOf(id) < index) throw new Error(`${place}[${index}].${key}: ${id} is taken`)
  }
}
