import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Environment } from '../../base/environment.ts'
import { errorCode, SlackOAuthError } from '../../base/errors.ts'
import type { Context } from '../context.ts'
import { dataFolder } from '../settings/environment.ts'
import { type Shell, scripts } from './scripts.ts'

/** What was written where. */
export interface CompletionFiles {
  readonly script: string
  /** The shell's start-up file, and the line in it that reads the script; fish needs none. */
  readonly startUp?: { readonly path: string; readonly line: string }
}

/**
 * Writes the script, and a line into the shell's start-up file that reads it, once: nothing else in that
 * file is touched.
 *
 * @throws SlackOAuthError `usage` for a shell that has no place for it, `output_failed`
 */
export async function installCompletion({ env }: Context, shell: Shell): Promise<CompletionFiles> {
  const files = await filesFor(shell, env)
  write(files.script, () => {
    mkdirSync(dirname(files.script), { recursive: true, mode: 0o700 })
    writeFileSync(files.script, scripts[shell])
  })
  const { startUp } = files
  if (startUp) write(startUp.path, () => addLine(startUp.path, startUp.line))
  return files
}

async function filesFor(shell: Shell, env: Environment): Promise<CompletionFiles> {
  const home = env.HOME ?? ''
  if (shell === 'powershell') {
    throw new SlackOAuthError('usage', 'PowerShell alone knows where its profile is', {
      hint: 'In PowerShell: slack-oauth completion powershell >> $PROFILE',
    })
  }
  if (home === '')
    throw new SlackOAuthError('usage', 'There is no home folder', { hint: 'Set HOME' })
  if (shell === 'fish') {
    const config = env.XDG_CONFIG_HOME || join(home, '.config')
    return { script: join(config, 'fish', 'completions', 'slack-oauth.fish') }
  }
  const script = join(await dataFolder(), `completion.${shell}`)
  const path = shell === 'zsh' ? join(env.ZDOTDIR || home, '.zshrc') : join(home, '.bashrc')
  const quoted = `'${script.replaceAll("'", String.raw`'\''`)}'`
  return { script, startUp: { path, line: `[ ! -r ${quoted} ] || . ${quoted} # slack-oauth` } }
}

function addLine(path: string, line: string): void {
  const before = contents(path)
  if (before.split('\n').includes(line)) return
  appendFileSync(path, `${before === '' || before.endsWith('\n') ? '' : '\n'}${line}\n`)
}

function contents(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return ''
    throw error
  }
}

function write(path: string, work: () => void): void {
  try {
    work()
  } catch (error) {
    const code = errorCode(error) ?? String(error)
    throw new SlackOAuthError('output_failed', `Cannot write ${path}: ${code}`, {
      hint: 'Have your shell read the output of slack-oauth completion SHELL when it starts',
      cause: error,
    })
  }
}
