import { type Keys, KeyWanted } from '../encryption/key-ring.ts'
import { isSealed, keyIdOf, openValue, sealValue } from '../encryption/sealed-value.ts'
import type { Dialect, SqlDatabase } from './database.ts'
import type { Secrets } from './secret-columns.ts'
import { first, rows, type Steps } from './steps.ts'

// A store is sealed when slack_oauth_encryption says by which key. Every change looks there first, in its
// own transaction, since another process may have sealed the store meanwhile. A value says itself by
// which key it opens: programs that know nothing of it may have written others in the clear.

/** The id of the key that a store is sealed with; undefined for one in the clear. */
export function* sealingKeyId({ canBeSealed }: Dialect): Steps<string | undefined> {
  if (!canBeSealed) return undefined
  const row = yield* first('select key_id from slack_oauth_encryption where id = 1')
  return row && String(row.key_id)
}

/** From now on, with this key; undefined for in the clear. */
export function* setSealingKeyId(keyId: string | undefined): Steps<void> {
  yield* rows('delete from slack_oauth_encryption')
  if (keyId === undefined) return
  yield* rows('insert into slack_oauth_encryption (id, key_id) values (1, @keyId)', { keyId })
}

/**
 * A database whose secrets are opened as they are read, and sealed as they are written where the store
 * is sealed. What needs a key fails without it, having changed nothing.
 *
 * @param warn hears once of a secret in the clear that a sealed store has
 */
export function sealingDatabase(
  db: SqlDatabase,
  keys: Keys,
  warn?: (message: string) => void,
): SqlDatabase {
  let hasLooked = warn === undefined
  let hasWarned = false
  const warnOnce = () => {
    if (!hasWarned) warn?.(CLEAR)
    hasWarned = true
  }
  return {
    dialect: db.dialect,
    read: (work) =>
      withKeys(keys, () =>
        db.read(function* (dialect) {
          const keyId = hasLooked ? undefined : yield* sealingKeyId(dialect)
          const secrets = secretsOf(keys, undefined, keyId === undefined ? () => {} : warnOnce)
          const found = yield* work({ ...dialect, secrets })
          if (keyId === undefined) hasLooked = true
          return found
        }),
      ),
    write: (work) =>
      withKeys(keys, () =>
        db.write(function* (dialect) {
          const secrets = secretsOf(keys, yield* sealingKeyId(dialect), () => {})
          return yield* work({ ...dialect, secrets })
        }),
      ),
  }
}

const CLEAR =
  'A program that cannot seal has stored a token in the clear: slack-oauth encrypt seals it'

/** Opens what is sealed, and seals with one key; what was sealed is again, also where no table says so. */
export function secretsOf(keys: Keys, keyId: string | undefined, foundClear: () => void): Secrets {
  let sealing = keyId
  return {
    open(value, name) {
      if (!isSealed(value)) {
        foundClear()
        return value
      }
      const id = keyIdOf(value)
      sealing ??= id
      return openValue(keys.get(id), value, name())
    },
    seal: (secret, name) =>
      sealing === undefined ? secret : sealValue(keys.get(sealing), secret, name),
  }
}

/** Runs work again when a key that it lacked has been loaded: no transaction waits for a keychain. */
export async function withKeys<T>(keys: Keys, work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof KeyWanted)) throw error
      await keys.load(error.keyId)
    }
  }
}
