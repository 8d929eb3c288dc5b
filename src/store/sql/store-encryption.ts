import type { Keys } from '../encryption/key-ring.ts'
import { isSealed, keyIdOf, sealValue } from '../encryption/sealed-value.ts'
import type { StoreEncryption } from '../store.ts'
import type { Dialect, SqlDatabase } from './database.ts'
import { sealingKeyId, secretsOf, setSealingKeyId, withKeys } from './encrypting-database.ts'
import { placeColumns } from './place.ts'
import { type Secrets, type SecretTable, secretColumns, secretName } from './secret-columns.ts'
import { first, type Row, rows, type Steps } from './steps.ts'

/** As many rows as are held in memory at a time. */
const PAGE = 500

const tables: readonly SecretTable[] = ['slack_installations', 'slack_bots']

/** Sealing and opening all of a store, each in one transaction. */
export function sqlEncryption(db: SqlDatabase, keys: Keys): StoreEncryption {
  return {
    keyId: () => db.read((dialect) => sealingKeyId(dialect)),

    clearSecrets: () => db.read(() => countClear()),

    seal: (key) =>
      withKeys(keys, () =>
        db.write(function* (dialect) {
          const changed = yield* rewrite(dialect, (value, name) => {
            if (isSealed(value) && keyIdOf(value) === key.id) return value
            const secret = secretsOf(keys, undefined, () => {}).open(value, name)
            return sealValue(key, secret, name())
          })
          yield* setSealingKeyId(key.id)
          return changed
        }),
      ),

    unseal: () =>
      withKeys(keys, () =>
        db.write(function* (dialect) {
          const { open } = secretsOf(keys, undefined, () => {})
          const changed = yield* rewrite(dialect, open)
          yield* setSealingKeyId(undefined)
          return changed
        }),
      ),
  }
}

/** Every secret of every row, the history of a Python app too; answers how many are others now. */
function* rewrite({ hasOwnTables }: Dialect, next: Secrets['open']): Steps<number> {
  let changed = hasOwnTables ? yield* rewriteWebhooks(next) : 0
  for (const table of tables) {
    for (let after = 0; ; ) {
      const page: readonly Row[] = yield* rows(
        `select * from ${table} where id > @after order by id limit ${PAGE}`,
        { after },
      )
      for (const row of page) changed += yield* rewriteRow(table, row, next)
      if (page.length < PAGE) break
      after = Number(page.at(-1)?.id)
    }
  }
  return changed
}

/** Few installations have more than one, so that all of them are held in memory. */
function* rewriteWebhooks(next: Secrets['open']): Steps<number> {
  let changed = 0
  for (const row of yield* rows('select * from slack_oauth_details where webhooks is not null')) {
    const key = { ...placeColumns(row), userId: String(row.user_id) }
    const value = String(row.webhooks)
    const webhooks = next(value, () => secretName(key, 'webhooks'))
    if (webhooks === value) continue
    yield* rows(
      `update slack_oauth_details set webhooks = @webhooks
       where client_id = @clientId and enterprise_id = @enterpriseId and team_id = @teamId and user_id = @userId`,
      { ...key, webhooks },
    )
    changed++
  }
  return changed
}

function* rewriteRow(table: SecretTable, row: Row, next: Secrets['open']): Steps<number> {
  const owner = { ...placeColumns(row), userId: String(row.user_id ?? '') }
  const values: Record<string, string> = {}
  for (const column of secretColumns[table]) {
    const value = row[column]
    if (typeof value !== 'string' || value === '') continue
    const other = next(value, () => secretName(owner, column))
    if (other !== value) values[column] = other
  }
  const columns = Object.keys(values)
  if (columns.length === 0) return 0
  yield* rows(
    `update ${table} set ${columns.map((column) => `${column} = @${column}`).join(', ')} where id = @id`,
    { ...values, id: row.id },
  )
  return columns.length
}

/** How many secrets anyone who reads the database can read. */
export function* countClear(): Steps<number> {
  let count = 0
  for (const table of tables) {
    const each = secretColumns[table].map(
      (column) => `count(case when ${column} <> '' and ${column} not like 'soe_.%' then 1 end)`,
    )
    const row = yield* first(`select ${each.join(' + ')} as clear from ${table}`)
    count += Number(row?.clear ?? 0)
  }
  return count
}
