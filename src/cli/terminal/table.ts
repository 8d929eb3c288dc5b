import { redact } from '../../base/redact.ts'
import type { Context } from '../context.ts'
import { isolated, type Paint, paintFor, printable, printLines } from './output.ts'
import { type Column, GAP, layoutFor, type Placed, type WidthOf } from './table-layout.ts'
import { hanging, roomOn } from './wrap.ts'

type Row = readonly string[]

/** As many rows as are looked at to find how wide the columns are. */
const MEASURED_ROWS = 500

/** In characters: nobody reads more in a table, and to measure it would take seconds. */
const MAX_CELL = 500

const ASCII = /^[ -~]*$/

function shortened(cell: string): string {
  return cell.length > MAX_CELL ? `${cell.slice(0, MAX_CELL)}…` : cell
}

/**
 * Rows as a table on stdout, the last column as long as it has to be; resolves with how many. Later
 * rows that are wider than the first hundreds stand out: a long table is never held as a whole.
 *
 * On a terminal that is too narrow for it, and for a screen reader, each row is a few lines, a label and
 * its value each: what wraps is no table. What a script reads is a table whatever the width.
 */
export async function printTable(
  context: Context,
  columns: readonly Column[],
  rows: AsyncIterable<Row> | Iterable<Row>,
): Promise<number> {
  const paint = await paintFor(context.stdout, context)
  // Of ASCII until there is more: what knows the rest takes longer to load than the rows to print
  let stringWidth: WidthOf = (text) => text.length
  const widthOf: WidthOf = (text) => stringWidth(text)
  const titles = columns.map(({ title }) => title)
  let held: Row[] = []
  let format: ((row: Row, index: number) => string) | undefined
  let [count, printed] = [0, 0]
  function* laidOut(): Generator<string> {
    if (!format && held.length > 0) {
      const widths = titles.map((title, column) =>
        Math.max(...[titles, ...held].map((row) => widthOf(row[column] ?? title))),
      )
      const layout = layoutFor(columns, widths, roomFor(context), widthOf)
      if (layout) {
        format = (row) => layout(row).map(drawing(context, widthOf)).join('\n')
        yield paint.bold(format(titles, 0))
      } else {
        format = (row, index) => inLines(context, row, index, titles, paint)
      }
    }
    for (const row of held) yield format?.(row, printed++) ?? ''
    held = []
  }
  async function* lines(): AsyncGenerator<string> {
    for await (const row of rows) {
      count++
      const cells = row.map((cell) => shortened(printable(redact(cell))))
      if (!cells.every((cell) => ASCII.test(cell))) {
        stringWidth = (await import('string-width')).default
      }
      held.push(cells)
      if (format || count >= MEASURED_ROWS) yield* laidOut()
    }
    yield* laidOut()
  }
  await printLines(context, lines())
  return count
}

function roomFor(context: Context): number {
  // For a screen reader there is none: it reads a label and its value
  if (context.env.ACCESSIBLE) return 0
  return roomOn(context.stdout, context) ?? Number.POSITIVE_INFINITY
}

/**
 * How a line is drawn. Terminals differ in how wide they draw Devanagari or a heart: on one that can,
 * what stands behind such a cell is put into its column.
 */
function drawing({ stdout, env }: Context, widthOf: WidthOf): (line: readonly Placed[]) => string {
  const moves = stdout.isTTY && !env.NO_COLOR && env.TERM !== 'dumb'
  return (line) => {
    let [drawn, column, isCertain] = ['', 0, true]
    for (const { text, at } of line.filter((cell) => cell.text !== '')) {
      const gap = column === 0 ? at : Math.max(GAP, at - column)
      drawn += ' '.repeat(gap)
      if (moves && !isCertain && column + gap === at) drawn += `\u001b[${at + 1}G`
      drawn += isolated({ stdout, env }, text)
      column += gap + widthOf(text)
      isCertain &&= ASCII.test(text)
    }
    return drawn
  }
}

function inLines(context: Context, row: Row, index: number, titles: Row, paint: Paint): string {
  const width = Math.max(...titles.map((title) => title.length)) + GAP
  const lines = row.map((cell, column) => [titles[column] ?? '', cell] as const)
  return (
    (index === 0 ? '' : '\n') +
    lines
      .filter(([, cell]) => cell !== '')
      .map(([title, cell]) =>
        hanging(
          context,
          paint.bold(title.padEnd(width - GAP)) + ' '.repeat(GAP),
          width,
          isolated(context, cell),
        ),
      )
      .join('\n')
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
  const present = details.filter(([, value]) => value !== undefined && value !== '')
  const width = Math.max(...present.map(([label]) => label.length))
  for (const [label, value = '', link] of present) {
    const text = isolated(context, printable(value))
    const leading = link === undefined ? text : await linked(context, text, link)
    const start = `${paint.bold(label.padEnd(width))}${' '.repeat(GAP)}`
    const line = leading === text ? hanging(context, start, width + GAP, text) : start + leading
    context.stdout.write(`${line}\n`)
  }
}

/** Text that leads somewhere (OSC 8), on a terminal that is known to have links, and plain elsewhere. */
async function linked({ stdout, env }: Context, text: string, url: string): Promise<string> {
  // tmux and screen pass on of their terminal's environment what they do not pass on of links
  if (!stdout.isTTY || env.NO_COLOR || /^(dumb|screen|tmux)/.test(env.TERM ?? '')) return text
  const { default: supports } = await import('supports-hyperlinks')
  return supports.stdout ? `\u001b]8;;${url}\u001b\\${text}\u001b]8;;\u001b\\` : text
}
