import { createHmac } from 'node:crypto'

/** The headers with which Slack signs a request (Slack, "Verifying requests from Slack"). */
export function signedHeaders(
  body: string,
  { signingSecret, timestamp }: { signingSecret: string; timestamp: number },
): Record<string, string> {
  const base = `v0:${timestamp}:${body}`
  return {
    'x-slack-request-timestamp': String(timestamp),
    'x-slack-signature': `v0=${createHmac('sha256', signingSecret).update(base).digest('hex')}`,
  }
}
