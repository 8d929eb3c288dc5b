import { execFile } from 'node:child_process'
import { readdir, readFile, readlink } from 'node:fs/promises'
import { createServer } from 'node:net'
import { promisify } from 'node:util'
import { errorCode } from '../base/errors.ts'
import { LOOPBACK_ADDRESSES } from './listen-address.ts'

/**
 * Who listens on a port of this machine, as "node (process 4711)"; nothing where the platform does
 * not tell, or the process is another user's.
 */
export async function portHolder(port: number): Promise<string | undefined> {
  try {
    if (process.platform === 'linux') return await linuxPortHolder(port)
    if (process.platform === 'darwin') return await lsofPortHolder(port)
  } catch {
    // It is a courtesy: whatever goes wrong here, the port is in use all the same
  }
  return undefined
}

/**
 * Whether a connection to us comes from another user of this machine. Linux alone tells; root may be
 * a relay, as for the browser of a Windows host, and reads everything anyway.
 */
export async function isFromOtherUser(peerPort: number, ourPort: number): Promise<boolean> {
  const ourUser = process.getuid?.()
  if (process.platform !== 'linux' || ourUser === undefined) return false
  const peer = (await linuxSockets()).find(
    ({ localPort, remotePort }) => localPort === peerPort && remotePort === ourPort,
  )
  return peer !== undefined && peer.user !== ourUser && peer.user !== 0
}

async function linuxPortHolder(port: number): Promise<string | undefined> {
  const holders = (await linuxSockets()).filter(
    ({ localPort, state }) => state === LISTEN && localPort === port,
  )
  const targets = new Set(holders.map(({ inode }) => `socket:[${inode}]`))
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => [])
    for (const descriptor of descriptors) {
      const target = await readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => '')
      if (!targets.has(target)) continue
      const name = (await readFile(`/proc/${pid}/comm`, 'utf8')).trim()
      const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
      const isOurs = /slack-oauth(\.cjs)?\0/.test(line)
      return `${isOurs ? 'another slack-oauth' : name} (process ${pid})`
    }
  }
  return undefined
}

const LISTEN = '0A'

interface LinuxSocket {
  readonly localPort: number
  readonly remotePort: number
  readonly state: string
  readonly user: number
  readonly inode: string
}

/** The kernel's tables of TCP sockets: `sl local remote st tx:rx tr:when retrnsmt uid timeout inode`. */
async function linuxSockets(): Promise<LinuxSocket[]> {
  const tables = ['/proc/net/tcp', '/proc/net/tcp6']
  const texts = await Promise.all(tables.map((table) => readFile(table, 'utf8').catch(() => '')))
  const port = (address: string) => Number.parseInt(address.split(':').at(-1) ?? '', 16)
  return texts.flatMap((text) =>
    text.split('\n').flatMap((line) => {
      const [, local, remote, state, , , , user, , inode] = line.trim().split(/\s+/)
      if (!local || !remote || !state || !inode) return []
      return [
        { localPort: port(local), remotePort: port(remote), state, user: Number(user), inode },
      ]
    }),
  )
}

async function lsofPortHolder(port: number): Promise<string | undefined> {
  const run = promisify(execFile)
  const { stdout } = await run('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc'], {
    timeout: 2_000,
  })
  const pid = /^p(\d+)$/m.exec(stdout)?.[1]
  const name = /^c(.+)$/m.exec(stdout)?.[1]
  return pid && name ? `${name} (process ${pid})` : undefined
}

/** How a port is on one of this machine's own addresses; `absent` where there is no such address. */
export interface PortState {
  readonly address: string
  readonly state: 'free' | 'taken' | 'forbidden' | 'absent'
}

/** Whether a port could be listened on, on both loopback addresses, and who has it. */
export async function portStates(
  port: number,
): Promise<{ readonly states: readonly PortState[]; readonly holder: string | undefined }> {
  // One after the other: both at once may be one socket to some systems
  const states: PortState[] = []
  for (const address of LOOPBACK_ADDRESSES) {
    states.push({ address, state: await stateOf(port, address) })
  }
  const isTaken = states.some(({ state }) => state === 'taken')
  return { states, holder: isTaken ? await portHolder(port) : undefined }
}

async function stateOf(port: number, host: string): Promise<PortState['state']> {
  const server = createServer()
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen({ port, host, exclusive: true }, resolve)
    })
    await new Promise((resolve) => server.close(resolve))
    return 'free'
  } catch (error) {
    const code = errorCode(error)
    if (code === 'EADDRINUSE') return 'taken'
    return code === 'EACCES' ? 'forbidden' : 'absent'
  }
}
