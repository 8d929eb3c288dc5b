import { openConsentForm } from './consent-form.ts'
import type { Running } from './temp-cli.ts'

export interface Seen {
  readonly status: number
  /** Where the browser ended up. */
  readonly url: string
  readonly html: string
}

/** The authorize URL that a command without a browser prints, alone on its line. */
export async function printedUrl(command: Running): Promise<string> {
  const [url] = await command.waitFor(
    /^http:\/\/\S+\/(oauth\/v2|openid\/connect)\/authorize\?\S+$/m,
  )
  return url
}

/** Where Slack sends a person who fills in its consent form. */
export async function consent(url: string, picks: Record<string, string> = {}): Promise<string> {
  const form = await openConsentForm(url)
  const answer = await form.submit({ decision: 'allow', ...picks })
  const location = answer.headers.get('location')
  if (location === null) throw new Error(`Slack did not redirect: ${await answer.text()}`)
  return location
}

/** A person who opens the printed URL, decides, and looks at the page they end on. */
export async function decide(command: Running, picks: Record<string, string> = {}): Promise<Seen> {
  return look(await consent(await printedUrl(command), picks))
}

export async function look(url: string): Promise<Seen> {
  const response = await fetch(url)
  return { status: response.status, url: response.url, html: await response.text() }
}
