import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { type Commands, createProgram } from '../program.ts'
import { printable } from '../terminal/output.ts'
import { type Candidate, offer } from './candidates.ts'
import type { Shell } from './scripts.ts'
import { isMeant, storedValues } from './stored-values.ts'

/** As much of a description as stands beside a word without a second line. */
const DESCRIPTION_LENGTH = 48

/**
 * What a shell's script is told, as `scripts.ts` says. Whatever goes wrong, it is told nothing: an error
 * has no place in a command line that somebody is typing.
 */
export async function answer(
  context: Context,
  shell: Shell,
  typed: readonly string[],
  commands: Commands,
): Promise<string> {
  try {
    const words = asWords(shell, typed)
    const current = words.at(-1) ?? ''
    const named = words.length > 1 && words[0] !== 'help' ? words : []
    const program = await createProgram(context, named, commands)
    const valuesOf = (name: string, command: Command) =>
      storedValues(context, name, command, current.replace(/^--[^=]+=/, ''))
    const offered = await offer(words, program, valuesOf)
    if (typeof offered === 'string') return `:${offered}\n`
    return offered
      .filter((candidate) => candidate.value.startsWith(current) || byName(candidate, current))
      .map(line)
      .join('')
  } catch {
    return ''
  }
}

/** Only ids are known by another name. */
function byName(candidate: Candidate, current: string): boolean {
  const [, value = ''] = /^(?:--[^=]+=)?([A-Z]\w+|\d[\d.]+)$/.exec(candidate.value) ?? []
  return value !== '' && isMeant({ ...candidate, value }, current.replace(/^--[^=]+=/, ''))
}

function line({ value, description }: Candidate): string {
  const text = printable(description)
  const about =
    text.length > DESCRIPTION_LENGTH ? `${text.slice(0, DESCRIPTION_LENGTH - 1).trimEnd()}…` : text
  return `${value}\t${about}\n`
}

/** The words of our own parser, out of those that the shell makes. */
function asWords(shell: Shell, typed: readonly string[]): readonly string[] {
  if (shell === 'powershell') {
    return typed.map((word, index) => (index === typed.length - 1 ? word.replace(/\*$/, '') : word))
  }
  if (shell !== 'bash') return typed
  // bash makes words of = and of : as well
  const words: string[] = []
  for (const [index, word] of typed.entries()) {
    const isJoined = /^[=:]+$/.test(word) || /^[=:]+$/.test(typed[index - 1] ?? '')
    if (isJoined && words.length > 0) words.push(`${words.pop()}${word}`)
    else words.push(word)
  }
  return words
}
