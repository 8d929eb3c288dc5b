import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, readdirSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { after, before, type TestContext } from 'node:test'
import pg from 'pg'
import { freePort } from './free-port.ts'
import { until } from './until.ts'

export const PASSWORD = 'p@ss/word#1'

/** A server of this kind that exists already, for the tests that need no more of it than a database. */
const given = process.env.SLACK_OAUTH_TEST_POSTGRES

const programs = findPrograms()

/** A reason to skip, where a fresh machine has no PostgreSQL; CI fails instead. */
export const skip =
  given || programs || process.env.SLACK_OAUTH_REQUIRE_ALL_TESTS
    ? false
    : 'there is no PostgreSQL here: no initdb, and SLACK_OAUTH_TEST_POSTGRES names no server'

/** The same, for tests that start, stop and configure a server. */
export const skipOwn =
  programs || process.env.SLACK_OAUTH_REQUIRE_ALL_TESTS ? false : skip || 'no initdb'

export interface PostgresServer {
  readonly port: number
  /** The data and the Unix socket. */
  readonly folder: string
  /** The URL of an empty schema of its own, which goes when the test ends. */
  schema(t: TestContext): Promise<string>
  /** The URL of a store that is empty, its tables maybe made, which another test gets afterwards. */
  store(t: TestContext): Promise<string>
  /** Rows of a statement in the schema of a URL, or as the administrator without one. */
  sql(text: string, url?: string): Promise<Record<string, unknown>[]>
  start(...settings: string[]): Promise<void>
  /** At once, as a crash. */
  stop(): Promise<void>
}

/** One server for the tests of a file, whose session settings are unlike those that the store needs. */
export function postgresForTests(...settings: string[]): PostgresServer {
  let server: PostgresServer | undefined
  before(async () => {
    if (skip === false) server = given ? existing(given) : await cluster(settings)
  })
  after(async () => {
    if (!server || given) return
    await server.stop()
    await rm(server.folder, { recursive: true, force: true })
  })
  const own = () => {
    if (server === undefined) throw new Error('there is no PostgreSQL')
    return server
  }
  return {
    get port() {
      return own().port
    },
    get folder() {
      return own().folder
    },
    schema: (t) => own().schema(t),
    store: (t) => own().store(t),
    sql: (text, url) => own().sql(text, url),
    start: (...more) => own().start(...more),
    stop: () => own().stop(),
  }
}

/** A server made for this, as somebody who is not root: PostgreSQL refuses to be. */
async function cluster(settings: readonly string[]): Promise<PostgresServer> {
  if (programs === undefined) throw new Error('there is no initdb')
  const folder = await mkdtemp(join(tmpdir(), 'slack-oauth-postgres-'))
  const owner = process.getuid?.() === 0 ? userId() : undefined
  const as = owner && { uid: owner.uid, gid: owner.gid }
  if (owner) chownSync(folder, owner.uid, owner.gid)
  const passwordFile = join(folder, 'password')
  writeFileSync(passwordFile, PASSWORD)
  if (owner) chownSync(passwordFile, owner.uid, owner.gid)
  const data = join(folder, 'data')
  execFileSync(
    join(programs, 'initdb'),
    [
      ...['-D', data, '-U', 'admin', '-A', 'scram-sha-256', '--pwfile', passwordFile],
      ...['--no-sync', '-E', 'UTF8', '--locale=C', '--locale-provider=icu', '--icu-locale=en'],
    ],
    { ...as, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] },
  )
  const port = await freePort()
  let child: ChildProcess | undefined
  const url = `postgres://admin:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}/postgres`

  async function start(...more: string[]): Promise<void> {
    const options = [
      `port=${port}`,
      'listen_addresses=127.0.0.1',
      `unix_socket_directories=${folder}`,
      'fsync=off',
      'synchronous_commit=off',
      'timezone=America/New_York',
      'datestyle=SQL, DMY',
      ...settings,
      ...more,
    ]
    const args = ['-D', data, ...options.flatMap((each) => ['-c', each])]
    const started = spawn(join(programs ?? '', 'postgres'), args, {
      ...as,
      cwd: folder,
      stdio: 'ignore',
    })
    child = started
    await until(async () => {
      if (started.exitCode !== null) throw new Error('PostgreSQL does not start')
      return isReady(url)
    })
  }

  async function stop(): Promise<void> {
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill('SIGQUIT')
    await gone
  }

  await start()
  return { ...existing(url), port, folder, start, stop }
}

function existing(url: string): PostgresServer {
  let schemas = 0
  const unused: string[] = []
  const sql: PostgresServer['sql'] = async (text, at = url) => {
    const client = new pg.Client({ connectionString: at })
    client.on('error', () => {})
    await client.connect()
    try {
      const { rows } = await client.query(text)
      return rows
    } finally {
      await client.end()
    }
  }
  const schema: PostgresServer['schema'] = async (t) => {
    const name = `t${process.pid}_${++schemas}`
    await sql(`create schema ${name}`)
    t.after(() => sql(`drop schema ${name} cascade`).catch(() => {}))
    return inSchema(url, name)
  }
  const unsupported = async () => {
    throw new Error('this server is not ours')
  }
  return {
    port: Number(new URL(url).port || 5432),
    folder: '',
    sql,
    schema,
    async store(t) {
      const name = unused.pop() ?? `s${process.pid}_${++schemas}`
      await sql(`create schema if not exists ${name}`)
      const at = inSchema(url, name)
      t.after(async () => {
        const tables = ['installations', 'bots', 'oauth_states', 'oauth_details']
        await sql(tables.map((each) => `delete from slack_${each};`).join('\n'), at)
        unused.push(name)
      })
      return at
    },
    start: unsupported,
    stop: unsupported,
  }
}

function inSchema(url: string, name: string): string {
  return `${url}?options=${encodeURIComponent(`-c search_path=${name}`)}`
}

async function isReady(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {})
  try {
    await client.connect()
    return true
  } catch {
    return false
  } finally {
    await client.end().catch(() => {})
  }
}

/** The folder with initdb: of the path, or the newest that Debian has beside it. */
function findPrograms(): string | undefined {
  const debian = '/usr/lib/postgresql'
  const versions = existsSync(debian) ? readdirSync(debian) : []
  const folders = [
    ...versions.sort((a, b) => Number(b) - Number(a)).map((each) => join(debian, each, 'bin')),
    ...(process.env.PATH ?? '').split(delimiter),
  ]
  return folders.find(
    (each) => existsSync(join(each, 'initdb')) && existsSync(join(each, 'postgres')),
  )
}

function userId(): { uid: number; gid: number } {
  for (const name of ['postgres', 'nobody']) {
    try {
      const [uid = '', gid = ''] = ['-u', '-g'].map((flag) =>
        execFileSync('id', [flag, name], { encoding: 'utf8' }),
      )
      return { uid: Number(uid), gid: Number(gid) }
    } catch {
      // The next one, then
    }
  }
  throw new Error('root needs a user to run PostgreSQL as')
}
