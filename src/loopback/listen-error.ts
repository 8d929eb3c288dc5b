import { errorCode } from '../error-code.js'
import { SlackOAuthError } from '../errors.js'
import { portHolder } from './port-holder.js'

/** What to do instead, by why it cannot be listened. */
export interface ListenHints {
  readonly otherPort: string
  readonly otherAddress: string
  /** Below 1024 a port is not everybody's. */
  readonly higherPort: string
}

/**
 * Why a socket cannot be listened on, in words: `port_in_use` that names, where it can be found out,
 * who holds the port. What is none of that is returned as it is.
 */
export async function listenError(
  error: unknown,
  { port, hosts }: { readonly port: number; readonly hosts: readonly string[] },
  hints: ListenHints,
): Promise<unknown> {
  const refuse = (message: string, hint: string) =>
    new SlackOAuthError('port_in_use', message, { hint, cause: error })
  switch (errorCode(error)) {
    case 'EADDRINUSE': {
      const holder = await portHolder(port)
      const by = holder ? ` by ${holder}` : ''
      return refuse(`Port ${port} is in use${by}`, `Stop that program, or ${hints.otherPort}`)
    }
    // A port below 1024, or on Windows one that the system keeps for itself
    case 'EACCES':
      return refuse(`This user may not listen on port ${port}`, hints.higherPort)
    case 'EADDRNOTAVAIL':
    case 'EAFNOSUPPORT':
    case 'ENOTFOUND':
      return refuse(`This machine has no ${hosts.join(' and no ')}`, hints.otherAddress)
    default:
      return error
  }
}

/** A machine without IPv6, or without IPv4. */
export function isAddressAbsent(error: unknown): boolean {
  return ['EADDRNOTAVAIL', 'EAFNOSUPPORT'].includes(errorCode(error) ?? '')
}
