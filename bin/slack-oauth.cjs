#!/usr/bin/env node
const { enableCompileCache } = require('node:module')
const { join } = require('node:path')

// Node 22.8 and later keep what V8 makes of the code: here, where nobody can write who cannot change the code.
// Node leaves to the umask who may write into its folders, and V8 runs whatever lies there
const umask = process.umask(0o077)
enableCompileCache?.(join(__dirname, '../.cache'))
process.umask(umask)

const args = process.argv.slice(2)
const isQuick = [undefined, '-h', '--help', '-v', '--version', 'token'].includes(args[0])
const answered = isQuick ? require('../dist/quick.cjs').answer(args) : Promise.resolve(false)
answered.then((isDone) => isDone || require('../dist/cli.cjs').run())
