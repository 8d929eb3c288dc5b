import type { RequestListener } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Address, Listening } from '../loopback/listen.js'
import { allowedHosts } from '../loopback/listen-address.js'
import { createApp } from './app.js'
import { listen } from './listen.js'
import type { ServeNeeds, ServeSettings } from './settings.js'

/** Longer than Slack's answer to the exchange of a code takes at most: a code is good once. */
const GRACE_MILLISECONDS = 9_000

export interface Serving {
  readonly port: number
  /** Refuses what comes from now on, finishes what is under way, nine seconds at most. */
  stop(): Promise<void>
}

/**
 * The app side of Slack: install page, callback, and requests that Slack signs.
 *
 * @param settings for a port, which is known only when it is listened on
 * @throws SlackOAuthError as {@link listen}
 */
export async function serve(
  needs: ServeNeeds,
  address: Address,
  settings: (port: number) => ServeSettings,
): Promise<Serving> {
  // A client that polls a fixed port may be faster than we are
  let listener: RequestListener = (request, response) => {
    void ready.then(({ app }) => app.listener(request, response))
  }
  const starting = listen(address, (request, response) => listener(request, response))
  const ready = starting.then((listening) => ({ listening, app: appOn(listening) }))

  function appOn({ port }: Listening) {
    const known = settings(port)
    return createApp(needs, known, hostsOf(address, port, known.redirectUri))
  }

  const { listening, app } = await ready
  listener = app.listener
  return {
    port: listening.port,
    async stop() {
      listening.refuse()
      const enough = new AbortController()
      const grace = sleep(GRACE_MILLISECONDS, undefined, { signal: enough.signal })
      await Promise.race([app.stop(), grace])
      enough.abort()
      await grace.catch(() => {})
      app.close()
      await listening.close(0)
    },
  }
}

/** The names that lead here rightly: this machine's, the address named, and the public one. */
function hostsOf({ hosts }: Address, port: number, redirectUri: URL): ReadonlySet<string> {
  const named = hosts.map((host) => (host.includes(':') ? `[${host}]` : host))
  return new Set([
    ...allowedHosts(redirectUri, { port }),
    ...named.flatMap((name) => [`${name}:${port}`, ...(port === 80 ? [name] : [])]),
  ])
}
