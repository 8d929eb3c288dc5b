import type { Database } from 'better-sqlite3'
import { SlackOAuthError } from '../../errors.js'
import type { InstallationQuery, InstallationStore } from '../installation-store.js'
import type { StoreFile } from './database.js'
import { deleteBot, deleteInstallation } from './delete.js'
import {
  currentBot,
  currentRows,
  exactPlaces,
  findInstallation,
  type Place,
  placeOf,
  places,
  withBot,
} from './lookup.js'
import { migrate } from './migrations.js'
import { installationOf } from './rows.js'
import { save } from './save.js'

/**
 * The tables of the Python SDK's `SQLite3InstallationStore`.
 *
 * @param clientId whose installations to find; all apps in the file where it is absent
 */
export function sqliteInstallationStore(
  file: StoreFile,
  clientId: string | undefined,
): InstallationStore {
  const remove = (query: InstallationQuery, work: (db: Database, place: Place) => void) =>
    file.use((db) =>
      db
        .transaction(() => {
          for (const place of exactPlaces(db, clientId, query)) work(db, place)
        })
        .immediate(),
    )
  return {
    deleteBot: (query) => remove(query, deleteBot),
    deleteInstallation: (query) =>
      remove(query, (db, place) => deleteInstallation(db, place, query.userId)),
    deleteAll: (query) =>
      remove(query, (db, place) => {
        deleteBot(db, place)
        deleteInstallation(db, place, undefined)
      }),

    save: (installation) =>
      file.use((db) => {
        if (clientId !== undefined && installation.clientId !== clientId) {
          throw new SlackOAuthError('usage', `The store was opened for the app ${clientId}`, {
            hint: `Open one for ${installation.clientId}`,
          })
        }
        migrate(db, file.path)
        db.transaction(() => save(db, installation)).immediate()
      }),

    findInstallation: (query) =>
      file.use((db) =>
        firstOf(places(db, clientId, query), (place) => findInstallation(db, place, query.userId)),
      ),

    findBot: (query) =>
      file.use((db) => firstOf(places(db, clientId, query), (place) => currentBot(db, place))),

    async *list(filter = {}) {
      const rows = await file.use((db) =>
        clientId === undefined || (filter.clientId ?? clientId) === clientId
          ? currentRows(db, { ...filter, ...(clientId !== undefined && { clientId }) })
          : [],
      )
      for (const row of rows) {
        const bot = await file.use((db) => currentBot(db, placeOf(row)))
        yield withBot(installationOf(row), bot)
      }
    },
  }
}

function firstOf<T, R>(items: readonly T[], find: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const found = find(item)
    if (found !== undefined) return found
  }
  return undefined
}
