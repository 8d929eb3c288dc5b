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

/** Opens the URL in the user's browser. False where that did not even start; it is never fatal. */
export async function openBrowser(url: string): Promise<boolean> {
  // The browser inherits this process's environment, and lives on: it need not know the secret
  delete process.env.SLACK_CLIENT_SECRET
  try {
    const { default: open } = await import('open')
    const browser = await open(url)
    browser.on('error', () => {})
    return true
  } catch {
    return false
  }
}
