import { fstatSync, writeSync } from 'node:fs'
import { exitCodes } from '../../base/errors.ts'

/** A stream as much as a command needs of it. */
export interface Output {
  /** False when there is no room for more until it says `drain`. */
  write(text: string): unknown
  once?(event: 'drain' | 'close', listener: () => void): unknown
  off?(event: 'drain' | 'close', listener: () => void): unknown
  readonly destroyed?: boolean
  readonly isTTY?: boolean
  readonly fd?: number
}

/** A pipe that nobody reads yet has room for so much. */
const SHORT_BYTES = 4096

/**
 * One of the process's own streams. Node takes a tenth of the start of `slack-oauth token` to make one,
 * so the first short text to a pipe or a file is written without.
 */
export function processOutput(fd: 1 | 2, open: () => NodeJS.WriteStream): Output {
  let opened: NodeJS.WriteStream | undefined
  let hasWritten = false
  let isBroken = false
  let isTTY: boolean | undefined
  const stream = () => {
    // Once: what is written after that fails again
    opened ??= open().on('error', (error: NodeJS.ErrnoException) => {
      if (!isBroken) unwritable(error)
      isBroken = true
    })
    return opened
  }
  return {
    write(text) {
      const bytes = Buffer.from(text)
      const written = hasWritten ? 0 : writtenDirectly(fd, bytes)
      hasWritten = true
      return written === bytes.length || stream().write(bytes.subarray(written))
    },
    once: (event, listener) => stream().once(event, listener),
    off: (event, listener) => stream().off(event, listener),
    get destroyed() {
      // Of its own streams Node makes whole again what an error has destroyed
      return isBroken || stream().destroyed
    },
    get isTTY() {
      isTTY ??= isCharacterDevice(fd) && stream().isTTY
      return isTTY
    },
    fd,
  }
}

/** How many bytes went out. A terminal is left to the stream: on Windows it does not take bytes. */
function writtenDirectly(fd: number, bytes: Buffer): number {
  if (bytes.length > SHORT_BYTES || isCharacterDevice(fd)) return 0
  try {
    return writeSync(fd, bytes)
  } catch {
    // A full pipe that does not wait, or an error that the stream will tell
    return 0
  }
}

/** A terminal, or what only says that it is one. */
export function isCharacterDevice(fd: number): boolean {
  try {
    return fstatSync(fd).isCharacterDevice()
  } catch {
    return true
  }
}

function unwritable(error: NodeJS.ErrnoException): void {
  // A reader that has seen enough, as in `slack-oauth list | head`, is no failure
  if (error.code === 'EPIPE') return
  process.once('exit', () => {
    process.exitCode = exitCodes.output_failed
  })
  process.stderr.write(`error: The output cannot be written: ${error.code} (output_failed)\n`)
}
