import { on } from 'node:events'
import { StringDecoder } from 'node:string_decoder'
import type { ReadStream } from 'node:tty'

/** Longer than any address; what goes beyond is dropped, as a terminal does by itself at 4096. */
const MAX_LENGTH = 32_768

/** What the keys say that a terminal handles by itself when it is not raw. */
const KEYS = {
  interrupt: '\u0003',
  endOfInput: '\u0004',
  suspend: '\u001a',
  quit: '\u001c',
  clear: '\u0015',
} as const

/**
 * What is typed or pasted, line by line and unseen, until the signal or the end of the input. The
 * terminal is raw meanwhile: no echo, and no limit of 4096 characters a line. It is as before on every
 * way out; only after a SIGKILL it takes `stty sane`.
 */
export async function* unseenLines(input: ReadStream, signal: AbortSignal): AsyncGenerator<string> {
  const terminal = input.isTTY ? input : undefined
  const release = () => {
    setRaw(terminal, false)
    input.pause()
  }
  const rawAgain = () => setRaw(terminal, true)
  try {
    if (signal.aborted) return
    // At once, and not when this generator is asked for more
    signal.addEventListener('abort', release)
    setRaw(terminal, true)
    process.on('SIGCONT', rawAgain)
    yield* lines(input, signal, terminal)
  } finally {
    process.off('SIGCONT', rawAgain)
    signal.removeEventListener('abort', release)
    release()
  }
}

async function* lines(
  input: ReadStream,
  signal: AbortSignal,
  terminal: ReadStream | undefined,
): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8')
  let line = ''
  try {
    for await (const [chunk] of on(input, 'data', { signal, close: ['end', 'close'] })) {
      for (const character of decoder.write(chunk)) {
        if (character === '\n' || character === '\r') {
          // An Enter alone says nothing; and a line may end in both
          if (line.trim() !== '') yield line
          line = ''
        } else if (!terminal) line = appended(line, character)
        else if (character === KEYS.endOfInput && line === '') return
        else line = edited(terminal, line, character)
      }
    }
    if (line.trim() !== '') yield line
  } catch (error) {
    // The terminal is gone, as after a hang-up: there is no more to read
    if (!signal.aborted && !(error instanceof Error && 'syscall' in error)) throw error
  }
}

function edited(terminal: ReadStream, line: string, character: string): string {
  switch (character) {
    case KEYS.interrupt:
      raise('SIGINT')
      return line
    case KEYS.quit:
      setRaw(terminal, false)
      raise('SIGQUIT')
      return line
    case KEYS.suspend:
      setRaw(terminal, false)
      raise('SIGTSTP')
      return line
    case KEYS.clear:
      return ''
    case '\b':
    case '\u007f':
      return line.slice(0, -1)
    default:
      return appended(line, character)
  }
}

function appended(line: string, character: string): string {
  return line.length < MAX_LENGTH ? line + character : line
}

/** As the terminal would: to all that run in its foreground. Windows has such a signal within us alone. */
function raise(signal: NodeJS.Signals): void {
  if (process.platform !== 'win32') process.kill(0, signal)
  else if (signal === 'SIGINT') process.emit(signal)
}

function setRaw(terminal: ReadStream | undefined, isRaw: boolean): void {
  try {
    terminal?.setRawMode(isRaw)
  } catch {
    // A terminal that hung up has no modes any more
  }
}
