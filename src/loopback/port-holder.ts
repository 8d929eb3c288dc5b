import { execFile } from 'node:child_process'
import { readdir, readFile, readlink } from 'node:fs/promises'
import { promisify } from 'node:util'

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

async function linuxPortHolder(port: number): Promise<string | undefined> {
  const inodes = (await Promise.all(['/proc/net/tcp', '/proc/net/tcp6'].map(listeners))).flatMap(
    (sockets) => sockets.filter((socket) => socket.port === port).map(({ inode }) => inode),
  )
  const targets = new Set(inodes.map((inode) => `socket:[${inode}]`))
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => [])
    for (const descriptor of descriptors) {
      const target = await readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => '')
      if (!targets.has(target)) continue
      const name = await readFile(`/proc/${pid}/comm`, 'utf8')
      return `${name.trim()} (process ${pid})`
    }
  }
  return undefined
}

/** The listening sockets in a table of the kernel's: `sl local_address rem_address st … inode`. */
async function listeners(table: string): Promise<{ port: number; inode: string }[]> {
  const text = await readFile(table, 'utf8').catch(() => '')
  return text.split('\n').flatMap((line) => {
    const [, local, , state, , , , , , inode] = line.trim().split(/\s+/)
    if (state !== '0A' || local === undefined || inode === undefined) return []
    return [{ port: Number.parseInt(local.split(':').at(-1) ?? '', 16), inode }]
  })
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
