import { test } from 'node:test'
import { postgresForTests, skip } from '../support/postgres.js'
import { sharedStoreContract, storeContract } from './contract.js'
import { opened } from './fixtures.js'

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
