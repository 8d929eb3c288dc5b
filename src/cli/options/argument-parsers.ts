import { InvalidArgumentError } from 'commander'
import { durationSeconds, isEnterpriseId, isTeamId, isUserId } from './value-syntax.ts'

export function repeatable(value: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, value]
}

/** An unset variable in a script makes one, and would otherwise stand for the default. */
export function notEmpty(value: string): string {
  if (value.trim() !== '') return value.trim()
  throw new InvalidArgumentError('It is empty.')
}

export function seconds(value: string): number {
  const parsed = Number(value)
  if (parsed > 0 && parsed <= 86_400) return parsed
  throw new InvalidArgumentError('It takes a number of seconds, at most a day.')
}

/** Seconds out of `90`, `90s`, `5m`, `2h` or `1d`. */
export function duration(value: string): number {
  const parsed = durationSeconds(value)
  if (parsed !== undefined) return parsed
  throw new InvalidArgumentError('It takes a time such as 300, 5m, 2h or 1d.')
}

/** A number of things, at least one. */
export function count(value: string): number {
  if (/^[1-9]\d{0,8}$/.test(value)) return Number(value)
  throw new InvalidArgumentError('It takes a number from 1.')
}

export function teamId(value: string): string {
  if (isTeamId(value)) return value
  if (isEnterpriseId(value)) {
    throw new InvalidArgumentError('That is an organization: use --enterprise.')
  }
  throw new InvalidArgumentError('A workspace id looks like T0123ABCD.')
}

/** `none` is for workspaces outside any organization, which the store has under ''. */
export function enterpriseId(value: string): string {
  if (value === 'none') return ''
  if (isEnterpriseId(value)) return value
  throw new InvalidArgumentError('An organization id looks like E0123ABCD, or none.')
}

export function userId(value: string): string {
  if (isUserId(value)) return value
  throw new InvalidArgumentError('A member id looks like U0123ABCD.')
}
