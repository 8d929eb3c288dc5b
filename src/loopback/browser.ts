import { existsSync } from 'node:fs'

type Environment = Readonly<Record<string, string | undefined>>

/** Why no browser can be opened here, in words for a person; nothing where one can. */
export function browserObstacle(
  environment: Environment,
  platform: NodeJS.Platform = process.platform,
): string | undefined {
  const { BROWSER, CI, SSH_CONNECTION, SSH_TTY, DISPLAY, WAYLAND_DISPLAY } = environment
  if (BROWSER === 'none' || BROWSER === 'false') return 'BROWSER says to open none'
  if (CI && CI !== 'false') return 'this is CI'
  if (BROWSER) return undefined
  if (SSH_CONNECTION || SSH_TTY) return 'this is an SSH session'
  if (platform !== 'linux' || environment.WSL_DISTRO_NAME) return undefined
  if (existsSync('/.dockerenv')) return 'this is a container'
  return DISPLAY || WAYLAND_DISPLAY ? undefined : 'there is no display'
}

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
