import { moment } from '../moment.js'
import { redact } from '../redact.js'
import type { LogEntry } from '../serve/settings.js'
import type { Context } from './context.js'
import { printable } from './output.js'

/** Lines are written together: a write for each would cost more than the request. */
const EVERY_MILLISECONDS = 50
const MOST_HELD = 64 * 1024

export interface RequestLog {
  write(entry: LogEntry): void
  /** Writes what is held. */
  flush(): void
}

/** One line a request on stdout: columns for people, an object for machines. */
export function requestLog({ stdout, now }: Context, { json }: { json: boolean }): RequestLog {
  const timeOf = secondsClock()
  let held = ''
  let timer: NodeJS.Timeout | undefined
  const flush = () => {
    clearTimeout(timer)
    timer = undefined
    if (held !== '') stdout.write(held)
    held = ''
  }
  return {
    write(entry) {
      held += `${json ? jsonLine(now(), entry) : line(timeOf(now()), entry)}\n`
      if (held.length > MOST_HELD) flush()
      else timer ??= setTimeout(flush, EVERY_MILLISECONDS)
    },
    flush,
  }
}

/** Made once a second: thousands of lines share it. */
function secondsClock(): (seconds: number) => string {
  let [last, text] = [0, '']
  return (seconds) => {
    const whole = Math.floor(seconds)
    if (whole !== last) text = moment(whole).replace('T', ' ')
    last = whole
    return text
  }
}

function line(time: string, entry: LogEntry): string {
  const { kind, type = '', enterpriseId = '', teamId = enterpriseId, userId = '' } = entry
  const took = `${Math.round(entry.milliseconds)} ms`
  const what = type === '' ? kind : `${kind} ${type}`
  const cells = [
    time,
    String(entry.status ?? '-').padEnd(3),
    entry.outcome.padEnd(14),
    what.padEnd(28),
    teamId.padEnd(12),
    userId.padEnd(12),
    entry.detail === undefined ? took : `${took}  ${redact(entry.detail)}`,
  ]
  return printable(cells.join('  '))
}

function jsonLine(now: number, entry: LogEntry): string {
  return JSON.stringify({
    time: new Date(now * 1000).toISOString(),
    kind: entry.kind,
    type: entry.type ?? null,
    enterprise_id: entry.enterpriseId ?? null,
    team_id: entry.teamId ?? null,
    user_id: entry.userId ?? null,
    outcome: entry.outcome,
    detail: entry.detail === undefined ? null : redact(entry.detail),
    status: entry.status ?? null,
    ms: Math.round(entry.milliseconds * 10) / 10,
  })
}
