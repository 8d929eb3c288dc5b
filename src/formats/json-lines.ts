import * as v from 'valibot'
import type { Installation } from '../slack/installation.ts'
import { fromFlat } from './from-flat.ts'
import { toFlat } from './to-flat.ts'
import { Unusable } from './unusable.ts'

// A line that says what this is, one for each installation, and one with their number: a copy that was
// cut off anywhere lacks that last one.

const FORMAT = 'slack-oauth-installations'
const VERSION = 1

const headerSchema = v.object({ format: v.literal(FORMAT), version: v.number() })
const footerSchema = v.strictObject({ count: v.number() })

/**
 * Line by line, as they come: a million of them are more than one string can hold, or some memories. Where
 * there is an error before the first, there is no line either.
 */
export async function* toJsonLines(
  installations: AsyncIterable<Installation> | Iterable<Installation>,
): AsyncGenerator<string> {
  const header = JSON.stringify({ format: FORMAT, version: VERSION })
  let count = 0
  for await (const installation of installations) {
    if (count++ === 0) yield header
    yield JSON.stringify(toFlat(installation))
  }
  if (count === 0) yield header
  yield JSON.stringify({ count })
}

/**
 * All installations, or none: of text that was cut off nothing is believed.
 *
 * @throws Unusable that names the line and quotes nothing of it
 */
export async function fromJsonLines(lines: AsyncIterable<string>): Promise<Installation[]> {
  const installations: Installation[] = []
  let [number, isWhole] = [0, false]
  for await (const line of lines) {
    number++
    if (isWhole) {
      if (line.trim() === '') continue
      throw new Unusable(`Line ${number} comes after the end`)
    }
    const value = parsed(line, number)
    if (number === 1) assertHeader(value)
    else if (v.is(footerSchema, value)) {
      isWhole = true
      if (value.count !== installations.length) {
        throw new Unusable(
          `Line ${number} counts ${value.count} installations, and ${installations.length} came before it`,
        )
      }
    } else installations.push(installation(value, number))
  }
  if (isWhole) return installations
  throw new Unusable(number === 0 ? 'It is empty' : `It was cut off after line ${number}`)
}

function parsed(line: string, number: number): unknown {
  try {
    return JSON.parse(line)
  } catch {
    // Of Node's own message nothing is repeated: it quotes what it read
    throw new Unusable(`Line ${number} is not JSON: it was cut off, or is no export`)
  }
}

function assertHeader(value: unknown): void {
  const header = v.safeParse(headerSchema, value)
  if (!header.success) throw new Unusable('Line 1 is not the first line of an export')
  if (header.output.version === VERSION) return
  throw new Unusable(
    `Line 1 says version ${header.output.version} of the format, and this slack-oauth reads ${VERSION}`,
  )
}

function installation(value: unknown, number: number): Installation {
  try {
    return fromFlat(value)
  } catch (error) {
    if (!(error instanceof Unusable)) throw error
    throw new Unusable(`Line ${number} is no installation: ${error.message}`)
  }
}
