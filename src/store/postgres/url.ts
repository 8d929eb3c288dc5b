import { userInfo } from 'node:os'
import { SlackOAuthError } from '../../base/errors.ts'
import { protect } from '../../base/redact.ts'

/** The parameters of libpq that are honoured, and its variable for each. */
const variables = {
  host: 'PGHOST',
  port: 'PGPORT',
  user: 'PGUSER',
  password: 'PGPASSWORD',
  passfile: 'PGPASSFILE',
  dbname: 'PGDATABASE',
  sslmode: 'PGSSLMODE',
  sslrootcert: 'PGSSLROOTCERT',
  sslcert: 'PGSSLCERT',
  sslkey: 'PGSSLKEY',
  sslnegotiation: 'PGSSLNEGOTIATION',
  channel_binding: 'PGCHANNELBINDING',
  connect_timeout: 'PGCONNECT_TIMEOUT',
  application_name: 'PGAPPNAME',
  options: 'PGOPTIONS',
} as const

type Parameter = keyof typeof variables

/** Where a server is and who connects to it, as a URL says it and else the environment. */
export interface Address {
  /** A name, an IP address, or the folder of a Unix socket. */
  readonly host: string
  readonly port: number
  readonly user: string
  readonly database: string
  /** Any other parameter, from the URL or its variable. */
  parameter(name: Parameter): string | undefined
  /** The URL as it may be shown: without password and parameters. */
  readonly name: string
}

/**
 * A connection URI of libpq, with one host. None of it is repeated in an error: where it is malformed,
 * any piece may be one of a password.
 * https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS
 *
 * @throws SlackOAuthError `usage`
 */
export function parsePostgresUrl(
  url: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Address {
  const [, user = '', password = '', hosts = '', database = '', query = ''] =
    /^postgres(?:ql)?:\/\/(?:([^:@/?#]*)(?::([^@/?#]*))?@)?([^@/?#]*)(?:\/([^@/?#]*))?(?:\?([^#]*))?$/i.exec(
      url,
    ) ?? unreadable()
  if (hosts.includes(',')) {
    throw new SlackOAuthError('usage', 'The URL of the store names several hosts', {
      hint: 'Name the one that can be written',
    })
  }
  const [, address6, host = '', port = ''] =
    /^(?:\[([^\]]+)\]|([^:[\]]*))(?::(\d*))?$/.exec(hosts) ?? unreadable()
  const given = new Map<string, string>()
  const set = (name: string, text: string) => {
    if (text !== '') given.set(name, decoded(text))
  }
  set('user', user)
  set('password', password)
  set('host', address6 ?? host)
  set('port', port)
  set('dbname', database)
  for (const [name, text] of parameters(query)) set(name, text)

  const parameter = (name: Parameter) => given.get(name) ?? (env[variables[name]] || undefined)
  protect(parameter('password'))
  const address = {
    host: parameter('host') ?? 'localhost',
    port: portNumber(parameter('port') ?? '5432'),
    user: parameter('user') ?? ownName(),
    parameter,
  }
  const at = { ...address, database: parameter('dbname') ?? address.user }
  return { ...at, name: nameOf(at) }
}

function nameOf({ host, port, user, database }: Omit<Address, 'name'>): string {
  const [who, what] = [user, database].map(encodeURIComponent)
  if (host.startsWith('/')) return `postgres://${who}@/${what}?host=${encodeURI(host)}&port=${port}`
  return `postgres://${who}@${host.includes(':') ? `[${host}]` : host}:${port}/${what}`
}

function* parameters(query: string): Iterable<readonly [string, string]> {
  for (const pair of query.split('&').filter(Boolean)) {
    const [name = '', value] = pair.split(/=(.*)/s)
    // What node-postgres is to read as libpq does, we read so anyway
    if (name === 'uselibpqcompat') continue
    if (value === undefined || !Object.hasOwn(variables, name)) {
      throw new SlackOAuthError('usage', 'The URL of the store has a parameter that is not known', {
        hint: `Those are ${Object.keys(variables).join(', ')}; in a password, ? and & are written %3F and %26`,
      })
    }
    yield [name, value]
  }
}

function portNumber(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0
  if (port < 1 || port > 65_535) unreadable()
  return port
}

function decoded(text: string): string {
  try {
    const plain = decodeURIComponent(text)
    return plain.includes('\0') ? unreadable() : plain
  } catch {
    return unreadable()
  }
}

function ownName(): string {
  try {
    return userInfo().username
  } catch (error) {
    throw new SlackOAuthError('usage', 'The URL of the store names no user', {
      hint: 'Write postgres://USER@HOST/DATABASE, or set PGUSER',
      cause: error,
    })
  }
}

function unreadable(): never {
  throw new SlackOAuthError('usage', 'The URL of the store cannot be read', {
    hint: 'Write postgres://USER@HOST:PORT/DATABASE; in a password, special characters are percent-encoded: @ is %40, / is %2F, # is %23',
  })
}
