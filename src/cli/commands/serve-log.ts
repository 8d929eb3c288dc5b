import { redact } from '../../base/redact.ts'
import { moment } from '../../base/utc-time.ts'
import type { LogEntry } from '../../serve/settings.ts'
import type { Context } from '../context.ts'
import { jsonText, printable } from '../terminal/output.ts'

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
  const timeOf = secondsClock(stdout.isTTY === true)
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

/** Made once a second: thousands of lines share it. On a terminal, the day is known. */
function secondsClock(isTerminal: boolean): (seconds: number) => string {
  let [last, text] = [0, '']
  return (seconds) => {
    const whole = Math.floor(seconds)
    if (whole !== last) {
      const [day = '', time = ''] = moment(whole).split('T')
      text = isTerminal ? time : `${day} ${time}`
    }
    last = whole
    return text
  }
}

/** What is always there stands in columns, in front of what may be missing or long. */
function line(time: string, entry: LogEntry): string {
  const { kind, type = '', teamId = entry.enterpriseId, userId, detail } = entry
  const cells = [
    time,
    String(entry.status ?? '-').padEnd(3),
    entry.outcome.padEnd(9),
    `${Math.round(entry.milliseconds)} ms`.padStart(6),
    type === '' ? kind : `${kind} ${type}`,
    teamId,
    userId,
    detail === undefined ? '' : redact(detail),
  ]
  return printable(cells.filter(Boolean).join('  '))
}

function jsonLine(now: number, entry: LogEntry): string {
  return jsonText({
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
