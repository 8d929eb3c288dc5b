import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { BIN, type TempCli } from './temp-cli.ts'

const SCRIPT = '/usr/bin/script'

/** For the `skip` of a test. */
export const needsScript = existsSync(SCRIPT)
  ? false
  : 'it takes script of util-linux to make a terminal'

/** Runs on a terminal where the question, if there is one, is answered; gives all that it showed. */
export function onTerminal(
  cli: TempCli,
  { typed, columns = 80 }: { typed?: string; columns?: number },
  ...args: string[]
): Promise<{ code: number | null; shown: string }> {
  const line = [process.execPath, BIN, ...args].map((arg) => `'${arg}'`).join(' ')
  const sized = columns === 0 ? line : `stty cols ${columns}; ${line}`
  const child = spawn(SCRIPT, ['-qec', sized, '/dev/null'], { env: { ...cli.env, TERM: 'xterm' } })
  return new Promise((resolve, reject) => {
    let shown = ''
    let answer = typed
    child.once('error', reject)
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      shown += text
      if (answer === undefined || !shown.includes('[y/N]')) return
      child.stdin.write(answer)
      answer = undefined
    })
    child.once('close', (code) => resolve({ code, shown }))
  })
}
