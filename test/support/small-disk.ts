import { execFileSync } from 'node:child_process'
import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import { mkdtemp, rmdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'

/** A folder on a disk of 256 KiB; skips where none can be mounted. */
export async function smallDisk(t: TestContext): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'slack-oauth-disk-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'none', folder], { stdio: 'ignore' })
  } catch {
    await rmdir(folder)
    t.skip('needs the right to mount a small disk')
    return undefined
  }
  t.after(async () => {
    execFileSync('umount', ['--lazy', folder])
    await rmdir(folder)
  })
  return folder
}

/** Until nothing more fits. */
export function fill(folder: string): void {
  for (const size of [65_536, 4096, 512]) {
    try {
      for (let each = 0; ; each++) {
        writeFileSync(join(folder, `ballast-${size}-${each}`), Buffer.alloc(size))
      }
    } catch {}
  }
}

/** Takes out what {@link fill} put in. */
export function makeRoom(folder: string): void {
  for (const name of readdirSync(folder)) {
    if (name.startsWith('ballast-')) rmSync(join(folder, name))
  }
}
