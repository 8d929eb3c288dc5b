// `slack-oauth install` with somebody at the browser, for a sandbox that answers without a page: whatever
// authorize URL the command prints is opened. Arguments: the built command line, then its own.
import { spawn } from 'node:child_process'

const [bin, ...args] = process.argv.slice(2)
const child = spawn(process.execPath, [bin, ...args], { stdio: ['inherit', 'inherit', 'pipe'] })
let said = ''
let isOpened = false
child.stderr.setEncoding('utf8').on('data', (text) => {
  process.stderr.write(text)
  said += text
  const [url] = /^http\S+\/authorize\?\S+$/m.exec(said) ?? []
  if (url === undefined || isOpened) return
  isOpened = true
  fetch(url)
})
child.once('close', (code) => {
  process.exitCode = code ?? 1
})
