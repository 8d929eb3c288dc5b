import { createServer, type RequestListener } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Address, type Listening, listenOn } from '../loopback/listen.ts'
import { allowedHosts } from '../loopback/listen-address.ts'
import { createApp } from './router.ts'
import type { ServeNeeds, ServeSettings } from './settings.ts'

const timeouts = {
  // Whoever dribbles a request, or opens a connection and says nothing, is cut off
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  connectionsCheckingInterval: 2_000,
  // Longer than the 90 seconds that a tunnel keeps one: it must not use one that we just closed
  keepAliveTimeout: 100_000,
}

const HINTS = {
  otherPort: 'name another with --listen',
  otherAddress: 'Name another address with --listen, such as localhost:8910',
  higherPort: 'Name a port above 1023 with --listen',
}

/** @throws SlackOAuthError as {@link listenOn} */
export function listen(address: Address, listener: RequestListener): Promise<Listening> {
  return listenOn(address, () => createServer(timeouts, listener), HINTS)
}

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
