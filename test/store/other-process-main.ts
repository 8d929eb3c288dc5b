import Database from 'better-sqlite3'
import type { Installation } from '../../src/slack/installation.ts'
import type { GrantKey } from '../../src/store/installation-store.ts'
import { openStore } from '../../src/store/open-store.ts'
import { type WriterInput, type Written, write } from './writer.ts'

export interface Reply {
  readonly answer?: unknown
  readonly error?: { readonly message: string; readonly code?: unknown }
}

/** Milliseconds from one state to the next, so that the processes meet at each anew. */
const STEP = 5

const held: Database.Database[] = []

const commands = {
  async ready(_: object): Promise<boolean> {
    return true
  },

  async open({ location, startAt }: { location: string; startAt?: number }): Promise<boolean> {
    while (Date.now() < (startAt ?? 0));
    const store = await openStore(location)
    await store.close()
    return true
  },

  /** Until the process ends. */
  async lock({ location }: { location: string }): Promise<boolean> {
    const db = new Database(location)
    db.exec('begin exclusive; create table held (x)')
    held.push(db)
    return true
  },

  /** Until the process ends. */
  async lockToken({ location, key }: { location: string; key: GrantKey }): Promise<boolean> {
    const store = await openStore(location)
    return (await store.tryLock(key)) !== undefined
  },

  async list({ location }: { location: string }): Promise<Installation[]> {
    const store = await openStore(location, { mustExist: true })
    const found: Installation[] = []
    for await (const each of store.installations.list()) found.push(each)
    await store.close()
    return found
  },

  async save(input: { location: string; installations: Installation[] }): Promise<boolean> {
    const store = await openStore(input.location)
    for (const each of input.installations) await store.installations.save(each)
    await store.close()
    return true
  },

  async write(input: WriterInput): Promise<Written> {
    return write(input)
  },

  async consume(input: { location: string; states: string[]; startAt: number }) {
    const store = await openStore(input.location)
    const results: boolean[] = []
    for (const [round, state] of input.states.entries()) {
      while (Date.now() < input.startAt + round * STEP);
      results.push(await store.states.consume(state))
    }
    await store.close()
    return results
  },
}

export type Commands = typeof commands

async function run(name: keyof Commands, input: never): Promise<Reply> {
  try {
    return { answer: await commands[name](input) }
  } catch (error) {
    const { message, code }: { message: string; code?: unknown } =
      error instanceof Error ? error : new Error(String(error))
    return { error: { message, code } }
  }
}

process.on('message', async ({ name, input }: { name: keyof Commands; input: never }) => {
  process.send?.(await run(name, input))
})
