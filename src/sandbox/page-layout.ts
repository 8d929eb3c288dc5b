import { css } from './page-style.js'

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** For text and for quoted attributes; everything on a page that came from outside goes through. */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? character)
}

/** `main` is HTML, `title` is text. Every page says that this is not Slack. */
export function layout(title: string, main: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)} · Slack sandbox</title>
<style>${css}</style>
</head>
<body>
<header class="note"><strong>Sandbox.</strong> This is not Slack: it runs on this machine, and its
workspaces and tokens are made up.</header>
<main>
${main}
</main>
</body>
</html>
`
}

/** The page on which Slack keeps a person when it refuses an authorize URL. */
export function refusalPage(word: string, explanation: string): string {
  return layout(
    'Something went wrong',
    `<h1>Something went wrong</h1>
<p>${escapeHtml(explanation)}</p>
<p class="soft end">Error: <code>${escapeHtml(word)}</code></p>`,
  )
}
