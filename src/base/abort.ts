import { setTimeout as sleep } from 'node:timers/promises'

/** How long a request may go on after Ctrl-C that Slack may have answered with new tokens. */
const ENDING_SECONDS = 5

/** Runs work to whose end an abort leaves some seconds: it hears of the signal only then. */
export async function letEnd<T>(
  signal: AbortSignal,
  work: (later: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const abortLater = () => {
    timer = setTimeout(() => controller.abort(signal.reason), ENDING_SECONDS * 1000)
  }
  if (signal.aborted) abortLater()
  else signal.addEventListener('abort', abortLater, { once: true })
  try {
    return await work(controller.signal)
  } finally {
    signal.removeEventListener('abort', abortLater)
    clearTimeout(timer)
  }
}
/**
 * A signal of AbortSignal.timeout to be combined with others. On Node 20, AbortSignal.any alone leaves
 * it to the garbage collector: it never fires, and what it was to end waits for ever (nodejs/node#57736).
 */
export function keptSignal(timeout: AbortSignal): AbortSignal {
  if (timeout.aborted) return timeout
  const controller = new AbortController()
  // Node keeps a time-out that somebody listens to
  timeout.addEventListener('abort', () => controller.abort(timeout.reason), { once: true })
  return controller.signal
}

/** @throws the reason of the signal, as soon as it is given: its own AbortError says nothing */
export async function pause(seconds: number, signal: AbortSignal): Promise<void> {
  await sleep(seconds * 1000, undefined, { signal }).catch(() => signal.throwIfAborted())
}
