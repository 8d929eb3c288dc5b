import { access, constants } from 'node:fs/promises'
import type { Environment } from '../../base/environment.ts'
import { proxyName } from '../../slack/client/proxy.ts'
import type { SlackOptions } from '../../slack/client/web-api.ts'
import { type ApiTest, apiTest } from '../../slack/methods/api-test.ts'
import { parseSlackUrl } from '../../slack/slack-url.ts'
import { type Finding, failure, ok, type Probe, warning } from './probes.ts'

export interface NetworkNeeds {
  /** By a Slack URL that is one; throws for a proxy that is none. */
  slack(slackUrl: string): SlackOptions
  readonly settings: { readonly slackUrl: { readonly value: string } }
  readonly env: Environment
  readonly isOffline: boolean
  now(): number
}

/** Signatures and ID tokens are good for five minutes. */
const WRONG_CLOCK_SECONDS = 300
const INEXACT_CLOCK_SECONDS = 30

/** The way to Slack, and back; none where the Slack URL is no URL, which is told with the settings. */
export function networkProbes(needs: NetworkNeeds): readonly Probe[] {
  const { env, isOffline, now } = needs
  const certificates = { name: 'certificates', look: () => judgeCertificates(env) }
  const slackUrl = parsed(needs.settings.slackUrl.value)
  if (slackUrl === undefined) return [certificates]
  let answer: Promise<ApiTest> | undefined
  const ask = async () => {
    answer ??= apiTest(needs.slack(slackUrl), now)
    return answer
  }
  return [
    { name: 'proxy', look: () => [judgeProxy(needs.slack(slackUrl), env)] },
    certificates,
    {
      name: 'slack',
      look: async () => {
        if (isOffline) return [ok('not asked: --offline')]
        const { milliseconds } = await ask()
        return [ok(`${slackUrl} answered in ${milliseconds} ms`)]
      },
    },
    {
      name: 'clock',
      look: async () => {
        if (isOffline) return []
        // Where Slack does not answer, that is the failure
        const { aheadSeconds } = (await ask().catch(() => undefined)) ?? {}
        return aheadSeconds === undefined ? [] : [judgeClock(aheadSeconds)]
      },
    },
  ]
}

function parsed(slackUrl: string): string | undefined {
  try {
    return parseSlackUrl(slackUrl)
  } catch {
    return undefined
  }
}

function judgeProxy({ slackUrl, proxy }: SlackOptions, env: Environment): Finding {
  if (proxy) {
    const { username, password } = proxy.url
    const credentials = username || password ? ', with credentials' : ''
    return ok(`${proxyName(proxy)} of ${proxy.setting}${credentials}`)
  }
  const isSet = ['https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'].some((name) => env[name])
  return ok(isSet ? `none for ${slackUrl}: it is this machine, or NO_PROXY names it` : 'none')
}

async function judgeCertificates(env: Environment): Promise<readonly Finding[]> {
  const { NODE_EXTRA_CA_CERTS: file, NODE_TLS_REJECT_UNAUTHORIZED: isChecked } = env
  const findings: Finding[] = []
  if (isChecked === '0') {
    const message = 'NODE_TLS_REJECT_UNAUTHORIZED=0: anyone in between can read the client secret'
    findings.push(failure('usage', message, 'Unset it, and set NODE_EXTRA_CA_CERTS instead'))
  }
  if (file) {
    const isReadable = await access(file, constants.R_OK).then(
      () => true,
      () => false,
    )
    findings.push(
      isReadable
        ? ok(`${file} of NODE_EXTRA_CA_CERTS is added to Node's own`)
        : warning(`${file} of NODE_EXTRA_CA_CERTS cannot be read`, 'Correct the path, or unset it'),
    )
  }
  return findings
}

function judgeClock(aheadSeconds: number): Finding {
  const seconds = Math.round(Math.abs(aheadSeconds))
  const off = `${seconds} seconds ${aheadSeconds > 0 ? 'ahead of' : 'behind'} Slack's`
  const hint = 'Set the clock, by NTP if you can'
  if (seconds > WRONG_CLOCK_SECONDS) {
    return failure('usage', `${off}: signatures and ID tokens are refused`, hint)
  }
  if (seconds > INEXACT_CLOCK_SECONDS) return warning(off, hint)
  return ok(seconds <= 1 ? "as Slack's" : off)
}
