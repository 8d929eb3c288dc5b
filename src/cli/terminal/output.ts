import { redact } from '../../base/redact.ts'
import type { Context } from '../context.ts'
import type { Output } from './process-output.ts'
import { roomOn, wrapped } from './wrap.ts'

// How we speak to people, all of it on stderr:
//   - one line a message, a capital at its beginning, no period at its end
//   - what went wrong is an "error:", what to do about it a "hint:", what may bite later a "warning:"
//   - a URL to copy stands alone on its line
// stdout carries what the command was asked for, and nothing else.

export interface Paint {
  bold(text: string): string
  red(text: string): string
  magenta(text: string): string
  cyan(text: string): string
}

const plain: Paint = {
  bold: String,
  red: String,
  magenta: String,
  cyan: String,
}

/** Whether a stream is a terminal that has colours (https://no-color.org, https://bixense.com/clicolors). */
export function hasColour({ isTTY }: Output, { env }: Context): boolean {
  const isForced = [env.FORCE_COLOR, env.CLICOLOR_FORCE].some((value) => value && !isOff(value))
  if (env.NO_COLOR || env.TERM === 'dumb') return false
  return isForced || (isTTY === true && !isOff(env.FORCE_COLOR) && !isOff(env.CLICOLOR))
}

const isOff = (value: string | undefined) => value === '0' || value === 'false'

/** Colours for a stream: those that are legible on a light ground as well as on a dark one. */
export async function paintFor(stream: Output, context: Context): Promise<Paint> {
  if (!hasColour(stream, context)) return plain
  const { default: kleur } = await import('kleur')
  kleur.enabled = true
  return kleur
}

/** One line for the person at the terminal, broken between words where it is narrower. */
export function say(context: Context, message: string): void {
  const text = printable(message)
  const room = roomOn(context.stderr, context)
  const [indent = ''] = /^ */.exec(text) ?? []
  context.stderr.write(`${room === undefined ? text : wrapped(text, room, indent)}\n`)
}

/**
 * Redacted, which {@link say} is not: it has an address with a state to tell, say. Not broken, as errors and
 * hints are not: there may be a command in it to copy.
 */
export async function warn(context: Context, message: string): Promise<void> {
  const paint = await paintFor(context.stderr, context)
  context.stderr.write(`${paint.magenta('warning:')} ${printable(redact(message))}\n`)
}

/** In characters: a write each for short lines takes longer than to read them from a store. */
const PIECE = 65_536

/** One line of data; resolves when there is room for more, so that a slow reader fills no memory. */
export async function printLine(context: Context, line: string): Promise<void> {
  await print(context, `${line}\n`)
}

/**
 * Many lines of data that are there without waiting, in pieces that are worth a write; resolves with
 * how many. No more of them are made for a reader that went away, as in `slack-oauth list | head`.
 */
export async function printLines(
  context: Context,
  lines: AsyncIterable<string> | Iterable<string>,
): Promise<number> {
  let [piece, count] = ['', 0]
  try {
    for await (const line of lines) {
      piece += `${line}\n`
      count++
      if (piece.length < PIECE) continue
      const whole = piece
      piece = ''
      if (!(await print(context, whole))) break
    }
  } finally {
    // Those that came before an error too
    if (piece !== '') await print(context, piece)
  }
  return count
}

/** Whether anybody reads on. */
async function print({ stdout }: Context, text: string): Promise<boolean> {
  // A reader that went away makes no more room
  if (stdout.write(text) !== false || stdout.destroyed || !stdout.once) return !stdout.destroyed
  await new Promise<void>((resolve) => {
    const room = () => {
      for (const event of ['drain', 'close'] as const) stdout.off?.(event, room)
      resolve()
    }
    for (const event of ['drain', 'close'] as const) stdout.once?.(event, room)
  })
  return !stdout.destroyed
}

/** One JSON document on stdout. */
export function printJson(context: Context, document: unknown): Promise<void> {
  return printLine(context, jsonText(document))
}

/**
 * JSON in which no name acts on the terminal or the CI system that shows it: control and invisible characters
 * are escaped, and so is what GitHub's runner takes for a command (`##[`).
 */
export function jsonText(document: unknown): string {
  return JSON.stringify(document).replace(
    /[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}]|#(?=#\[)/gu,
    escapedInJson,
  )
}

function escapedInJson(character: string): string {
  // By code units: beyond the first plane JSON escapes a character as a pair
  return character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('')
}

/** A moment as people read it, in UTC: `2026-11-24 16:00Z`. */
export function moment(seconds: number): string {
  return new Date(seconds * 1000)
    .toISOString()
    .replace('T', ' ')
    .replace(/:\d\d\.\d+Z$/, 'Z')
}

/**
 * Text from outside, such as the name of a workspace, as it may be shown: without control and invisible
 * characters (two that scripts and emoji need to join letters stay), and without what GitHub's runner
 * would take for a command: a line that begins with `::`, or `##[` anywhere.
 *
 * @see https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
 */
export function printable(text: string): string {
  return text
    .replace(/(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '')
    .replace(/^(\s*):(?=:)/, '$1: ')
    .replaceAll('##[', '# #[')
}

const RIGHT_TO_LEFT =
  /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Samaritan}\p{Script=Mandaic}\p{Script=Adlam}]/u

/**
 * On a terminal, text that is written from right to left between marks that keep it to itself
 * (https://unicode.org/reports/tr9/ section 2.4.2): it would turn the cells beside it around.
 */
export function isolated({ stdout, env }: Pick<Context, 'stdout' | 'env'>, text: string): string {
  if (!stdout.isTTY || env.TERM === 'dumb' || !RIGHT_TO_LEFT.test(text)) return text
  return `\u2068${text}\u2069`
}
