import { InvalidArgumentError } from 'commander'

export interface ServeAddress {
  /** Undefined for this machine alone, by either family. */
  readonly host?: string
  readonly port: number
}

/** `8910`, `localhost:8910`, `127.0.0.1:8910`, `[::1]:8910`, `0.0.0.0:8910`. */
export function serveAddress(value: string): ServeAddress {
  const [, host, digits] = /^(?:(\[[\da-f:.]+\]|[\w.-]+):)?(\d{1,5})$/i.exec(value.trim()) ?? []
  const port = Number(digits)
  if (digits === undefined || port > 65_535) {
    throw new InvalidArgumentError('It takes a port, or an address and a port: 127.0.0.1:8910.')
  }
  if (host === undefined || host === 'localhost') return { port }
  return { host: host.replace(/^\[|\]$/g, ''), port }
}

export function isLoopbackHost(host: string): boolean {
  return host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
}
