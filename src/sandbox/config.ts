import * as v from 'valibot'
import { configSchema } from './config-schema.js'
import {
  completeApp,
  completeEnterprise,
  completeWorkspace,
  defaultEnterprises,
  defaultWorkspaces,
} from './defaults.js'
import type { Settings } from './options.js'

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
