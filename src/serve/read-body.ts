import type { IncomingMessage } from 'node:http'

/**
 * A body as it came, or undefined for one that is longer than it may be. What is left of that one is
 * still read, and dropped: to stop would cut the connection before the answer is out.
 */
export function readAll(message: IncomingMessage, mostBytes: number): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    message.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= mostBytes) {
        chunks.push(chunk)
        return
      }
      chunks.length = 0
      resolve(undefined)
    })
    message.once('end', () => {
      const [first] = chunks
      resolve(chunks.length === 1 && first ? first : Buffer.concat(chunks))
    })
    message.once('error', reject)
    message.once('close', () => {
      if (!message.complete) reject(new Error('the connection broke'))
    })
  })
}
