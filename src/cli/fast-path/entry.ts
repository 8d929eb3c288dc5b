import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { VERSION } from '../../base/version.ts'
import { isCharacterDevice, processOutput } from '../terminal/process-output.ts'
import { quickToken } from './token.ts'

/**
 * dist/quick.cjs: what shell prompts, hooks and scripts run a thousand times a day, without the parser
 * and the rest of the program. False where that has to do it.
 */
export async function answer([command, ...args]: readonly string[]): Promise<boolean> {
  const text = command === 'token' ? await quickToken(args, process.env) : plain(command, args)
  if (text === undefined) return false
  processOutput(1, () => process.stdout).write(text)
  return true
}

function plain(command: string | undefined, { length }: readonly string[]): string | undefined {
  if (length > 0) return undefined
  if (command === '--version' || command === '-v') return `${VERSION}\n`
  // A terminal has a width and may have colours
  return isCharacterDevice(1)
    ? undefined
    : readFileSync(join(import.meta.filename, '../help.txt'), 'utf8')
}
