import { existsSync } from 'node:fs'
import type { Environment } from '../base/environment.ts'

/** A launcher that finds no browser says so at once; a browser of its own stays. */
const LAUNCH_MILLISECONDS = 2_000

/** Opens the URL in the user's browser. False where that failed; it is never fatal. */
export async function openBrowser(url: string): Promise<boolean> {
  try {
    const { default: open } = await import('open')
    const launcher = await open(url)
    return await new Promise((resolve) => {
      const timer = setTimeout(resolve, LAUNCH_MILLISECONDS, true)
      timer.unref()
      launcher.once('error', () => resolve(false))
      launcher.once('exit', (code) => {
        clearTimeout(timer)
        resolve(code === 0)
      })
    })
  } catch {
    return false
  }
}

/** What it takes to know where this runs; a test makes its own. */
export interface Machine {
  readonly env: Environment
  readonly platform: NodeJS.Platform
  exists(path: string): boolean
}

/** Where the browser is not on this machine, or cannot be opened from here. */
export interface Obstacle {
  /** For a person: `this is an SSH session`. */
  readonly why: string
  /** What makes a port of this machine one of theirs: a command to copy, or a sentence. */
  readonly forward?: (port: number) => { readonly command: string } | { readonly advice: string }
}

export function thisMachine(env: Environment): Machine {
  return { env, platform: process.platform, exists: existsSync }
}

/**
 * Why no browser can be opened here; nothing where one can. A `BROWSER` that somebody set, as VS Code
 * does over SSH and in dev containers, opens one on their side and forwards the port, too; in a codespace it
 * may be a tab of the web editor, and then localhost is not this machine.
 */
export function browserObstacle({ env, platform, exists }: Machine): Obstacle | undefined {
  const { BROWSER, CI } = env
  if (BROWSER === 'none' || BROWSER === 'false') return { why: 'BROWSER says to open none' }
  if (CI && CI !== 'false') return { why: 'this is CI' }
  if (env.CODESPACES === 'true') return codespace(env)
  if (env.GITPOD_WORKSPACE_ID) return { why: 'this is a Gitpod workspace', forward: byEditor }
  if (BROWSER) return undefined
  if (env.SSH_CONNECTION || env.SSH_TTY) {
    return { why: 'this is an SSH session', forward: (port) => sshForward(env, port) }
  }
  if (env.REMOTE_CONTAINERS || env.DEVCONTAINER) {
    return { why: 'this is a dev container', forward: byEditor }
  }
  if (isContainer(env, exists)) return { why: 'this is a container', forward: containerAdvice }
  if (platform !== 'linux' || isWsl(env)) return undefined
  if (env.DISPLAY || env.WAYLAND_DISPLAY) return undefined
  return { why: 'there is no display' }
}

/** The browser is Windows's, and its localhost reaches us unless that is turned off. */
export function isWsl({ WSL_DISTRO_NAME, WSL_INTEROP }: Environment): boolean {
  return Boolean(WSL_DISTRO_NAME || WSL_INTEROP)
}

/** A toolbox is one for its packages alone: it has the network and the browser of its host. */
function isContainer({ KUBERNETES_SERVICE_HOST }: Environment, exists: Machine['exists']): boolean {
  if (exists('/run/.toolboxenv')) return false
  return exists('/.dockerenv') || exists('/run/.containerenv') || Boolean(KUBERNETES_SERVICE_HOST)
}

/** SSH_CONNECTION: client address and port, server address and port (sshd, "Environment"). */
function sshForward(env: Environment, port: number): { command: string } {
  const [, , host = '', sshPort = ''] = (env.SSH_CONNECTION ?? '').split(' ')
  const user = env.USER || env.LOGNAME || 'USER'
  // What it holds ends on a terminal to be copied into a shell
  const safe = (text: string, instead: string) => (/^\w[\w.:@%-]*$/.test(text) ? text : instead)
  const to = `${safe(user, 'USER')}@${safe(host, 'HOST')}`
  const other = /^\d+$/.test(sshPort) && sshPort !== '22' ? `-p ${sshPort} ` : ''
  return { command: `ssh -N ${other}-L ${port}:localhost:${port} ${to}` }
}

function codespace({ CODESPACE_NAME: name = '' }: Environment): Obstacle {
  const codespaceName = /^[\w-]+$/.test(name) ? ` --codespace ${name}` : ''
  return {
    why: 'this is a codespace',
    forward: (port) => ({
      command: `gh codespace ports forward ${port}:${port}${codespaceName}`,
    }),
  }
}

function byEditor(port: number): { advice: string } {
  return { advice: `Forward port ${port} with the editor on your own machine` }
}

/** Publishing a port reaches an address of the container's own, never its loopback. */
function containerAdvice(): { advice: string } {
  return { advice: 'A published port does not reach it: run the container with --network host' }
}
