import assert from 'node:assert/strict'
import { test } from 'node:test'
import { installation, orgWide, save } from '../support/stored.ts'
import { tempCli } from '../support/temp-cli.ts'

const grant = (token: string) => ({ token, scopes: [] })

test('show --user finds no member of another tenant, as token does not', async (t) => {
  const cli = await tempCli(t)
  const { bot = { id: 'B2', userId: 'U8', token: '', scopes: [] }, ...covering } = orgWide()
  await save(
    cli,
    installation({
      enterprise: { id: 'E1' },
      user: { id: 'U1', grant: grant('xoxp-T1-U1') },
    }),
    {
      ...covering,
      enterprise: { id: 'E2' },
      bot: { ...bot, ...grant('xoxb-E2') },
      user: { id: 'U2', grant: grant('xoxp-E2-U2') },
    },
    {
      ...covering,
      enterprise: { id: 'E1' },
      bot: { ...bot, ...grant('xoxb-E1') },
      user: { id: 'U3', grant: grant('xoxp-E1-U3') },
    },
  )
  const show = (...args: string[]) => cli.main('show', '--json', '--reveal', ...args)
  const refused = [
    ['--team', 'T1', '--enterprise', 'E2', '--user', 'U2'],
    ['--team', 'T1', '--enterprise', 'E1', '--user', 'U3'],
    // The organization has an org-wide installation: a workspace's is another tenant's
    ['--enterprise', 'E1', '--user', 'U1'],
  ]
  for (const args of refused) {
    const { code, stdout } = await show(...args)
    assert.deepEqual([code, stdout], [3, ''], args.join(' '))
    const token = await cli.main('token', ...args)
    assert.deepEqual([token.code, token.stdout], [3, ''], args.join(' '))
  }
  const covered = await show('--team', 'T7', '--enterprise', 'E2', '--user', 'U2')
  assert.match(covered.stdout, /xoxp-E2-U2/)
  const context = await show('--team', 'T1', '--enterprise', 'E2', '--user', 'U1')
  assert.match(context.stdout, /xoxp-T1-U1/)
  assert.match((await show('--user', 'U2')).stdout, /xoxp-E2-U2/)
})
