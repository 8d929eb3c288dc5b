import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { type CuttingProxy, cuttingProxy } from '../support/cutting-proxy.ts'
import type { Finished } from '../support/temp-cli.ts'
import { assertSurvived, type Ground, install, renewal } from './scenarios.ts'
import { forEach, sample } from './share.ts'

for (const { scenario, method, inCi } of [
  { scenario: renewal, method: 'oauth.v2.access', inCi: 6 },
  { scenario: install, method: 'oauth.v2.access', inCi: 3 },
  { scenario: install, method: 'auth.test', inCi: 3 },
]) {
  test(`${scenario.name}: a network that stops at any byte of the answer to ${method} loses no installation`, async (t) => {
    const request = `POST /api/${method} `
    const whole = await throughProxy(t, await scenario.prepare(t))
    whole.proxy.cutAfter(request, Number.POSITIVE_INFINITY)
    const { code, stderr } = await whole.run()
    assert.equal(code, 0, stderr)
    const bytes = whole.proxy.passed
    assert.ok(bytes > 100, 'nothing went through the proxy')

    const cuts = sample([...Array(bytes).keys()], inCi)
    let failed = 0
    await forEach(cuts, async (at) => {
      const { ground, proxy, run } = await throughProxy(t, await scenario.prepare(t))
      proxy.cutAfter(request, at)
      const what = `a cut after byte ${at} of ${bytes}`
      const { code, stderr } = await run()
      assert.ok(code === 0 || code === 5, `${what}: exit ${code}: ${stderr}`)
      assert.equal(proxy.cuts, 1, what)
      if (code !== 0) failed++
      await assertSurvived(ground, what)
    })
    t.diagnostic(`${cuts.length} faults: ${failed} commands failed; 0 installations lost`)
  })
}

async function throughProxy(
  t: TestContext,
  ground: Ground,
): Promise<{ ground: Ground; proxy: CuttingProxy; run(): Promise<Finished> }> {
  const proxy = await cuttingProxy(t, Number(new URL(ground.slackUrl ?? '').port))
  const cli = ground.cli.with({ SLACK_OAUTH_SLACK_URL: `http://127.0.0.1:${proxy.port}` })
  return { ground, proxy, run: () => ground.command(cli) }
}
