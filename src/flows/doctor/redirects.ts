import { lookup } from 'node:dns/promises'
import type { Environment } from '../../base/environment.ts'
import { isFileOpenToOthers } from '../../base/file-permissions.ts'
import { browserObstacle, thisMachine } from '../../loopback/browser.ts'
import { mkcertCertificate } from '../../loopback/certificate/mkcert.ts'
import { keptCertificate } from '../../loopback/certificate/self-signed.ts'
import { portStates } from '../../loopback/ports.ts'
import {
  isLoopback,
  parseRedirectUri,
  redirectUriDoubts,
} from '../../slack/authorize/redirect-uri.ts'
import { type Finding, failed, failure, ok, type Probe, warning } from './probes.ts'
import { type Setting, told } from './settings.ts'

export interface CertificateNeeds {
  readonly env: Environment
  /** Where a certificate of our own is kept. */
  dataFolder(): Promise<string>
  /** Unix time in seconds. */
  now(): number
}

/** Which certificate `https://localhost` would be served with, where none is named; none is made. */
async function judgeCertificate(needs: CertificateNeeds): Promise<readonly Finding[]> {
  const signed = mkcertCertificate(needs.env, needs.now())
  if (signed && !('failed' in signed)) return [ok(`by mkcert's authority, ${signed.path}`)]
  const own = await judgeOwn(needs)
  return signed ? [warning(signed.failed, 'A certificate of our own is used'), own] : [own]
}

async function judgeOwn({ dataFolder, now }: CertificateNeeds): Promise<Finding> {
  const trust = 'Browsers warn of it until they are told to trust it: see docs/redirects.md'
  const own = keptCertificate(await dataFolder(), now())
  if (own?.path === undefined) return ok('install makes one of its own', trust)
  if (isFileOpenToOthers(own.path)) {
    return warning(`others can read the key in ${own.path}`, `chmod 600 '${own.path}'`)
  }
  return ok(`our own, ${own.path}, SHA-256 ${own.fingerprint}`, trust)
}

/** How the browser comes back to this machine. */
export function redirectProbes(
  uris: readonly Setting[],
  needs: CertificateNeeds,
): readonly Probe[] {
  return [
    { name: 'redirect-uri', look: () => uris.map(judgeUri) },
    { name: 'port', look: () => judgePorts(uris) },
    {
      name: 'certificate',
      look: async () => (uris.some(isServedOverTls) ? judgeCertificate(needs) : []),
    },
    { name: 'localhost', look: judgeLocalhost },
    { name: 'browser', look: () => [judgeBrowser(uris, needs.env)] },
  ]
}

function judgeUri(uri: Setting): Finding {
  try {
    const [doubt] = redirectUriDoubts(parseRedirectUri(uri.value))
    return doubt === undefined
      ? ok(told(uri))
      : warning(`${told(uri)}: ${doubt}`, 'See docs/redirects.md')
  } catch (error) {
    return failed(error)
  }
}

/** The first redirect URI whose port is free is used, so one of them is enough. */
async function judgePorts(uris: readonly Setting[]): Promise<readonly Finding[]> {
  const ports = new Set(uris.flatMap(({ value }) => portOf(value)))
  const findings = await Promise.all([...ports].map(judgePort))
  if (!findings.some(({ status }) => status === 'ok')) return findings
  return findings.map((finding) =>
    finding.status === 'fail' ? warning(finding.message, 'Another redirect URI is used') : finding,
  )
}

function portOf(uri: string): number[] {
  try {
    const url = parseRedirectUri(uri)
    return isLoopback(url) ? [Number(url.port || (url.protocol === 'https:' ? 443 : 80))] : []
  } catch {
    return [] // told already
  }
}

function isServedOverTls({ value }: Setting): boolean {
  return value.startsWith('https:') && portOf(value).length > 0
}

async function judgePort(port: number): Promise<Finding> {
  const { states, holder } = await portStates(port)
  const on = (wanted: string) =>
    states
      .filter(({ state }) => state === wanted)
      .map(({ address }) => address)
      .join(' and ')
  if (on('taken')) {
    return failure(
      'port_in_use',
      `${port} is in use on ${on('taken')}${holder ? ` by ${holder}` : ''}`,
      'Stop that program, or name a redirect URI with another port by --redirect-uri and register it at Slack',
    )
  }
  if (on('forbidden')) {
    return failure(
      'port_in_use',
      `${port} may not be listened on by this user`,
      'Name a redirect URI with a port above 1023 by --redirect-uri, and register it at Slack',
    )
  }
  if (!on('free')) return failure('port_in_use', 'this machine has neither 127.0.0.1 nor ::1')
  const absent = on('absent')
  return ok(`${port} is free on ${on('free')}${absent ? `; there is no ${absent}` : ''}`)
}

async function judgeLocalhost(): Promise<readonly Finding[]> {
  const hosts =
    process.platform === 'win32' ? 'C:\\Windows\\System32\\drivers\\etc\\hosts' : '/etc/hosts'
  const found = await lookup('localhost', { all: true }).catch(() => [])
  const addresses = [...new Set(found.map(({ address }) => address))]
  if (addresses.length === 0) {
    return [
      warning('does not resolve', `Add "127.0.0.1 localhost" and "::1 localhost" to ${hosts}`),
    ]
  }
  const elsewhere = addresses.filter((address) => !/^(127\.|::1$)/.test(address))
  if (elsewhere.length === 0) return [ok(`resolves to ${addresses.join(' and ')}`)]
  return [
    failure(
      'invalid_redirect_uri',
      `resolves to ${elsewhere.join(' and ')}, which is not this machine`,
      `Correct it in ${hosts}: a browser may send the code there`,
    ),
  ]
}

function judgeBrowser(uris: readonly Setting[], env: Environment): Finding {
  const obstacle = browserObstacle(thisMachine(env))
  if (obstacle === undefined) return ok('one would be opened')
  const [port] = uris.flatMap(({ value }) => portOf(value))
  const way = port === undefined ? undefined : obstacle.forward?.(port)
  const advice = way && ('command' in way ? way.command : way.advice)
  return warning(
    `none would be opened: ${obstacle.why}`,
    `The URL is printed instead${advice ? `; for a browser on another machine: ${advice}` : ''}`,
  )
}
