import { request } from 'node:http'

export interface RawAnswer {
  readonly status: number
  readonly headers: Record<string, string | string[] | undefined>
  readonly body: string
}

/**
 * One HTTP request with any method, Host and target, none of which fetch would let through.
 *
 * @param how.headers as names and values in turn, where a name is to be there twice
 */
export function rawRequest(
  origin: string,
  target: string,
  {
    method = 'GET',
    headers = {},
  }: { method?: string; headers?: Record<string, string> | readonly string[] } = {},
): Promise<RawAnswer> {
  const { hostname, port } = new URL(origin)
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        hostname: hostname.replace(/^\[|\]$/g, ''),
        port,
        path: target,
        method,
        headers,
        agent: false,
      },
      (response) => {
        let body = ''
        response.setEncoding('utf8').on('data', (text: string) => {
          body += text
        })
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
        )
        response.on('error', reject)
      },
    )
    sent.on('error', reject)
    sent.end()
  })
}
