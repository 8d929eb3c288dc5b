import { type ErrorCode, errorCode, SlackOAuthError } from '../../base/errors.ts'

type Meaning = readonly [pattern: RegExp, code: ErrorCode, what: string, hint: string]

/** What the server says, by SQLSTATE. https://www.postgresql.org/docs/current/errcodes-appendix.html */
const states: readonly Meaning[] = [
  [
    /^28/,
    'store_unavailable',
    'does not let this user in: the password is wrong, or its pg_hba.conf forbids it',
    'Check the user and the password; PGPASSWORD, ~/.pgpass and the URL are where it is looked for',
  ],
  [/^3D000/, 'store_unavailable', 'is not there: no such database', 'Make it: createdb NAME'],
  [
    /^25006/,
    'store_unavailable',
    'can only be read: the server is a standby, or the session is read-only',
    'Name the primary server',
  ],
  [
    /^42501/,
    'store_unavailable',
    'does not allow that to this user',
    'Give the role the rights that docs/postgresql.md lists; the first command makes tables and indexes',
  ],
  [/^53300/, 'store_unavailable', 'has no connection left', 'Try again, or raise max_connections'],
  [/^53/, 'store_full', 'is out of disk or memory', 'Free some space there and try again'],
  [
    /^(55P03|40001|40P01)/,
    'store_locked',
    'is kept busy by others',
    'Wait for the other program, or end its transaction, and try again',
  ],
  [/^57014/, 'store_unavailable', 'took too long to answer', 'Try again'],
  [
    /^(57|08|58)/,
    'store_unavailable',
    'ended the connection',
    'Try again when the server is up; nothing was changed',
  ],
  [
    /^22001/,
    'store_unsupported',
    'has a column that is too short for a value',
    'The columns of a Python app hold 200 or 1000 characters: alter table … alter column … type text',
  ],
  [
    /^(42|22|23|0A)/,
    'store_unsupported',
    'has tables that are not those of a store',
    "Is it one of slack-oauth or of the Python SDK's SQLAlchemyInstallationStore? Name another with --db",
  ],
]

/** What the network and TLS say, by Node's code or pg's words. */
const failures: readonly Meaning[] = [
  [/^(ENOTFOUND|EAI_)/, 'store_unavailable', 'has no such host', 'Check the host in the URL'],
  [
    /^ENOENT|^ECONNREFUSED/,
    'store_unavailable',
    'cannot be reached: nothing listens there',
    'Is the server running, and are host and port right?',
  ],
  [
    /^(ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN)|timeout|Connection terminated due to/,
    'store_unavailable',
    'cannot be reached in time',
    'Check host and port, and what stands between',
  ],
  [
    /does not support SSL connections/,
    'store_unavailable',
    'does not speak TLS',
    'Turn it on at the server; on a network that nobody else is on, add sslmode=disable to the URL',
  ],
  [
    /^ERR_TLS_CERT_ALTNAME_INVALID/,
    'store_unavailable',
    'has a certificate for another host name',
    'Connect by the name that is in it, or use sslmode=verify-ca',
  ],
  [
    /^(CERT_|UNABLE_TO|DEPTH_ZERO|SELF_SIGNED)/,
    'store_unavailable',
    'has a certificate that is not trusted',
    'Name the root certificate with sslrootcert',
  ],
  [/Cannot use a pool after/, 'store_unavailable', 'was closed', 'Open it again'],
  [
    /channel binding/i,
    'store_unavailable',
    'does not offer the channel binding that the URL requires',
    'It takes TLS and SCRAM passwords at the server',
  ],
  [
    /^(ECONNRESET|EPIPE)|^Connection terminated|connection error and is not queryable/,
    'store_unavailable',
    'ended the connection',
    'Try again when the server is up; nothing was changed',
  ],
]

/** What a failure of the server, of the network or of the driver means for a caller. */
export function storeError(name: string, error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof SlackOAuthError) return error
  const state = sqlState(error)
  const code = state === undefined ? (errorCode(error) ?? '') : ''
  const match =
    state === undefined
      ? failures.find(([pattern]) => pattern.test(code) || pattern.test(error.message))
      : states.find(([pattern]) => pattern.test(state))
  if (match) {
    const [, errorCode, what, hint] = match
    return new SlackOAuthError(errorCode, `The store ${name} ${what}${detail(state, code)}`, {
      hint,
      cause: error,
    })
  }
  if (state === undefined && code === '' && !isOfDriver(error)) return error
  return new SlackOAuthError(
    'store_unavailable',
    `The store ${name} failed: ${state ?? (code || error.message)}`,
    { hint: 'Is that a PostgreSQL server?', cause: error },
  )
}

/** The connection broke while the server was to make it all so. */
export function unknownOutcome(name: string, cause: unknown): SlackOAuthError {
  return new SlackOAuthError(
    'store_unavailable',
    `The connection to ${name} broke at the end of a change: whether it was made is not known`,
    { hint: 'See what is stored before you do it again: slack-oauth list', cause },
  )
}

/** The SQLSTATE of an error that the server gave; Node's codes can look alike. */
export function sqlState(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('severity' in error) || !('code' in error)) return undefined
  return String(error.code)
}

/** No connection is left, or the server is starting up. */
export function isOverloaded(error: unknown): boolean {
  return ['53300', '57P03'].includes(sqlState(error) ?? '')
}

/** Others changed the same meanwhile: the whole transaction can be run again. */
export function isConflict(error: unknown): boolean {
  return ['40001', '40P01'].includes(sqlState(error) ?? '')
}

/** The connection is gone, and with it whatever was not committed. */
export function isGone(error: unknown): boolean {
  const state = sqlState(error)
  if (state !== undefined) return /^(08|57P0)/.test(state)
  return error instanceof Error && !(error instanceof SlackOAuthError) && isOfDriver(error)
}

function isOfDriver(error: Error): boolean {
  return (
    /^(E[A-Z]+|ERR_SSL.*)$/.test(errorCode(error) ?? '') ||
    /^(Connection terminated|Query read timeout|Client (has encountered|was closed)|SASL|There was an error establishing|Received unexpected)/.test(
      error.message,
    )
  )
}

function detail(state: string | undefined, code: string): string {
  const said = state ?? code
  return said === '' ? '' : ` (${said})`
}
