export interface Column {
  readonly title: string
  /** Its cells go on in the next line where there is no room for them. At most one column of a table. */
  readonly breaks?: true
  /** Left out where there is no room for all, the last of them first. */
  readonly optional?: true
}

/** What stands in a line, and in which column of the terminal it begins. */
export interface Placed {
  readonly text: string
  readonly at: number
}

/** The lines of a row. */
export type Layout = (cells: readonly string[]) => Placed[][]

export type WidthOf = (text: string) => number

export const GAP = 2

/** Narrower than this, a column of words is none. */
const LEAST_WORDS = 20

/**
 * The table that there is room for, by how wide its columns would be: all of it, else with cells that go on
 * in the next line, else without what is optional. None where that is not enough.
 */
export function layoutFor(
  columns: readonly Column[],
  widths: readonly number[],
  room: number,
  widthOf: WidthOf,
): Layout | undefined {
  let shown = columns.map((column, index) => ({ ...column, index, width: widths[index] ?? 0 }))
  for (;;) {
    const total = shown.reduce((sum, { width }) => sum + width + GAP, -GAP)
    const broken = shown.find(({ breaks }) => breaks)
    const limit = room - total + (broken?.width ?? 0)
    if (total <= room || (broken && limit >= LEAST_WORDS)) return layout(shown, limit, widthOf)
    const last = shown.findLast(({ optional }) => optional)
    if (!last) return undefined
    shown = shown.filter((column) => column !== last)
  }
}

type Shown = Column & { readonly index: number; readonly width: number }

function layout(shown: readonly Shown[], limit: number, widthOf: WidthOf): Layout {
  let next = 0
  const places = shown.map(({ index, width, breaks }) => {
    const at = next
    next += (breaks ? Math.min(width, limit) : width) + GAP
    return { index, at, breaks }
  })
  return (cells) => {
    const parts = places.map(({ index, at, breaks }) => {
      const cell = cells[index] ?? ''
      const lines = breaks ? brokenAt(cell, limit, widthOf) : [cell]
      return lines.map((text) => ({ text, at }))
    })
    const height = Math.max(...parts.map((lines) => lines.length))
    return Array.from({ length: height }, (_, line) => parts.flatMap((lines) => lines[line] ?? []))
  }
}

/** Text in lines that are no wider: between words, and within one that is longer than a line. */
function brokenAt(text: string, limit: number, widthOf: WidthOf): string[] {
  if (widthOf(text) <= limit) return [text]
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (widthOf(`${line} ${word}`) > limit && line !== '') {
      lines.push(line)
      line = ''
    }
    line += line === '' ? '' : ' '
    for (const { segment } of new Intl.Segmenter().segment(word)) {
      if (widthOf(line + segment) > limit) {
        lines.push(line)
        line = ''
      }
      line += segment
    }
  }
  return [...lines, line]
}
