import { SlackOAuthError } from '../../base/errors.ts'
import type { Certificate } from '../../loopback/certificate/certificate.ts'
import { addressOf, type ListenAddress } from '../../loopback/listen-address.ts'
import {
  type ListenOptions,
  listenForRedirect,
  type RedirectListener,
} from '../../loopback/redirect-listener.ts'
import { isLoopback } from '../../slack/authorize/redirect-uri.ts'

/** How redirects reach this process. */
export interface Reception {
  /** False where the person hands the redirect over by hand, and nothing listens. */
  readonly listens: boolean
  /** Where to listen, in plain http, for a redirect URI of another host: a tunnel leads there. */
  readonly tunnelTo: ListenAddress
  /** For https on this machine; read or made when it is needed. */
  certificate(redirectUri: URL): Promise<Certificate>
}

export interface Listening extends RedirectListener {
  readonly address: ListenAddress
  readonly certificate?: Certificate
}

/** The redirect URI in use, with a listener behind it, if there is to be one. */
export interface Receiving {
  readonly redirectUri: URL
  /** Why those before it were not taken. */
  readonly passedOver: readonly string[]
  readonly listening?: Listening
}

/**
 * Listens for the first of the redirect URIs whose port is free.
 *
 * @throws SlackOAuthError `port_in_use` of the first, when there is none; `invalid_certificate`
 */
export async function receiveOnFirstFree(
  reception: Reception,
  redirectUris: readonly URL[],
  optionsFor: (redirectUri: URL) => Omit<ListenOptions, 'address' | 'certificate'>,
): Promise<Receiving> {
  const taken: SlackOAuthError[] = []
  for (const redirectUri of redirectUris) {
    const passedOver = taken.map(({ message }) => message)
    if (!reception.listens) return { redirectUri, passedOver }
    const isHere = isLoopback(redirectUri)
    const address = isHere ? addressOf(redirectUri) : reception.tunnelTo
    const certificate =
      isHere && redirectUri.protocol === 'https:'
        ? await reception.certificate(redirectUri)
        : undefined
    const how = { address, ...(certificate && { certificate }) }
    try {
      const listener = await listenForRedirect(redirectUri, { ...optionsFor(redirectUri), ...how })
      return { redirectUri, passedOver, listening: { ...listener, ...how } }
    } catch (error) {
      if (!(error instanceof SlackOAuthError && error.code === 'port_in_use')) throw error
      taken.push(error)
    }
  }
  throw taken[0]
}
