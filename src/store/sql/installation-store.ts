import { SlackOAuthError } from '../../base/errors.ts'
import type { Installation } from '../../slack/installation.ts'
import type {
  DamagedInstallation,
  InstallationFilter,
  InstallationQuery,
  InstallationStore,
} from '../installation-store.ts'
import type { Dialect, SqlDatabase } from './database.ts'
import { deleteBot, deleteInstallation, deleteUserGrant } from './delete.ts'
import { type Cursor, listPage, START } from './list.ts'
import { findBot, findInstallation } from './lookup.ts'
import { merge } from './merge.ts'
import { inStoredPlace, moveWorkspace } from './move-workspace.ts'
import { exactPlaces, isThere, nextPlace, type PlaceColumns, placesFor, toPlace } from './place.ts'
import { replaceGrant } from './replace-grant.ts'
import { save } from './save.ts'
import type { Steps } from './steps.ts'

/**
 * The tables of the Python SDK's own stores, in whichever database.
 *
 * @param app the client ID whose installations to find; all apps in the database where it is absent
 */
export function sqlInstallationStore(db: SqlDatabase, app: string | undefined): InstallationStore {
  /** Undefined where the query is for another app than the store's. */
  const ofApp = <Q extends { readonly clientId?: string }>(query: Q): Q | undefined =>
    app === undefined
      ? query
      : (query.clientId ?? app) === app
        ? { ...query, clientId: app }
        : undefined
  const assertOfApp = ({ clientId }: { readonly clientId: string }) => {
    if (app === undefined || clientId === app) return
    throw new SlackOAuthError('usage', `The store was opened for the app ${app}`, {
      hint: `Open one for ${clientId}`,
    })
  }

  async function find<T>(
    query: InstallationQuery,
    at: (dialect: Dialect, place: PlaceColumns) => Steps<T | undefined>,
  ): Promise<T | undefined> {
    const wanted = ofApp(query)
    if (wanted === undefined) return undefined
    return db.read(function* (dialect) {
      for (const place of yield* placesFor(dialect, wanted)) {
        const found = yield* at(dialect, place)
        if (found !== undefined) return found
      }
      return undefined
    })
  }

  async function remove(
    query: InstallationQuery,
    at: (dialect: Dialect, place: PlaceColumns) => Steps<void>,
  ): Promise<void> {
    const wanted = ofApp(query)
    if (wanted === undefined) return
    await db.write(function* (dialect) {
      for (const place of yield* exactPlaces(dialect, wanted)) yield* at(dialect, place)
    })
  }

  return {
    async save(installation) {
      assertOfApp(installation)
      await db.write(function* (dialect) {
        yield* moveWorkspace(dialect, installation)
        yield* save(dialect, installation)
      })
    },

    async merge(installations) {
      const all: Installation[] = []
      for await (const each of installations) {
        assertOfApp(each)
        all.push(each)
      }
      return db.write(function* (dialect) {
        const given: Installation[] = []
        for (const each of all) given.push(yield* inStoredPlace(dialect, each))
        return yield* merge(dialect, given)
      })
    },

    findInstallation: (query) =>
      find(query, (dialect, place) => findInstallation(dialect, place, query.userId)),

    findBot: (query) => find(query, (dialect, place) => findBot(dialect, place)),

    findPlace: (query) =>
      find(query, function* (dialect, place) {
        return (yield* isThere(dialect, place)) ? toPlace(place) : undefined
      }),

    async replaceGrant(key, previous, next) {
      assertOfApp(key)
      return db.write((dialect) => replaceGrant(dialect, key, previous, next))
    },

    deleteBot: (query) => remove(query, (dialect, place) => deleteBot(dialect, place)),

    deleteUserGrant: (query) =>
      remove(query, (dialect, place) => deleteUserGrant(dialect, place, query.userId)),

    deleteInstallation: (query) =>
      remove(query, (dialect, place) => deleteInstallation(dialect, place, query.userId)),

    deleteAll: (query) =>
      remove(query, function* (dialect, place) {
        yield* deleteBot(dialect, place)
        yield* deleteInstallation(dialect, place, undefined)
      }),

    async *list(filter: InstallationFilter = {}, onDamaged = fail) {
      const wanted = ofApp(filter)
      if (wanted === undefined) return
      for (let after: Cursor | undefined = START; after !== undefined; ) {
        const from: Cursor = after
        const page = await db.read((dialect) => listPage(dialect, wanted, from))
        page.damaged.forEach(onDamaged)
        yield* page.installations
        after = page.next
      }
    },

    async *places(filter: InstallationFilter = {}) {
      const wanted = ofApp(filter)
      let after: PlaceColumns | undefined = START
      while (wanted !== undefined) {
        const from: PlaceColumns = after
        after = await db.read((dialect) => nextPlace(dialect, wanted, from))
        if (after === undefined) return
        yield toPlace(after)
      }
    },
  }
}

function fail({ error }: DamagedInstallation): never {
  throw error
}
