import { errorCode, SlackOAuthError } from '../../base/errors.ts'
import { type HttpProxy, proxyName } from './proxy.ts'

/** A request, as far as an error about it tells. */
export interface Request {
  readonly slackUrl: string
  readonly requestTimeoutSeconds: number
  readonly proxy?: HttpProxy | undefined
}

/** For an HTTP status that Slack's own errors never come with. */
export function failedStatus(method: string, status: number): SlackOAuthError {
  return unavailable(`Slack answered HTTP ${status} (${method})`, 'Try again later')
}

/** For a request that brought no answer: the time-out, or what the network said. */
export function noAnswer(method: string, error: unknown, request: Request): SlackOAuthError {
  const { slackUrl, requestTimeoutSeconds, proxy } = request
  const chain = causes(error)
  if (chain.some(({ name }) => name === 'TimeoutError')) {
    return unavailable(
      `Slack did not answer within ${requestTimeoutSeconds} seconds (${method})`,
      proxy ? `Is the proxy ${proxyName(proxy)} of ${proxy.setting} working?` : 'Try again later',
      error,
    )
  }
  const refused = proxy && refusedTunnel(method, chain, request, proxy)
  if (refused) return refused
  // A code, never a message: what the network's own says may repeat a header
  const code = chain.map(errorCode).findLast(Boolean)
  const said = code === 'UND_ERR_SOCKET' ? 'the connection broke' : (code ?? 'the request failed')
  const by = proxy ? ` by the proxy ${proxyName(proxy)}` : ''
  return unavailable(
    `No answer from ${slackUrl}${by} (${method}): ${said}`,
    hint(code, request),
    error,
  )
}

/** An error and all that caused it, outermost first: fetch hides what went wrong in `cause`. */
export function causes(error: unknown): Error[] {
  return error instanceof Error ? [error, ...causes(error.cause)] : []
}

/** undici has the status of a CONNECT that was refused in its message alone. */
function refusedTunnel(
  method: string,
  chain: readonly Error[],
  { slackUrl }: Request,
  proxy: HttpProxy,
): SlackOAuthError | undefined {
  const statuses = chain.map(({ message }) => /Proxy response \((\d{3})\)/.exec(message)?.[1])
  const status = statuses.find(Boolean)
  if (status === undefined) return undefined
  // A code of its own, which is not tried again: wrong credentials thrice may lock an account
  return new SlackOAuthError(
    'proxy_refused',
    `The proxy ${proxyName(proxy)} answered HTTP ${status} to the connection to ${slackUrl} (${method})`,
    {
      hint:
        status === '407'
          ? `It wants other credentials: put them into ${proxy.setting}, as in http://user:password@${proxy.url.host}`
          : `Ask whoever runs it to let ${new URL(slackUrl).host} through, or put that host into NO_PROXY`,
      cause: chain[0],
    },
  )
}

/** A certificate that nobody here trusts: mostly the one of a proxy that looks into TLS. */
const UNTRUSTED = new Set([
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
])

function hint(code: string | undefined, { slackUrl, proxy }: Request): string {
  const { hostname } = new URL(slackUrl)
  if (code === undefined) return 'Try again later'
  if (UNTRUSTED.has(code)) {
    return 'Does a proxy look into TLS here? Set NODE_EXTRA_CA_CERTS to a PEM file of its certificate authority'
  }
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') {
    return "Compare this machine's clock with the real time"
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return `Something else than ${hostname} answers there: look at the proxy, the DNS and --slack-url`
  }
  if (proxy) return `Is the proxy of ${proxy.setting} right, and does it run?`
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return `The name ${hostname} does not resolve: is this machine online, or does it need a proxy (HTTPS_PROXY)?`
  }
  if (/^(ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|UND_ERR_CONNECT_TIMEOUT)$/.test(code)) {
    return 'Is this machine online, or does it need a proxy (HTTPS_PROXY)?'
  }
  return 'Try again later'
}

function unavailable(message: string, hint: string, cause?: unknown): SlackOAuthError {
  return new SlackOAuthError('slack_unavailable', message, { hint, cause })
}
