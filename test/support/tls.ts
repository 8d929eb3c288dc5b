import { request } from 'node:https'
import { connect, type PeerCertificate, type SecureVersion } from 'node:tls'

/** What a server shows to a client that trusts `ca`, or nobody. */
export function handshake(
  port: number,
  options: { host?: string; ca?: string; version?: SecureVersion } = {},
): Promise<{ authorized: boolean; protocol: string | null; certificate: PeerCertificate }> {
  const { host = '127.0.0.1', ca, version } = options
  const only = version && { minVersion: version, maxVersion: version, ciphers: 'ALL:@SECLEVEL=0' }
  const rest = { servername: 'localhost', rejectUnauthorized: false, ...(ca && { ca }), ...only }
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host, ...rest }, () => {
      resolve({
        authorized: socket.authorized,
        protocol: socket.getProtocol(),
        certificate: socket.getPeerCertificate(),
      })
      socket.destroy()
    })
    socket.once('error', reject)
  })
}

/** A browser that was told to go on: follows the redirects of one server, whoever signed for it. */
export function lookOverTls(url: string): Promise<{ status: number; url: string; html: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { rejectUnauthorized: false, agent: false }, (response) => {
      const { location } = response.headers
      if (location !== undefined) {
        response.resume()
        lookOverTls(new URL(location, url).href).then(resolve, reject)
        return
      }
      let html = ''
      response.setEncoding('utf8').on('data', (text: string) => {
        html += text
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, url, html }))
    })
    sent.once('error', reject)
    sent.end()
  })
}
