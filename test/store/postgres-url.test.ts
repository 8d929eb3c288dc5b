import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { passwordFromFile } from '../../src/store/postgres/passfile.ts'
import { encryptions } from '../../src/store/postgres/tls.ts'
import { parsePostgresUrl } from '../../src/store/postgres/url.ts'

/** What a URL says, without any variable of libpq's. */
function parsed(url: string, env: Record<string, string> = {}) {
  const { host, port, user, database, name, parameter } = parsePostgresUrl(url, env)
  return { host, port, user, database, name, password: parameter('password') }
}

describe('a URL of PostgreSQL', () => {
  const all = { host: 'db.example.com', port: 5433, user: 'me', database: 'slack' }

  test('names host, port, user, password and database', () => {
    assert.deepEqual(parsed('postgres://me:secret@db.example.com:5433/slack'), {
      ...all,
      password: 'secret',
      name: 'postgres://me@db.example.com:5433/slack',
    })
  })

  test('is percent-encoded', () => {
    const { user, password, database } = parsed('postgresql://m%40e:p%40%2F%3F%23%25@h/a%20b')
    assert.deepEqual([user, password, database], ['m@e', 'p@/?#%', 'a b'])
  })

  test('is completed by its parameters, and those by variables', () => {
    const env = { PGHOST: 'other', PGPORT: '1', PGUSER: 'you', PGPASSWORD: 'p', PGDATABASE: 'd' }
    assert.deepEqual(parsed('postgres://', env), {
      ...{ host: 'other', port: 1, user: 'you', database: 'd', password: 'p' },
      name: 'postgres://you@other:1/d',
    })
    const full = 'postgres:///slack?host=db.example.com&port=5433&user=me&password=x%3Dy'
    assert.equal(parsed(full, env).password, 'x=y')
    assert.deepEqual({ ...all, ...parsed(full, env) }, parsed(full, env))
  })

  test('has a database of the name of the user by default, and port 5432', () => {
    const { database, port, host } = parsed('postgres://me@')
    assert.deepEqual([database, port, host], ['me', 5432, 'localhost'])
  })

  test('may have an IPv6 address, or the folder of a Unix socket', () => {
    assert.deepEqual(
      [parsed('postgres://me@[::1]:99/d').host, parsed('postgres://me@[::1]:99/d').name],
      ['::1', 'postgres://me@[::1]:99/d'],
    )
    for (const url of ['postgres://me@%2Frun%2Fpg/d', 'postgres://me@/d?host=/run/pg']) {
      assert.equal(parsed(url).host, '/run/pg')
      assert.equal(parsed(url).name, 'postgres://me@/d?host=/run/pg&port=5432')
    }
  })

  for (const url of [
    'postgres://me:hun@ter2@h/d',
    'postgres://me:hun/ter2@h/d',
    'postgres://me:hun#ter2@h/d',
    'postgres://me:hun?ter2@h/d',
    'postgres://me:hun%ter2@h/d',
    'postgres://me:ter2:ter2@h:port/d',
    'postgres://me:ter2@h:0/d',
    'postgres://me:ter2@h:99999/d',
    'postgres://me:ter2@[h/d',
    'postgres://me:ter2@h/d%00',
    'postgres://me:ter2@one,two/d',
    'postgres://me:ter2@h/d?sslcrl=ter2',
    'postgres://me:ter2@h/d?ter2',
  ]) {
    test(`is refused, and no piece of it repeated: ${url.slice(11)}`, () => {
      assert.throws(
        () => parsed(url),
        ({ code, message, hint }) => code === 'usage' && !`${message}${hint}`.includes('ter2'),
      )
    })
  }
})

describe('sslmode', () => {
  const plan = (host: string, query = '', env = {}) =>
    encryptions(parsePostgresUrl(`postgres://me@${host}/d?${query}`, env))
  const unverified = { rejectUnauthorized: false }

  test('is require for another machine where it is not given, and prefer on this one', () => {
    assert.deepEqual(plan('db.example.com'), [unverified])
    for (const host of ['localhost', '127.0.0.1', '[::1]']) {
      assert.deepEqual(plan(host), [unverified, false])
    }
    assert.deepEqual(plan('db.example.com', '', { PGSSLMODE: 'disable' }), [false])
  })

  test('falls back to none only where it says so', () => {
    for (const mode of ['allow', 'prefer']) {
      assert.deepEqual(plan('h', `sslmode=${mode}`), [unverified, false])
    }
    assert.deepEqual(plan('h', 'sslmode=require'), [unverified])
    assert.deepEqual(plan('h', 'sslmode=disable'), [false])
  })

  test('verifies by the public authorities where no other is named', () => {
    for (const query of [
      'sslmode=verify-full',
      'sslmode=verify-full&sslrootcert=system',
      'sslrootcert=system',
    ]) {
      assert.deepEqual(plan('h', query), [{}])
    }
  })

  test('is nothing to a Unix socket', () => {
    assert.deepEqual(plan('%2Frun', 'sslmode=verify-full'), [false])
  })

  for (const query of [
    'sslmode=verify-ca',
    'sslmode=require&sslrootcert=system',
    'sslmode=no-verify',
    'sslmode=verify-full&sslrootcert=/nowhere',
    'sslmode=require&sslkey=/nowhere',
  ]) {
    test(`is refused as ${query}`, () => {
      assert.throws(() => plan('h', query), { code: 'usage' })
    })
  }
})

test('a password file is read as libpq reads it', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'slack-oauth-pgpass-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const PGPASSFILE = join(folder, 'pgpass')
  writeFileSync(
    PGPASSFILE,
    [
      '# a comment:*:*:*:no',
      'too:short',
      'h:5432:d:me:first',
      'h:*:d:me:second',
      'localhost:*:*:*:socket',
      String.raw`*:*:*:m\:e:a\\b\:c`,
      '',
    ].join('\r\n'),
    { mode: 0o600 },
  )
  const find = (url: string) => passwordFromFile(parsePostgresUrl(url, { PGPASSFILE }), () => {})
  assert.equal(find('postgres://me@h/d'), 'first')
  assert.equal(find('postgres://me@h:1/d'), 'second')
  assert.equal(find('postgres://me@other/d'), undefined)
  assert.equal(find('postgres://m%3Ae@other/d'), String.raw`a\b:c`)
  assert.equal(find('postgres://me@/d?host=/run/pg'), 'socket')
})
