import type { Command } from 'commander'
import { SlackOAuthError } from '../../base/errors.ts'
import type { Reception } from '../../flows/authorize/redirect-receiver.ts'
import { DEFAULT_LISTEN, parseListenAddress } from '../../loopback/listen-address.ts'
import { isLoopback } from '../../slack/authorize/redirect-uri.ts'
import type { Context } from '../context.ts'
import { notEmpty } from '../options/argument-parsers.ts'
import { dataFolder } from '../settings/environment.ts'

/** How the redirect comes to this machine. */
export interface ReceptionFlags {
  readonly listen?: string
  readonly cert?: string
  readonly key?: string
  readonly paste?: true
  readonly qr?: true
}

export function withReception(command: Command): Command {
  return command
    .option(
      '--listen <address>',
      `where a tunnel leads to, for a redirect URI of another host (default: ${DEFAULT_LISTEN})`,
      notEmpty,
    )
    .option('--cert <file>', 'certificate for https://localhost, in PEM', notEmpty)
    .option('--key <file>', 'its private key', notEmpty)
    .option('--paste', 'listen nowhere: you paste the address that the browser ends on')
    .option('--qr', 'show the URL as a QR code, too, for a phone')
}

/**
 * What the options say of it. The certificate is read or made when a redirect URI needs one.
 *
 * @throws SlackOAuthError `usage` for what does not fit the redirect URIs
 */
export function receptionFor(
  { env, now }: Context,
  flags: ReceptionFlags,
  redirectUris: readonly URL[],
): Reception {
  const { listen, cert, key, paste } = flags
  if (paste && (listen ?? cert ?? key) !== undefined) {
    throw new SlackOAuthError('usage', 'With --paste nothing listens', {
      hint: 'Leave out --listen, --cert and --key, or --paste',
    })
  }
  if ((cert === undefined) !== (key === undefined)) {
    throw new SlackOAuthError('usage', '--cert and --key go together', {
      hint: 'Name both files, or neither for a certificate that is made for localhost',
    })
  }
  if (listen !== undefined && redirectUris.every(isLoopback)) {
    throw new SlackOAuthError('usage', '--listen is for a redirect URI of another host', {
      hint: 'One of this machine is received at its own port: name that with --redirect-uri',
    })
  }
  if (cert !== undefined && !redirectUris.some(isHttpsHere)) {
    throw new SlackOAuthError('usage', '--cert is for a redirect URI on https://localhost', {
      hint: 'Name one with --redirect-uri, as it is registered; a tunnel has a certificate of its own',
    })
  }
  return {
    listens: !paste,
    tunnelTo: parseListenAddress(listen ?? DEFAULT_LISTEN),
    async certificate(redirectUri) {
      const { localhostCertificate } = await import('../../loopback/certificate/localhost.ts')
      const files = cert !== undefined && key !== undefined ? { files: { cert, key } } : {}
      return localhostCertificate({ ...files, env, now, folder: await dataFolder() }, redirectUri)
    },
  }
}

function isHttpsHere(redirectUri: URL): boolean {
  return redirectUri.protocol === 'https:' && isLoopback(redirectUri)
}
