import { createHash } from 'node:crypto'

/** What a page of ours says to the person in the browser. Never a code, a state or a token. */
export interface PageContent {
  readonly tone: 'success' | 'failure' | 'notice'
  readonly title: string
  readonly paragraphs: readonly string[]
  /** The command to go back to in the terminal; absent for a person who is at no terminal. */
  readonly command?: string
  /** A link that is the one thing to do here. */
  readonly action?: { readonly label: string; readonly url: string }
}

const STYLE = `
:root { color-scheme: light dark; --ink: #1d1c1d; --soft: #5a595b; --paper: #fff; --ground: #f6f3ee;
  --line: #dcd8d0; --code: #f6f3ee; --mark: #1264a3 }
.success { --mark: #007a5a }
.failure { --mark: #c01343 }
@media (prefers-color-scheme: dark) {
  :root { --ink: #f3f1ee; --soft: #b9b6b1; --paper: #232529; --ground: #17181b; --line: #3d4046;
    --code: #17181b; --mark: #6bb1ea }
  .success { --mark: #4cc79a }
  .failure { --mark: #ff7d9b }
}
* { box-sizing: border-box }
body { margin: 0; min-height: 100vh; display: grid; align-items: center; padding: 1rem;
  background: var(--ground); color: var(--ink);
  font: 1.0625rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif }
main { width: 100%; max-width: 36rem; margin: 0 auto 8vh; padding: clamp(1.5rem, 7vw, 2.75rem);
  background: var(--paper); border: 1px solid var(--line); border-radius: .875rem;
  overflow-wrap: anywhere }
svg { display: block; width: 3rem; height: 3rem; margin: 0 0 1.25rem; fill: none;
  stroke: var(--mark); stroke-width: 1.75; stroke-linecap: round; stroke-linejoin: round }
h1 { margin: 0 0 .75rem; font-size: 1.625rem; line-height: 1.25; letter-spacing: -.01em;
  text-wrap: balance }
p { margin: .75rem 0; text-wrap: pretty }
p.end { margin: 1.75rem 0 0; padding-top: 1.25rem; border-top: 1px solid var(--line);
  color: var(--soft); font-size: 1rem }
code { display: inline-block; padding: 0 .4em; background: var(--code); border-radius: .35em;
  font: .9375em/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; color: var(--ink) }
a { display: inline-block; margin: .75rem 0 0; padding: .625rem 1.25rem; border-radius: .5rem;
  background: var(--mark); color: var(--paper); font-weight: 700; text-decoration: none }
a:focus-visible { outline: 3px solid var(--mark); outline-offset: 3px }
`

const MARKS = {
  success: '<circle cx="12" cy="12" r="10"/><path d="m7.5 12.5 3 3 6-6.5"/>',
  failure: '<circle cx="12" cy="12" r="10"/><path d="m8.5 8.5 7 7m0-7-7 7"/>',
  notice: '<circle cx="12" cy="12" r="10"/><path d="M12 11v5.5M12 7.5v.01"/>',
}

/** The page: no script, nothing loaded from anywhere; the picture is part of it. */
export function renderPage({ tone, title, paragraphs, command, action }: PageContent): string {
  const body = paragraphs.map((paragraph) => `<p>${asText(paragraph)}</p>`)
  if (action) body.push(`<a href="${escapeHtml(action.url)}">${asText(action.label)}</a>`)
  if (command !== undefined) {
    const name = `<code>${escapeHtml(command)}</code>`
    body.push(`<p class="end">You can close this tab and return to ${name} in your terminal.</p>`)
  }
  return `<!doctype html>
<html lang="en" class="${tone}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)} · slack-oauth</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<svg viewBox="0 0 24 24" aria-hidden="true">${MARKS[tone]}</svg>
<h1>${asText(title)}</h1>
${body.join('\n')}
</main>
</body>
</html>
`
}

/** For every answer of the loopback server: nothing runs, loads, frames, leaks onward or is kept. */
export const PAGE_HEADERS = {
  'Content-Type': 'text/html; charset=utf-8',
  'Content-Security-Policy': `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cache-Control': 'no-store',
} as const

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character)
}

const RTL =
  '\\p{Script=Hebrew}\\p{Script=Arabic}\\p{Script=Syriac}\\p{Script=Thaana}\\p{Script=Nko}'

/** From the first to the last letter of a name that is written from right to left. */
const RIGHT_TO_LEFT = new RegExp(`[${RTL}](?:[${RTL}\\p{M}\\p{N}\\p{P}\\s]*[${RTL}])?`, 'gu')

/**
 * Text with names from outside in it: none of them turns the words around it, neither by its letters
 * (https://unicode.org/reports/tr9/) nor by characters that do nothing else.
 */
function asText(text: string): string {
  const visible = text.replace(/[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g, '')
  return escapeHtml(visible).replace(RIGHT_TO_LEFT, '<bdi>$&</bdi>')
}
