// Two processes that write to one file for a minute: two of ours, then one of ours beside one that writes
// as Slack's Python SDK does, in the files of either. Ends non-zero where one installation is missing.
//   npm run bench -- writers
import { after, test } from 'node:test'
import { openStore } from '../../src/store/open-store.ts'
import { tempPath } from '../store/fixtures.ts'
import { createTables } from '../store/python-sdk.ts'
import { writersLoseNothing } from '../store/writers.ts'

const SECONDS = Number(process.env.SLACK_OAUTH_BENCH_SECONDS ?? 60)

const table: string[] = []
after(() => console.log(table.join('\n')))

const pairs = [
  ['slack-oauth', 'slack-oauth'],
  ['slack-oauth', 'python-sdk'],
] as const

for (const [first, second] of pairs) {
  for (const journal of ['wal', 'rollback'] as const) {
    const what = `${first} and ${second}, journal ${journal}`
    test(`${what}: nothing is lost`, async (t) => {
      const path = await tempPath(t)
      if (journal === 'rollback') createTables(path)
      else await (await openStore(path)).close()
      const results = await writersLoseNothing(t, path, [first, second], SECONDS)
      const counts = (of: 'saved' | 'refused') => results.map((each) => each[of]).join(' + ')
      table.push(
        `${what}: ${counts('saved')} saved, 0 lost; ${counts('refused')} refused as locked`,
      )
    })
  }
}
