import type { Context, Output } from './context.js'

// How we speak to people, all of it on stderr:
//   - one line a message, a capital at its beginning, no period at its end
//   - what went wrong is an "error:", what to do about it a "hint:", what may bite later a "warning:"
//   - a URL to copy stands alone on its line
// stdout carries what the command was asked for, and nothing else.

export interface Paint {
  bold(text: string): string
  red(text: string): string
  yellow(text: string): string
  cyan(text: string): string
}

const plain: Paint = {
  bold: String,
  red: String,
  yellow: String,
  cyan: String,
}

/** Colours for a stream: none unless it is a terminal that has them (https://no-color.org). */
export async function paintFor(stream: Output, { env }: Context): Promise<Paint> {
  if (env.NO_COLOR || env.TERM === 'dumb') return plain
  if (!stream.isTTY && !(env.FORCE_COLOR && env.FORCE_COLOR !== '0')) return plain
  const { default: kleur } = await import('kleur')
  kleur.enabled = true
  return kleur
}

/** One line for the person at the terminal. */
export function say({ stderr }: Context, message: string): void {
  stderr.write(`${printable(message)}\n`)
}

export async function warn(context: Context, message: string): Promise<void> {
  const paint = await paintFor(context.stderr, context)
  context.stderr.write(`${paint.yellow('warning:')} ${printable(message)}\n`)
}

/** Rows as a table on stdout, its first row the heading; the last column is as long as it has to be. */
export async function printTable(
  context: Context,
  [heading, ...rows]: readonly [readonly string[], ...(readonly string[])[]],
): Promise<void> {
  const paint = await paintFor(context.stdout, context)
  const cells = [heading, ...rows].map((row) => row.map(printable))
  const widths = heading.map((_, column) =>
    Math.max(...cells.map((row) => row[column]?.length ?? 0)),
  )
  cells.forEach((row, line) => {
    const text = row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd()
    context.stdout.write(`${line === 0 ? paint.bold(text) : text}\n`)
  })
}

/** Labels and what they stand for, a line each, on stdout; those without a value are left out. */
export async function printDetails(
  context: Context,
  details: readonly (readonly [label: string, value: string | undefined])[],
): Promise<void> {
  const paint = await paintFor(context.stdout, context)
  const width = Math.max(...details.map(([label]) => label.length))
  for (const [label, value] of details) {
    if (value === undefined || value === '') continue
    context.stdout.write(`${paint.bold(label.padEnd(width))}  ${printable(value)}\n`)
  }
}

/** One JSON document on stdout. */
export function printJson({ stdout }: Context, document: unknown): void {
  stdout.write(`${JSON.stringify(document)}\n`)
}

/** A moment as people read it, in UTC: `2026-11-24 16:00Z`. */
export function moment(seconds: number): string {
  return new Date(seconds * 1000)
    .toISOString()
    .replace('T', ' ')
    .replace(/:\d\d\.\d+Z$/, 'Z')
}

/**
 * Names come from Slack, and whoever gives them may want to write to our terminal: no control
 * characters, and none that turn the direction of the text.
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\u061c\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu, '')
}
