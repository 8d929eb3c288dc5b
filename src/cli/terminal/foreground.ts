import { readFileSync } from 'node:fs'

/**
 * Whether this process is in the foreground of its terminal: one in the background is stopped when it
 * reads from there. Nothing where the platform does not tell; Linux does.
 */
export function isInForeground(): boolean | undefined {
  try {
    const status = readFileSync('/proc/self/stat', 'utf8')
    // proc(5): pid (name) state ppid pgrp session tty_nr tpgid …, and the name may hold brackets
    const [, , group, , , foreground] = status.slice(status.lastIndexOf(')') + 2).split(' ')
    return group === foreground
  } catch {
    return undefined
  }
}
