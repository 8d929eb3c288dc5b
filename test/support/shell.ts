import { spawn, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { BIN, type Finished, type TempCli } from './temp-cli.ts'

export interface Shell {
  /** Runs a script with `slack-oauth` on its path, as `sh -e` does; the sandbox may answer meanwhile. */
  run(script: string, env?: Record<string, string>, shell?: string): Promise<Finished>
}

/** A shell of the test's home, in which the built command line is installed. */
export function shell(cli: TempCli): Shell {
  // Not under the home's own bin: what is put on the path here is nothing but the command
  const command = `#!/bin/sh\nexec '${process.execPath}' '${BIN}' "$@"\n`
  writeFileSync(join(cli.home, 'slack-oauth'), command, { mode: 0o755 })
  return {
    run: (script, env = {}, name = 'sh') =>
      new Promise((resolve, reject) => {
        const child = spawn(name, ['-ec', script], {
          cwd: cli.home,
          env: { ...cli.env, PATH: `${cli.home}:${cli.env.PATH}`, ...env },
          stdio: ['ignore', 'pipe', 'pipe'],
        })
        const said = { stdout: '', stderr: '' }
        child.stdout.setEncoding('utf8').on('data', (text: string) => {
          said.stdout += text
        })
        child.stderr.setEncoding('utf8').on('data', (text: string) => {
          said.stderr += text
        })
        child.once('error', reject)
        child.once('close', (code) => resolve({ code: code ?? -1, ...said }))
      }),
  }
}

/** A reason to skip a test that needs a program which is not there; CI fails instead. */
export function without(program: string): string | false {
  const found = spawnSync(program, ['--version'], { stdio: 'ignore' }).error === undefined
  return found || process.env.SLACK_OAUTH_REQUIRE_ALL_TESTS ? false : `there is no ${program}`
}
