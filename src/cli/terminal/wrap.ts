import type { Context } from '../context.ts'
import type { Output } from './process-output.ts'

/** A terminal that is narrower than this has no room for a deep indent. */
const NARROW = 60

/**
 * How many columns a stream's terminal has, for text that is to break between its words. What a script
 * reads is a line whatever its length, and a screen reader makes lines of its own.
 */
export function roomOn(stream: Output, { env }: Context): number | undefined {
  if (!stream.isTTY || env.ACCESSIBLE) return undefined
  const { columns = 0 } = stream.fd === 2 ? process.stderr : process.stdout
  return columns > 0 ? columns : undefined
}

/** Text broken between its words. No word is broken itself: a path or a URL is there to be copied. */
export function wrapped(text: string, room: number, indent: string, taken = 0): string {
  let [lines, used] = ['', taken]
  for (const [index, word] of text.split(' ').entries()) {
    if (index > 0 && used + 1 + word.length > room) {
      lines += `\n${indent}${word}`
      used = indent.length + word.length
    } else {
      lines += index === 0 ? word : ` ${word}`
      used += word.length + (index === 0 ? 0 : 1)
    }
  }
  return lines
}

/**
 * Words on stdout behind a label that is so wide, or below it where the label is ''. On a terminal they
 * break between words, later lines as far in as the first.
 */
export function hanging(context: Context, label: string, width: number, text: string): string {
  const room = roomOn(context.stdout, context)
  const indent = ' '.repeat(room !== undefined && room < NARROW ? 6 : width)
  const start = label || indent
  if (room === undefined) return start + text
  return start + wrapped(text, room, indent, label === '' ? indent.length : width)
}
