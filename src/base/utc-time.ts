/** A moment in UTC to the second, `2026-11-24T16:00:00Z`, from Unix time in seconds. */
export function moment(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(/\.\d+Z$/, 'Z')
}
