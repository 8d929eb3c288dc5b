import { execFile } from 'node:child_process'
import { basename, dirname } from 'node:path'

/**
 * Whether git would take a file into its next commit; false also where there is no repository, or no
 * git to ask.
 */
export function isCommittedByGit(path: string): Promise<boolean> {
  const args = ['check-ignore', '--quiet', '--', basename(path)]
  return new Promise((resolve) => {
    // 0 is ignored, 1 is not, 128 is no repository
    execFile('git', args, { cwd: dirname(path), timeout: 5_000 }, (error) =>
      resolve(error?.code === 1),
    )
  })
}
