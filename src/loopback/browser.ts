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
