import { redact } from '../redact.js'
import type { Context } from './context.js'
import { type Paint, paintFor, printable, printLines } from './output.js'

type Row = readonly string[]

/** As many rows as are looked at to find how wide the columns are. */
const MEASURED_ROWS = 500

const GAP = '  '

const ASCII = /^[ -~]*$/

/**
 * Rows as a table on stdout, the last column as long as it has to be; resolves with how many. Later
 * rows that are wider than the first hundreds stand out: a long table is never held as a whole.
 *
 * On a terminal that is too narrow for it, and for a screen reader, each row is a few lines, a label and
 * its value each: what wraps is no table.
 */
export async function printTable(
  context: Context,
  heading: Row,
  rows: AsyncIterable<Row> | Iterable<Row>,
): Promise<number> {
  const paint = await paintFor(context.stdout, context)
  // Of ASCII until there is more: what knows the rest takes longer to load than the rows to print
  let widthOf = (text: string) => text.length
  let held: Row[] = []
  let layout: Layout | undefined
  let [count, printed] = [0, 0]
  function* laidOut(): Generator<string> {
    if (!layout && held.length > 0) {
      const widths = heading.map((cell, column) =>
        Math.max(...[heading, ...held].map((row) => widthOf(row[column] ?? cell))),
      )
      const total = widths.reduce((sum, width) => sum + width + GAP.length, -GAP.length)
      if (isTable(context, total)) {
        layout = (row) => inColumns(row, widths, widthOf)
        yield paint.bold(layout(heading, 0))
      } else {
        layout = (row, index) => inLines(row, index, heading, paint)
      }
    }
    for (const row of held) {
      const cells = row.map((cell) => isolated(context, cell))
      yield layout?.(cells, printed++) ?? ''
    }
    held = []
  }
  async function* lines(): AsyncGenerator<string> {
    for await (const row of rows) {
      count++
      const cells = row.map((cell) => printable(redact(cell)))
      if (!cells.every((cell) => ASCII.test(cell))) widthOf = (await import('string-width')).default
      held.push(cells)
      if (layout || count >= MEASURED_ROWS) yield* laidOut()
    }
    yield* laidOut()
  }
  await printLines(context, lines())
  return count
}

type Layout = (row: Row, index: number) => string

/** What a script reads is a table whatever the width. */
function isTable({ stdout, env }: Context, width: number): boolean {
  if (env.ACCESSIBLE) return false
  const { columns = 0 } = process.stdout
  return !stdout.isTTY || columns === 0 || width <= columns
}

function inColumns(row: Row, widths: readonly number[], widthOf: (text: string) => number): string {
  return row
    .map((cell, column) => cell + ' '.repeat(Math.max(0, (widths[column] ?? 0) - widthOf(cell))))
    .join(GAP)
    .trimEnd()
}

function inLines(row: Row, index: number, heading: Row, paint: Paint): string {
  const width = Math.max(...heading.map((label) => label.length))
  const lines = row.map((cell, column) => [heading[column] ?? '', cell] as const)
  const shown = lines.filter(([, cell]) => cell !== '')
  return (
    (index === 0 ? '' : '\n') +
    shown.map(([label, cell]) => `${paint.bold(label.padEnd(width))}${GAP}${cell}`).join('\n')
  )
}

/** Labels and what they stand for, a line each, on stdout; those without a value are left out. */
export async function printDetails(
  context: Context,
  details: readonly (readonly [
    label: string,
    value: string | undefined,
    link?: string | undefined,
  ])[],
): Promise<void> {
  const paint = await paintFor(context.stdout, context)
  const width = Math.max(...details.map(([label]) => label.length))
  for (const [label, value, link] of details) {
    if (value === undefined || value === '') continue
    const shown = await linked(context, isolated(context, printable(value)), link)
    context.stdout.write(`${paint.bold(label.padEnd(width))}${GAP}${shown}\n`)
  }
}

/** A terminal that is narrower than this has no room for a deep indent. */
const NARROW = 60

/**
 * Words behind a label that is so wide, or below it where the label is ''. On a terminal they break between
 * words, later lines as far in as the first; elsewhere they are one line, for a script to read.
 */
export function hanging({ stdout }: Context, label: string, width: number, text: string): string {
  const { columns = 0 } = process.stdout
  const isWrapped = stdout.isTTY && columns > 0
  const indent = ' '.repeat(isWrapped && columns < NARROW ? 6 : width)
  if (!isWrapped) return (label || indent) + text
  let [lines, used] = label === '' ? [indent, indent.length] : [label, width]
  for (const [index, word] of text.split(' ').entries()) {
    if (index > 0 && used + 1 + word.length > columns) {
      lines += `\n${indent}${word}`
      used = indent.length + word.length
    } else {
      lines += index === 0 ? word : ` ${word}`
      used += word.length + (index === 0 ? 0 : 1)
    }
  }
  return lines
}

const RIGHT_TO_LEFT =
  /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Samaritan}\p{Script=Mandaic}\p{Script=Adlam}]/u

/**
 * On a terminal, text that is written from right to left between marks that keep it to itself
 * (https://unicode.org/reports/tr9/ section 2.4.2): it would turn the cells beside it around.
 */
function isolated({ stdout, env }: Context, text: string): string {
  if (!stdout.isTTY || env.TERM === 'dumb' || !RIGHT_TO_LEFT.test(text)) return text
  return `\u2068${text}\u2069`
}

/** Text that leads somewhere (OSC 8), on a terminal that is known to have links, and plain elsewhere. */
async function linked({ stdout, env }: Context, text: string, url?: string): Promise<string> {
  // tmux and screen pass on of their terminal's environment what they do not pass on of links
  const isPlain = !stdout.isTTY || env.NO_COLOR || /^(dumb|screen|tmux)/.test(env.TERM ?? '')
  if (url === undefined || isPlain) return text
  const { default: supports } = await import('supports-hyperlinks')
  return supports.stdout ? `\u001b]8;;${url}\u001b\\${text}\u001b]8;;\u001b\\` : text
}
