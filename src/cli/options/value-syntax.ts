// What the values of options look like; `options.ts` says so to who gave another.

export function isTeamId(value: string): boolean {
  return /^T[A-Z0-9]+$/.test(value)
}

export function isEnterpriseId(value: string): boolean {
  return /^E[A-Z0-9]+$/.test(value)
}

export function isUserId(value: string): boolean {
  return /^[UW][A-Z0-9]+$/.test(value)
}

/** Seconds out of `90`, `90s`, `5m`, `2h` or `1d`; nothing out of anything else. */
export function durationSeconds(value: string): number | undefined {
  const [, count = '', unit = 's'] = /^(\d{1,9})([smhd]?)$/.exec(value.trim()) ?? []
  const factor = { s: 1, m: 60, h: 3600, d: 86_400 }[unit || 's']
  return count === '' || factor === undefined ? undefined : Number(count) * factor
}
