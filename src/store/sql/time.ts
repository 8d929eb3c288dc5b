/**
 * `YYYY-MM-DD HH:MM:SS.mmm` in UTC: the one form that the Python SDK reads, and that sorts after what
 * it wrote itself in the same second.
 */
export function timestamp(seconds: number): string {
  const milliseconds = Math.min(Math.round(seconds * 1000), LAST_MILLISECOND)
  return new Date(milliseconds).toISOString().replace('T', ' ').replace('Z', '')
}

/** Of the year 9999: a fifth digit would not sort behind it. */
const LAST_MILLISECOND = 253_402_300_799_999

/** Unix seconds out of a column that programs have written as a number, its digits, or a date in UTC. */
export function time(value: unknown): number | undefined {
  if (typeof value === 'number') return inRange(value)
  if (typeof value !== 'string' || value.trim() === '') return undefined
  if (Number.isFinite(Number(value))) return inRange(Number(value))
  const date = value.trim().replace(' ', 'T')
  const milliseconds = Date.parse(/(Z|[+-]\d\d:?\d\d)$/.test(date) ? date : `${date}Z`)
  return Number.isNaN(milliseconds) ? undefined : milliseconds / 1000
}

/** What a date can be made of. */
function inRange(seconds: number): number | undefined {
  return Math.abs(seconds) * 1000 <= LAST_MILLISECOND ? seconds : undefined
}
