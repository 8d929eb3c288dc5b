import { parseJsonObject } from '../http/json-object.ts'
import { checkFault, type Fault, isIdTokenFault } from './faults.ts'

/**
 * A fault from the command line: `METHOD=KIND[:ARG][*TIMES]`, such as `oauth.v2.access=status:429:30*1`,
 * `auth.test=error:invalid_auth`, `auth.test=patch:{"team":null}` or
 * `openid.connect.token=id-token:wrong-nonce`.
 *
 * @example
 * import { parseFault, startSandbox } from 'slack-oauth/sandbox'
 *
 * const slack = await startSandbox()
 * slack.inject(parseFault('oauth.v2.access=status:429:30*1'))
 * await slack.close()
 */
export function parseFault(text: string): Fault {
  const match = /^(?<method>\*|[\w.]+)=(?<what>.*?)(?:\*(?<times>\d+))?$/s.exec(text)
  const { method, what, times } = match?.groups ?? {}
  if (method === undefined || what === undefined) {
    throw new Error(`"${text}" is no fault: expected METHOD=KIND[:ARG][*TIMES]`)
  }
  const colon = what.indexOf(':')
  const kind = colon === -1 ? what : what.slice(0, colon)
  const argument = colon === -1 ? '' : what.slice(colon + 1)
  const count = times === undefined ? {} : { times: readNumber(times, 'times') }
  const fault = { method, ...count, ...parseKind(kind, argument) }
  checkFault(fault)
  return fault
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never
type Effect = DistributiveOmit<Fault, 'method' | 'times'>

function parseKind(kind: string, argument: string): Effect {
  switch (kind) {
    case 'error':
      if (argument === '') throw new Error('error needs a word, such as error:invalid_auth')
      return { kind, error: argument }
    case 'status':
      return parseStatus(argument)
    case 'delay':
      return { kind, seconds: readNumber(argument, 'delay') }
    case 'id-token':
      if (!isIdTokenFault(argument)) throw new Error(`id-token has no fault "${argument}"`)
      return { kind, fault: argument }
    case 'patch':
      return { kind, patch: parsePatch(argument) }
    case 'html':
    case 'truncate':
    case 'hang-up':
    case 'silence':
    case 'drop-answer':
      if (argument !== '') throw new Error(`${kind} takes no argument`)
      return { kind }
    default:
      throw new Error(
        `there is no fault "${kind}"; there are error, status, html, truncate, hang-up, silence, ` +
          'delay, drop-answer, id-token and patch',
      )
  }
}

function parseStatus(argument: string): Effect {
  const [status = '', retryAfter] = argument.split(':')
  return {
    kind: 'status',
    status: readNumber(status, 'status'),
    ...(retryAfter === undefined ? {} : { retryAfter: readNumber(retryAfter, 'status') }),
  }
}

function parsePatch(argument: string): Record<string, unknown> {
  const patch = parseJsonObject(argument)
  if (!patch) throw new Error('patch needs a JSON object, such as patch:{"team":null}')
  return patch
}

function readNumber(text: string, name: string): number {
  const number = Number(text)
  if (text === '' || !(number >= 0)) throw new Error(`${name}: "${text}" is not a number`)
  return number
}
