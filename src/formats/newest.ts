import type { Installation } from '../slack/installation.js'

/** Installed last; the later of two that were installed at once. */
export function newestOf(installations: readonly Installation[]): Installation | undefined {
  return installations.reduce<Installation | undefined>(
    (newest, each) => (newest && newest.installedAt > each.installedAt ? newest : each),
    undefined,
  )
}
