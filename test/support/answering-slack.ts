import { createServer } from 'node:http'
import type { TestContext } from 'node:test'

/**
 * A server that answers every request alike, also to methods that the sandbox does not have; only
 * the discovery document of OpenID Connect is what it should be.
 */
export async function answeringSlack(
  t: TestContext,
  body: unknown,
  { status = 200, headers = {} }: { status?: number; headers?: Record<string, string> } = {},
): Promise<string> {
  let origin = ''
  const server = createServer((request, response) => {
    request.resume()
    const isDiscovery = request.url === '/.well-known/openid-configuration'
    response.writeHead(isDiscovery ? 200 : status, {
      'Content-Type': 'application/json',
      ...headers,
    })
    response.end(JSON.stringify(isDiscovery ? discovery(origin) : body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  origin = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`
  return origin
}

const discovery = (origin: string) => ({
  issuer: origin,
  authorization_endpoint: `${origin}/openid/connect/authorize`,
  token_endpoint: `${origin}/api/openid.connect.token`,
  userinfo_endpoint: `${origin}/api/openid.connect.userInfo`,
  jwks_uri: `${origin}/openid/connect/keys`,
})
