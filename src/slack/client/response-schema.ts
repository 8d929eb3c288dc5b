import * as v from 'valibot'
import { unexpectedResponse } from './web-api.ts'

/** A field that Slack leaves out or sends as null where there is nothing to say. */
export const absent = <const S extends v.GenericSchema>(schema: S) => v.nullish(schema)

/**
 * What a method answered, once it holds what Slack documents.
 *
 * @throws SlackOAuthError `unexpected_response` that names the field, never its value
 */
export function parseAnswer<const S extends v.GenericSchema>(
  schema: S,
  body: unknown,
  method: string,
): v.InferOutput<S> {
  const parsed = v.safeParse(schema, body)
  if (parsed.success) return parsed.output
  const path = v.getDotPath(parsed.issues[0]) ?? 'the body'
  throw unexpectedResponse(method, `lacks what Slack documents: ${path}`)
}
