import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import Database from 'better-sqlite3'
import { bot, installation, opened, tempPath } from './fixtures.ts'

test('a token that was replaced or deleted leaves no copy in the pages of the file', async (t) => {
  const path = await tempPath(t)
  const store = await opened(t, path)
  const save = (token: string) =>
    store.installations.save(installation({ bot: bot({ token }), user: { id: 'U1' } }))
  /** The log is in the file as well then. */
  const bytes = () => {
    const db = new Database(path)
    db.pragma('wal_checkpoint(truncate)')
    db.close()
    return readFileSync(path, 'latin1')
  }
  await save('xoxb-the-first')
  assert.match(bytes(), /xoxb-the-first/)
  await save('xoxb-the-second')
  assert.doesNotMatch(bytes(), /xoxb-the-first/)
  assert.match(bytes(), /xoxb-the-second/)
  await store.installations.deleteBot({ teamId: 'T111' })
  assert.doesNotMatch(bytes(), /xoxb-/)
})
