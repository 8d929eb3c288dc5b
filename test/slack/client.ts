import assert from 'node:assert/strict'
import { SlackOAuthError } from '../../src/base/errors.ts'
import type { Sandbox } from '../../src/sandbox/sandbox.ts'
import type { ClientCredentials, SlackOptions } from '../../src/slack/client/web-api.ts'
import { firstApp } from '../sandbox/client.ts'

export const NOW = 1_704_164_645.9
export const now = () => NOW

export function slackOf(sandbox: Sandbox): SlackOptions {
  return {
    slackUrl: sandbox.url,
    signal: new AbortController().signal,
    requestTimeoutSeconds: 5,
  }
}

export function credentialsOf(sandbox: Sandbox): ClientCredentials {
  const { clientId, clientSecret } = firstApp(sandbox)
  return { clientId, clientSecret }
}

/** Rejects with this code, and with no secret in anything that may be printed. */
export async function rejectsWith(
  promise: Promise<unknown>,
  { code, message, hint }: { code: string; message?: RegExp; hint?: RegExp },
): Promise<void> {
  await assert.rejects(promise, (error) => {
    assert.ok(error instanceof SlackOAuthError)
    assert.equal(error.code, code)
    if (message) assert.match(error.message, message)
    if (hint) assert.match(error.hint ?? '', hint)
    const said = `${error.message} ${error.hint} ${error.stack}`
    assert.doesNotMatch(said, /xox[bpe][-.]|sandbox-client-secret/)
    return true
  })
}
