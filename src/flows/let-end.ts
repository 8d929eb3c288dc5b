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
