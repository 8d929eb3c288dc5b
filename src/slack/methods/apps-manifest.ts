import * as v from 'valibot'
import type { SlackOAuthError } from '../../base/errors.ts'
import { absent, parseAnswer } from '../client/response-schema.ts'
import { callSlack, type SlackCall, type SlackOptions } from '../client/web-api.ts'
import type { Manifest } from '../manifest/manifest.ts'
import { invalidManifest } from '../manifest/rules.ts'

/** Ids and secrets go into an env file, where blanks, quotes or # would end them. */
const word = v.pipe(v.string(), v.regex(/^[\w.-]+$/))

const created = v.object({
  app_id: word,
  credentials: v.object({ client_id: word, client_secret: word, signing_secret: absent(word) }),
})

/** An app that was just made, with its secrets. */
export interface CreatedApp {
  readonly appId: string
  readonly clientId: string
  readonly clientSecret: string
  readonly signingSecret?: string
}

/**
 * Makes an app. Never tried again after a fault: it would be a second one.
 *
 * @param configToken an app configuration token, `xoxe.xoxp-…`, which lives twelve hours
 * @throws SlackOAuthError `invalid_manifest` with what Slack says of it; `token_expired`; and as
 *   {@link callSlack}
 * @see https://docs.slack.dev/reference/methods/apps.manifest.create
 */
export async function createApp(
  manifest: Manifest,
  configToken: string,
  options: SlackOptions,
): Promise<CreatedApp> {
  const method = 'apps.manifest.create'
  const body = await callSlack(
    { ...manifestCall(method, manifest, configToken), retries: 0 },
    options,
  )
  const { app_id: appId, credentials } = parseAnswer(created, body, method)
  return {
    appId,
    clientId: credentials.client_id,
    clientSecret: credentials.client_secret,
    ...(credentials.signing_secret && { signingSecret: credentials.signing_secret }),
  }
}

/**
 * Asks Slack whether it would take a manifest.
 *
 * @throws SlackOAuthError as {@link createApp}
 * @see https://docs.slack.dev/reference/methods/apps.manifest.validate
 */
export async function validateManifest(
  manifest: Manifest,
  configToken: string,
  options: SlackOptions,
): Promise<void> {
  const method = 'apps.manifest.validate'
  await callSlack({ ...manifestCall(method, manifest, configToken), retries: 2 }, options)
}

function manifestCall(
  method: string,
  manifest: Manifest,
  token: string,
): Omit<SlackCall, 'retries'> {
  return {
    method,
    parameters: { manifest: JSON.stringify(manifest) },
    authorization: { token },
    refused: (word, body) =>
      word === 'invalid_manifest' ? refusedManifest(method, body) : undefined,
  }
}

const refusals = v.object({
  errors: v.array(v.object({ message: v.string(), pointer: absent(v.string()) })),
})

function refusedManifest(method: string, body: unknown): SlackOAuthError {
  const parsed = v.safeParse(refusals, body)
  const problems = parsed.success ? parsed.output.errors : []
  return invalidManifest(
    `Slack answered "invalid_manifest" (${method})`,
    problems.map(({ message, pointer }) => ({ pointer: pointer ?? '', message })),
  )
}
