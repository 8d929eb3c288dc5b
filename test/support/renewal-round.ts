import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { botKey, type Installed, works } from './installed.ts'

export interface Round {
  readonly exchanges: number
  /** Of those that were not killed. */
  readonly tokens: readonly string[]
  readonly failures: readonly string[]
  readonly killed: number
  /** From the start of all to the end of the last. */
  readonly seconds: number
}

/** So many processes ask at once for a token that has expired; some may be killed on the way. */
export async function renewalRound(
  app: Installed,
  processes: number,
  { kill = 0 }: { kill?: number } = {},
): Promise<Round> {
  await expire(app)
  const before = exchanges(app)
  const startedAt = performance.now()
  const running = Array.from({ length: processes }, () => app.cli.start('token', '--bot'))
  const victims = running.slice(0, kill)
  for (const { child } of victims) {
    void sleep(Math.random() * 1_500).then(() => child.kill('SIGKILL'))
  }
  const finished = await Promise.all(running.map(({ finished }) => finished))
  const seconds = (performance.now() - startedAt) / 1000
  const survivors = finished.filter(({ code }) => code !== 137)
  return {
    exchanges: exchanges(app) - before,
    tokens: survivors.filter(({ code }) => code === 0).map(({ stdout }) => stdout.trim()),
    failures: survivors.filter(({ code }) => code !== 0).map(({ stderr }) => stderr),
    killed: finished.length - survivors.length,
    seconds,
  }
}

/** Has what is stored end now, as after twelve hours; what renews it stays. */
export async function expire(app: Installed): Promise<void> {
  const { bot } = await app.stored()
  assert.ok(bot)
  const key = await botKey(app)
  assert.ok(await app.store.installations.replaceGrant(key, bot, { ...bot, expiresAt: 1 }))
}

export function exchanges(app: Installed): number {
  return app.slack
    .calls('oauth.v2.access')
    .filter(({ params }) => params.grant_type === 'refresh_token').length
}

/** What must hold after any round, whoever was killed: the next one to ask has a token that works. */
export async function assertUsable(app: Installed): Promise<void> {
  const { code, stdout, stderr } = await app.cli.run('token', '--bot')
  assert.equal(code, 0, stderr)
  assert.ok(await works(app, stdout.trim()), 'Slack does not take the token')
}
