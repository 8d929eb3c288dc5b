import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { type IncomingHttpHeaders, request } from 'node:http'
import { createServer } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'

/** Why there can be none here, aloud; the tests then fail where all of them are required. */
export const skipTls =
  spawnSync('openssl', ['version']).status === 0 || process.env.SLACK_OAUTH_REQUIRE_ALL_TESTS
    ? false
    : 'openssl is not installed'

export interface HttpsSlack {
  readonly port: number
  /** The certificate authority, for NODE_EXTRA_CA_CERTS. */
  readonly ca: string
}

/**
 * TLS for `https://slack.test` in front of a sandbox, by a certificate authority that nobody trusts
 * unless told to. The name does not resolve: a proxy leads there.
 */
export async function httpsSlack(
  t: TestContext,
  sandboxUrl: string,
  changed: (headers: IncomingHttpHeaders) => IncomingHttpHeaders = (headers) => headers,
): Promise<HttpsSlack> {
  const { key, cert, ca } = certificates()
  const sandbox = new URL(sandboxUrl)
  const server = createServer({ key, cert }, (incoming, outgoing) => {
    const inner = request(
      {
        host: sandbox.hostname.replace(/^\[|\]$/g, ''),
        port: sandbox.port,
        path: incoming.url,
        method: incoming.method,
        headers: { ...incoming.headers, host: sandbox.host },
      },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 500, changed(answer.headers))
        answer.pipe(outgoing)
      },
    )
    inner.on('error', () => outgoing.destroy())
    incoming.pipe(inner)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  return { port: typeof address === 'object' && address ? address.port : 0, ca }
}

let made: { key: Buffer; cert: Buffer; ca: string } | undefined

/** Made once in a process, and gone with it. */
function certificates(): { key: Buffer; cert: Buffer; ca: string } {
  if (made) return made
  const folder = mkdtempSync(join(tmpdir(), 'slack-oauth-tls-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const file = (name: string) => join(folder, name)
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'pipe' })
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  const ca = ['-keyout', file('ca.key'), '-out', file('ca.pem'), '-subj', '/CN=Test authority']
  openssl('req', '-x509', ...key, ...ca, '-days', '2')
  const leaf = ['-keyout', file('key.pem'), '-out', file('cert.pem'), '-subj', '/CN=slack.test']
  const signed = ['-CA', file('ca.pem'), '-CAkey', file('ca.key'), '-days', '2']
  openssl('req', '-x509', ...key, ...leaf, ...signed, '-addext', 'subjectAltName=DNS:slack.test')
  const chain = Buffer.concat([readFileSync(file('cert.pem')), readFileSync(file('ca.pem'))])
  made = { key: readFileSync(file('key.pem')), cert: chain, ca: file('ca.pem') }
  return made
}
