#!/usr/bin/env node
const args = process.argv.slice(2)
const isQuick = [undefined, '-h', '--help', '-v', '--version', 'token'].includes(args[0])
const answered = isQuick ? require('../dist/quick.cjs').answer(args) : Promise.resolve(false)
answered.then((isDone) => isDone || require('../dist/cli.cjs').run())
