import { Help } from 'commander'
import { wrapped } from './wrapping.js'

/** Beside the longest option, a description of fewer columns is hard to read. */
const LEAST_COLUMNS = 34

const INDENT = '      '

const standard = new Help()

/** An option and its description: side by side, or on a terminal without room for that one below the other. */
export function narrowItem(
  term: string,
  termWidth: number,
  description: string,
  helper: Help,
): string {
  const { helpWidth = 80 } = helper
  if (helpWidth - termWidth >= LEAST_COLUMNS || description === '') {
    return standard.formatItem.call(helper, term, termWidth, description, helper)
  }
  return `  ${term}\n${INDENT}${wrapped(description, helpWidth, INDENT, INDENT.length)}`
}
