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

/** What a person sees at an authorize URL, and can send back. */
export interface ConsentForm {
  readonly status: number
  readonly headers: Headers
  readonly html: string
  /** Every field as a browser would send it, before anybody touches one. */
  readonly fields: Readonly<Record<string, string>>
  /** Sends the form; `changes` are what the person picked. Redirects are not followed. */
  submit(changes: Record<string, string>): Promise<Response>
}

export async function openConsentForm(url: string | URL): Promise<ConsentForm> {
  const response = await fetch(url, { redirect: 'manual' })
  const html = await response.text()
  const fields = { ...hiddenFields(html), ...tickedBoxes(html), ...selectedOptions(html) }
  return {
    status: response.status,
    headers: response.headers,
    html,
    fields,
    submit(changes) {
      const [, action = ''] = /<form method="post" action="([^"]*)">/.exec(html) ?? []
      const body = new URLSearchParams({ ...fields, ...changes })
      return fetch(new URL(action, url), { method: 'POST', body, redirect: 'manual' })
    },
  }
}

function hiddenFields(html: string): Record<string, string> {
  const inputs = html.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g)
  return Object.fromEntries([...inputs].map(([, name, value]) => [name, unescapeHtml(value ?? '')]))
}

function tickedBoxes(html: string): Record<string, string> {
  const boxes = html.matchAll(/<input type="checkbox" name="([^"]*)" value="([^"]*)" checked>/g)
  return Object.fromEntries([...boxes].map(([, name, value]) => [name, unescapeHtml(value ?? '')]))
}

function selectedOptions(html: string): Record<string, string> {
  const selects = html.matchAll(/<select id="[^"]*" name="([^"]*)">(.*?)<\/select>/gs)
  return Object.fromEntries(
    [...selects].map(([, name, options = '']) => {
      const chosen = /value="([^"]*)" selected/.exec(options) ?? /value="([^"]*)"/.exec(options)
      return [name, unescapeHtml(chosen?.[1] ?? '')]
    }),
  )
}

function unescapeHtml(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&')
}
