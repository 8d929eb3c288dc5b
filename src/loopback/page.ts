import { createHash } from 'node:crypto'

/** What a page of ours says to the person in the browser. Never a code, a state or a token. */
export interface PageContent {
  readonly tone: 'success' | 'failure' | 'notice'
  readonly title: string
  readonly paragraphs: readonly string[]
  /** The command to go back to in the terminal. */
  readonly command: string
}

const STYLE = `
:root { color-scheme: light dark; --ink: #1d1c1d; --soft: #5a595b; --paper: #fff; --ground: #f6f3ee;
  --line: #dcd8d0; --mark: #1264a3 }
.success { --mark: #007a5a }
.failure { --mark: #c01343 }
@media (prefers-color-scheme: dark) {
  :root { --ink: #f3f1ee; --soft: #b9b6b1; --paper: #232529; --ground: #17181b; --line: #3d4046;
    --mark: #6bb1ea }
  .success { --mark: #4cc79a }
  .failure { --mark: #ff7d9b }
}
* { box-sizing: border-box }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem;
  background: var(--ground); color: var(--ink);
  font: 1.0625rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif }
main { width: 100%; max-width: 34rem; padding: clamp(1.25rem, 6vw, 2.5rem); background: var(--paper);
  border: 1px solid var(--line); border-top: .375rem solid var(--mark); border-radius: .75rem }
h1 { margin: 0 0 1rem; font-size: 1.5rem; line-height: 1.25; overflow-wrap: anywhere }
h1 span { color: var(--mark) }
p { margin: 0 0 1rem; overflow-wrap: anywhere }
p:last-child { margin: 0; padding-top: 1rem; border-top: 1px solid var(--line); color: var(--soft) }
code { padding: .1em .35em; border: 1px solid var(--line); border-radius: .35em;
  font: .9375em ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; color: var(--ink) }
`

const MARKS = { success: '✓', failure: '✕', notice: '•' }

/** The page: no script, no picture, nothing loaded from anywhere. */
export function renderPage({ tone, title, paragraphs, command }: PageContent): string {
  const body = paragraphs.map((paragraph) => `<p>${escapeHtml(paragraph)}</p>`).join('\n')
  return `<!doctype html>
<html lang="en" class="${tone}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)} · slack-oauth</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1><span aria-hidden="true">${MARKS[tone]}</span> ${escapeHtml(title)}</h1>
${body}
<p>You can close this tab and return to <code>${escapeHtml(command)}</code> in your terminal.</p>
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
