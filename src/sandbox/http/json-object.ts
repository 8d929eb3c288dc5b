import * as v from 'valibot'

const schema = v.pipe(
  v.string(),
  v.parseJson(),
  // A record schema alone takes an array for one.
  v.check((value) => !Array.isArray(value)),
  v.record(v.string(), v.unknown()),
)

/** The JSON object in `text`, or nothing when it holds anything else. */
export function parseJsonObject(text: string): Record<string, unknown> | undefined {
  const { success, output } = v.safeParse(schema, text)
  return success ? output : undefined
}
