import type { HttpProxy } from './proxy.js'

/**
 * The `fetch` to ask Slack with. Node's own knows proxies only from 24 on, and only when it is told by
 * NODE_USE_ENV_PROXY; undici is what it is made of.
 */
export function fetchThrough(proxy: HttpProxy | undefined): typeof fetch {
  if (proxy === undefined) return fetch
  return async (input, init) => {
    const undici = await import('undici')
    const request = new Request(input, init)
    const { method, redirect, signal } = request
    // One for each request: a tunnel that the proxy never opens would hold the process
    const dispatcher = new undici.ProxyAgent(proxy.url.href)
    try {
      // Whole bodies on both sides: they are small, and the two libraries' streams differ in type
      const answer = await undici.fetch(request.url, {
        method,
        redirect,
        signal,
        headers: Object.fromEntries(request.headers),
        ...(request.body && { body: await request.text() }),
        dispatcher,
      })
      const { status, headers } = answer
      // Some statuses may have no body, not even an empty one
      const body = (await answer.text()) || null
      return new Response(body, { status, headers: Object.fromEntries(headers) })
    } finally {
      await dispatcher.destroy()
    }
  }
}
