import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { redact } from '../../src/base/redact.ts'
import { protectSettings } from '../../src/cli/settings/secrets.ts'
import { tempCli } from '../support/temp-cli.ts'

// What a server, a proxy or a library repeats need not look like a secret: each is known by its value.

const value = () => randomBytes(12).toString('hex')

test('a secret is hidden by its value whichever setting it came from', () => {
  const secrets = Array.from({ length: 9 }, value)
  const [
    client = '',
    signing = '',
    config = '',
    key = '',
    pg = '',
    proxy = '',
    db = '',
    other = '',
  ] = secrets
  protectSettings({
    SLACK_CLIENT_SECRET: client,
    SLACK_SIGNING_SECRET: signing,
    SLACK_CONFIG_TOKEN: config,
    SLACK_OAUTH_KEY: key,
    PGPASSWORD: pg,
    HTTPS_PROXY: `http://me:${proxy}@127.0.0.1:9`,
    SLACK_OAUTH_DB: `postgres://me:${db}@db/app`,
    DATABASE_URL: `postgresql://me:${other}%21@db/app`,
  })
  for (const secret of [client, signing, config, key, pg, proxy, db]) {
    assert.equal(redact(`said: ${secret}.`).includes(secret), false)
  }
  assert.equal(redact(`${other}!`).includes(other), false, 'as it is meant, not only as written')
})

test('a secret out of an --env-file is hidden where a message repeats it', async (t) => {
  const cli = await tempCli(t)
  const secret = value()
  const file = join(cli.home, 'app.env')
  // A client secret that somebody also wrote where a path goes
  writeFileSync(
    file,
    `SLACK_CLIENT_SECRET=${secret}\nSLACK_OAUTH_DB=${cli.home}/${secret}/x.db\n`,
    {
      mode: 0o600,
    },
  )
  const { code, stdout, stderr } = await cli.main('token', '--env-file', file)
  assert.equal(code, 3, stderr)
  assert.equal(stdout, '')
  assert.ok(!stderr.includes(secret), stderr)
})
