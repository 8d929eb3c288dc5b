import { createServer, type RequestListener } from 'node:http'
import { type Address, type Listening, listenOn } from '../loopback/listen.js'

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
