import { setTimeout as sleep } from 'node:timers/promises'
import type { Connection, PoolClient, PoolConfig } from 'pg'
import { SlackOAuthError } from '../../base/errors.ts'
import type { Row } from '../sql/steps.ts'
import { type Driver, loadDriver } from './driver.ts'
import { passwordFromFile } from './passfile.ts'
import { isOverloaded, sqlState, storeError } from './store-error.ts'
import { type Encryption, encryptions } from './tls.ts'
import { type Address, parsePostgresUrl } from './url.ts'

const CONNECT_SECONDS = 10

/** Longer than a statement may take at the server, which then says so itself. */
const ANSWER_SECONDS = 40

/** Of a store: an app that looks tokens up uses several, a command one or two. */
const CONNECTIONS = 5

export interface Session {
  query(sql: string, values?: readonly unknown[]): Promise<readonly Row[]>
  /** Aborted when the server or the network ends it. */
  readonly lost: AbortSignal
  /** To be called once. One that may be in the middle of something is not used again. */
  release(options?: { isBroken: boolean }): void
}

/** The connections of one store to its server. */
export interface Connections {
  /** The server as it may be shown. */
  readonly name: string
  /** @throws SlackOAuthError `store_…` */
  take(): Promise<Session>
  close(): Promise<void>
}

/**
 * Connects as a URL of libpq says, and so finds out whether anybody can.
 *
 * @throws SlackOAuthError `usage` for a URL that cannot be read, `store_…`
 */
export async function connectTo(
  url: string,
  warn: (message: string) => void,
): Promise<Connections> {
  const address = parsePostgresUrl(url)
  const attempts = [...encryptions(address)]
  const driver = await loadDriver()
  for (;;) {
    const pool = poolOf(driver, address, attempts.shift() ?? false, warn)
    try {
      ;(await taken(pool)).release()
      let ending: Promise<void> | undefined
      return {
        name: address.name,
        take: () => taken(pool).catch((error) => Promise.reject(storeError(address.name, error))),
        close: () => {
          ending ??= pool.end()
          return ending
        },
      }
    } catch (error) {
      await pool.end()
      if (attempts.length === 0 || !lacksTls(error)) throw storeError(address.name, error)
    }
  }
}

function poolOf(
  driver: Driver,
  address: Address,
  encryption: Encryption,
  warn: (message: string) => void,
) {
  const { host, port, user, database, parameter } = address
  const options = parameter('options')
  const config: PoolConfig = {
    host,
    port,
    user,
    database,
    // Asked for when the server does: never an empty one, and never the deprecated pgpass of pg
    password: () => passwordOf(address, warn),
    ssl: encryption,
    ...(parameter('sslnegotiation') === 'direct' && { sslnegotiation: 'direct' as const }),
    enableChannelBinding: parameter('channel_binding') !== 'disable',
    application_name: parameter('application_name') ?? 'slack-oauth',
    ...(options !== undefined && { options }),
    connectionTimeoutMillis: seconds(parameter('connect_timeout')) * 1000,
    query_timeout: ANSWER_SECONDS * 1000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    types: {
      getTypeParser: (type) => (type === BOOLEAN ? isTrue : type === MOMENT ? utc : String),
    },
    max: CONNECTIONS,
    idleTimeoutMillis: 30_000,
    allowExitOnIdle: true,
  }
  const isBound = parameter('channel_binding') === 'require'
  const pool = new driver.Pool({ ...config, Client: clientOf(driver, isBound) })
  // A connection that breaks while nobody uses it is replaced; in use, its statement fails
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  return pool
}

/** https://www.postgresql.org/docs/current/catalog-pg-type.html: all else stays text, dates above all. */
const [BOOLEAN, MOMENT] = [16, 1184]
const isTrue = (text: string) => text === 't'
const utc = (text: string) => text.replace(/\+00$/, '')

/**
 * A client that leaves no socket open behind an error of its own, such as that there is no password;
 * and if it is to, gives one to no server that does not prove it knows it too, over this very TLS.
 */
function clientOf({ Client }: Driver, isBound: boolean) {
  return class extends Client {
    constructor(config?: ConstructorParameters<typeof Client>[0]) {
      super(config)
      const { connection } = this
      connection.once('error', () => connection.stream.destroy())
      if (isBound) insistOnBinding(connection)
    }
  }
}

/** Why a connection was cut that node-postgres took for made: its error comes after the last message. */
const refusals = new WeakMap<Connection, Error>()

function insistOnBinding(connection: Connection): void {
  let isProven = false
  const refuse = () => {
    const refusal = new Error('channel binding is required, and was not offered')
    refusals.set(connection, refusal)
    connection.stream.destroy(refusal)
  }
  connection.on('authenticationSASL', ({ mechanisms }: { mechanisms: readonly string[] }) => {
    if (!mechanisms.includes('SCRAM-SHA-256-PLUS')) refuse()
  })
  connection.on('authenticationSASLFinal', () => {
    isProven = true
  })
  for (const kind of ['CleartextPassword', 'MD5Password']) {
    connection.on(`authentication${kind}`, refuse)
  }
  connection.on('authenticationOk', () => isProven || refuse())
}

async function passwordOf(address: Address, warn: (message: string) => void): Promise<string> {
  const password = address.parameter('password') ?? passwordFromFile(address, warn)
  if (password !== undefined) return password
  throw new SlackOAuthError('store_unavailable', `The store ${address.name} asks for a password`, {
    hint: 'Set PGPASSWORD, or put it into ~/.pgpass or the URL in SLACK_OAUTH_DB',
  })
}

function seconds(text: string | undefined): number {
  return text !== undefined && /^[1-9]\d{0,3}$/.test(text) ? Number(text) : CONNECT_SECONDS
}

/** A server that has no room, or is starting, is asked again for a while. */
async function taken(pool: InstanceType<Driver['Pool']>): Promise<Session> {
  const until = performance.now() + CONNECT_SECONDS * 1000
  for (;;) {
    try {
      return sessionOf(await pool.connect())
    } catch (error) {
      if (!isOverloaded(error) || performance.now() > until) throw error
    }
    await sleep(50 + Math.random() * 200)
  }
}

function sessionOf(client: PoolClient): Session {
  const lost = new AbortController()
  const end = () => lost.abort()
  client.once('end', end)
  return {
    async query(sql, values) {
      const { rows } = await client
        .query(sql, values && [...values])
        .catch((error) => Promise.reject(refusals.get(client.connection) ?? error))
      return rows
    },
    lost: lost.signal,
    release({ isBroken } = { isBroken: false }) {
      client.off('end', end)
      client.release(isBroken)
    },
  }
}

function lacksTls(error: unknown): boolean {
  return (
    error instanceof Error &&
    sqlState(error) === undefined &&
    error.message.includes('does not support SSL connections')
  )
}
