import { Unusable } from '../../formats/unusable.ts'

/**
 * How long the text of one installation may be, in characters: far beyond what Slack issues, and short
 * enough not to fill the memory.
 */
export const LARGEST_INSTALLATION = 64_000_000

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
    // What came before is not searched again: a line may come in thousands of chunks
    const [first = '', ...lines] = decode(bytesOf(chunk)).split('\n')
    rest += first
    for (const line of lines) {
      number++
      yield rest
      rest = line
    }
    if (rest.length > LARGEST_INSTALLATION) throw new Unusable(`Line ${number + 1} is too long`)
  }
  rest += decode(undefined)
  if (rest !== '') yield rest
}

function bytesOf(chunk: unknown): Uint8Array {
  return chunk instanceof Uint8Array ? chunk : Buffer.from(String(chunk))
}
