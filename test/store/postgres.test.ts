import { test } from 'node:test'
import { postgresForTests, skip } from '../support/postgres.ts'
import { sharedStoreContract, storeContract } from './contract.ts'
import { opened } from './fixtures.ts'

const server = postgresForTests()

if (skip) test('a store in PostgreSQL', { skip }, () => {})
else {
  storeContract('PostgreSQL', async (t, options) => {
    const url = await server.store(t)
    const [writer, reader] = [await opened(t, url, options), await opened(t, url, options)]
    return { writer, reader }
  })

  sharedStoreContract(
    'PostgreSQL',
    async (t) => {
      const location = await server.store(t)
      return { location, store: await opened(t, location) }
    },
    20,
  )
}
