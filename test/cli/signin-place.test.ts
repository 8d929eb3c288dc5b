import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decide } from '../support/person.ts'
import { slackApp } from '../support/slack-app.ts'
import { tempCli } from '../support/temp-cli.ts'

for (const [option, id] of [
  ['--team', 'T0ELSEWHERE'],
  ['--enterprise', 'E0ELSEWHERE'],
] as const) {
  test(`signin ${option} signs in nobody from elsewhere, and prints nothing of them`, async (t) => {
    const { env } = await slackApp(t)
    const command = (await tempCli(t, env)).start('signin', option, id, '--json')
    const page = await decide(command)
    const { code, stdout, stderr } = await command.finished
    assert.equal(code, 4, stderr)
    assert.equal(stdout, '')
    assert.match(stderr, new RegExp(`not of ${id}`))
    assert.doesNotMatch(page.html, /Signed in/)
  })
}

test('signin --team signs in a member of that workspace', async (t) => {
  const { env } = await slackApp(t)
  const command = (await tempCli(t, env)).start('signin', '--team', 'T0SANDBOX01')
  await decide(command)
  const { code, stdout, stderr } = await command.finished
  assert.equal(code, 0, stderr)
  assert.match(stdout, /T0SANDBOX01/)
})
