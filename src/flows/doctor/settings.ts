import { parseScopes } from '../../slack/authorize/scopes.ts'
import { parseSlackUrl } from '../../slack/slack-url.ts'
import { type Finding, failed, failure, ok, type Probe, warning } from './probes.ts'

/** A value, and where it came from: "SLACK_CLIENT_ID of the environment". */
export interface Setting {
  readonly value: string
  readonly from: string
}

/** Where a secret comes from, and what is wrong there; never the secret itself. */
export interface SecretSource {
  readonly from: string
  readonly error?: unknown
  /** Whether other users of this machine can read the file. */
  readonly isOpen?: boolean
  /** A setting of the same thing that does not count. */
  readonly unused?: string
}

/** What the command line, the environment, an env file and the defaults make of each setting. */
export interface Settings {
  /** Why the env file that was named could not be read. */
  readonly envFileError?: unknown
  readonly clientId?: Setting | undefined
  readonly clientSecret?: SecretSource | undefined
  readonly signingSecret?: SecretSource | undefined
  readonly scopes?: Setting | undefined
  readonly userScopes?: Setting | undefined
  readonly slackUrl: Setting
}

const CREDENTIALS = 'Basic Information of the app at https://api.slack.com/apps'

export function settingsProbes(settings: Settings): readonly Probe[] {
  const { envFileError, clientId, scopes, userScopes, slackUrl } = settings
  return [
    { name: 'env-file', look: () => (envFileError === undefined ? [] : [failed(envFileError)]) },
    { name: 'client-id', look: () => [judgeClientId(clientId)] },
    { name: 'client-secret', look: () => [judgeClientSecret(settings.clientSecret)] },
    {
      name: 'signing-secret',
      look: () => (settings.signingSecret ? [judgeSecret(settings.signingSecret)] : []),
    },
    { name: 'scopes', look: () => [judgeScopes(scopes, '--scopes')] },
    {
      name: 'user-scopes',
      look: () => (userScopes ? [judgeScopes(userScopes, '--user-scopes')] : []),
    },
    {
      name: 'slack-url',
      look: () => [ok(told({ ...slackUrl, value: parseSlackUrl(slackUrl.value) }))],
    },
  ]
}

/** A value as people see it, with where it came from. */
export function told({ value, from }: Setting): string {
  return `${value}, from ${from}`
}

function judgeClientId(clientId: Setting | undefined): Finding {
  if (clientId === undefined) {
    return warning(
      'not set: to authorize, it has to be the only app in the store',
      `Set SLACK_CLIENT_ID to the Client ID under ${CREDENTIALS}`,
    )
  }
  if (/^\d+\.\d+$/.test(clientId.value)) return ok(told(clientId))
  return warning(
    `${told(clientId)}, does not look like Slack's: two numbers with a dot between them`,
    `Compare it with the Client ID under ${CREDENTIALS}; the App ID, A0…, is another thing`,
  )
}

function judgeClientSecret(secret: SecretSource | undefined): Finding {
  if (secret !== undefined) return judgeSecret(secret)
  return warning(
    'not set: installing, renewing and uninstalling need it',
    `Set SLACK_CLIENT_SECRET, or SLACK_CLIENT_SECRET_FILE to a file with the Client Secret under ${CREDENTIALS}`,
  )
}

function judgeSecret({ from, error, isOpen, unused }: SecretSource): Finding {
  if (error !== undefined) return failed(error)
  if (isOpen) return warning(`set, from ${from}, which others can read`, 'chmod 600 that file')
  if (unused === undefined) return ok(`set, from ${from}`)
  return warning(`set, from ${from}; ${unused} is set too, and not used`, 'Unset one of them')
}

function judgeScopes(scopes: Setting | undefined, option: string): Finding {
  if (scopes === undefined) return ok(`none set: install takes them from ${option}`)
  if (parseScopes([scopes.value]).length > 0) return ok(told(scopes))
  return failure('invalid_scope', `${told(scopes)}, names none`, `Name them with ${option}`)
}
