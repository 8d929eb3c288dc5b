import { Unusable } from '../../formats/unusable.js'

/** No installation is a tenth as long: what is longer is none, and is not to fill the memory. */
const LONGEST_LINE = 1_000_000

/**
 * The lines of bytes in UTF-8, without a mark at the beginning and carriage returns at their ends.
 *
 * @throws Unusable for what is no text
 */
export async function* readLines(chunks: AsyncIterable<unknown>): AsyncIterable<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let [rest, number] = ['', 0]
  const decode = (chunk: Uint8Array | undefined): string => {
    try {
      return decoder.decode(chunk, { stream: chunk !== undefined })
    } catch {
      throw new Unusable(`Line ${number + 1} is not text in UTF-8`)
    }
  }
  for await (const chunk of chunks) {
    const lines = (rest + decode(bytesOf(chunk))).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      number++
      yield line
    }
    if (rest.length > LONGEST_LINE) throw new Unusable(`Line ${number + 1} is too long`)
  }
  rest += decode(undefined)
  if (rest !== '') yield rest
}

function bytesOf(chunk: unknown): Uint8Array {
  return chunk instanceof Uint8Array ? chunk : Buffer.from(String(chunk))
}
