#!/usr/bin/env node
const [first = '--help'] = process.argv.slice(2)
const isQuick = ['token', '-h', '--help', '-v', '--version'].includes(first)
require(isQuick ? '../dist/token.cjs' : '../dist/cli.cjs').run()
