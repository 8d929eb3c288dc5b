#!/usr/bin/env node
const { existsSync, statSync } = require('node:fs')
const { enableCompileCache } = require('node:module')
const { join } = require('node:path')

// Node 22.8 and later keep what V8 makes of the code, and V8 runs whatever lies there. So it lies beside the
// code, by and for its owner alone: Node leaves to the umask who may write into its folders
if (enableCompileCache && statSync(__dirname).uid === (process.getuid?.() ?? 0)) {
  const umask = process.umask(0o077)
  enableCompileCache(join(__dirname, '../.cache'))
  process.umask(umask)
}

const args = process.argv.slice(2)
const isQuick = [undefined, '-h', '--help', '-v', '--version', 'token'].includes(args[0])

async function start() {
  if (isQuick && (await require('../dist/quick.cjs').answer(args))) return
  await require('../dist/cli.cjs').run()
}

start().catch((error) => {
  if (existsSync(join(__dirname, '../dist'))) throw error
  process.stderr.write('error: This clone of slack-oauth is not built yet (usage)\n')
  process.stderr.write(`hint: cd ${join(__dirname, '..')} && npm ci && npm run build\n`)
  process.exitCode = 2
})
