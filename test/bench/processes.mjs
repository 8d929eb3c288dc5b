// For the benchmarks of whole processes: what else the machine does hits each of them alike.
import { spawnSync } from 'node:child_process'
import { availableParallelism, cpus } from 'node:os'

/** Without what alone adds 50 ms or more to each start of Node 20. */
export const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env

/** Milliseconds of each command line of `commands`, in turns. Each has to end well. */
export function timed(commands, runs, { cwd } = {}) {
  const times = Object.fromEntries(Object.keys(commands).map((name) => [name, []]))
  for (let run = 0; run <= runs; run++) {
    for (const [name, [file, ...args]] of Object.entries(commands)) {
      const start = process.hrtime.bigint()
      const { status, stderr } = spawnSync(file, args, {
        cwd,
        env,
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      if (status !== 0) throw new Error(`${name}: exit ${status}\n${stderr}`)
      // The first round only warms the disk cache
      if (run > 0) times[name].push(Number(process.hrtime.bigint() - start) / 1e6)
    }
  }
  return times
}

export const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]

/** What the figures are of. */
export function machine() {
  const [{ model } = { model: process.arch }] = cpus()
  return `Node ${process.versions.node}, ${process.platform}, ${availableParallelism()} cores (${model.trim()})`
}
