import assert from 'node:assert/strict'
import { test } from 'node:test'
import { installed, works } from '../support/installed.ts'

// Slack says `invalid_auth` and `accesslimited` to a request from an address that is not allowed, whatever the token
// is. Neither is a reason to give a token up.

for (const error of ['invalid_auth', 'accesslimited']) {
  test(`"${error}" to a renewal leaves no note, names the IP allow list, and the next renewal is asked for`, async (t) => {
    const app = await installed(t)
    app.slack.inject({ method: 'oauth.v2.access', kind: 'error', error, times: 1 })
    const refused = await app.cli.main('token', '--bot')
    assert.equal(refused.code, 4)
    assert.equal(refused.stdout, '')
    assert.match(refused.stderr, /address that is not allowed.*network.*IP allow list/)
    assert.equal((await app.stored()).bot?.failure, undefined)
    const { code, stdout, stderr } = await app.cli.main('token', '--bot')
    assert.equal(code, 0, stderr)
    assert.ok(await works(app, stdout.trim()))
  })

  for (const args of [
    ['revoke', '--bot'],
    ['revoke', '--all'],
    ['revoke', '--uninstall'],
  ]) {
    test(`"${error}" to ${args.join(' ')} forgets nothing`, async (t) => {
      const app = await installed(t, { tokenLifetimeSeconds: 43_200 })
      const before = await app.stored()
      for (const method of ['auth.revoke', 'apps.uninstall']) {
        app.slack.inject({ method, kind: 'error', error })
      }
      const { code, stderr } = await app.cli.main(...args, '--yes')
      assert.equal(code, 4, stderr)
      assert.match(stderr, /IP allow list/)
      const { bot, user } = await app.stored()
      assert.deepEqual([bot, user], [before.bot, before.user])
    })
  }
}
