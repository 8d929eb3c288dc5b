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
