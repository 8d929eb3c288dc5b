import * as v from 'valibot'

// For what must not be refused for a field that is not needed, or that has another form than Slack documents: a
// signed request, and an answer that has granted tokens. Such a field counts as absent.

/** A field of any form, or none, and what is made of it. */
function any<T>(read: (value: unknown) => T) {
  return v.optional(v.pipe(v.unknown(), v.transform(read)), null)
}

/** A text. */
export const text = any((value) => (typeof value === 'string' ? value : undefined))

/** Whether a flag is set, which Slack sends as text in forms and has sent as text in JSON (slackapi/bolt-js#741). */
export function isSet(value: unknown): boolean {
  return value === true || value === 'true' || value === 1 || value === '1'
}

/** A flag; one that is absent is not set. */
export const flag = any(isSet)

/** Unix time, as a number or its digits. */
export const time = any((value) => {
  const seconds = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  return typeof seconds === 'number' && Number.isFinite(seconds) ? seconds : undefined
})

/** The texts of a list; none of what is no list. */
export const texts = any((value): string[] =>
  Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [],
)

/** An object with these fields; absent where it is something else. */
export function fields<const E extends v.ObjectEntries>(entries: E) {
  const schema = v.object(entries)
  return any((value) => parsed(schema, value))
}

/** As {@link fields}, for an object with an id: a text stands for the object with that id. */
export function identified<const E extends v.ObjectEntries>(entries: E) {
  const schema = v.object(entries)
  return any((value) => parsed(schema, typeof value === 'string' ? { id: value } : value))
}

/** Those of a list that are of a schema; none of what is no list. */
export function listOf<const S extends v.GenericSchema>(schema: S) {
  return any((value): v.InferOutput<S>[] =>
    (Array.isArray(value) ? value : []).flatMap((each: unknown) => {
      const { success, output } = v.safeParse(schema, each)
      return success ? [output] : []
    }),
  )
}

function parsed<S extends v.GenericSchema>(
  schema: S,
  value: unknown,
): v.InferOutput<S> | undefined {
  const { success, output } = v.safeParse(schema, value)
  return success ? output : undefined
}
