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
/** Named by its hash in the Content-Security-Policy, hence one constant and no inline styles. */
export const css = `
:root {
  color-scheme: light dark;
  --page: #f6f3ee; --card: #fff; --text: #1d1c1d; --soft: #5a595b; --line: #dcd8d0;
  --field: #8a868c; --go: #007a5a; --go-text: #fff; --note: #fff3cd; --note-text: #5a4300;
  --focus: #1264a3;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #17181b; --card: #232529; --text: #f3f1ee; --soft: #b9b6b1; --line: #3d4046;
    --field: #84888f; --go: #2bac76; --go-text: #06180f; --note: #41360f; --note-text: #ffe9a8;
    --focus: #6bb1ea;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--page); color: var(--text);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
}
.note {
  padding: .6rem 1.25rem; background: var(--note); color: var(--note-text); font-size: .9375rem;
  text-align: center; text-wrap: balance;
}
main {
  max-width: 36rem; margin: 2rem auto; padding: 2.25rem 2.5rem 2rem; background: var(--card);
  border: 1px solid var(--line); border-radius: .875rem; overflow-wrap: anywhere;
}
h1 {
  margin: 0; font-size: 1.625rem; line-height: 1.25; letter-spacing: -.01em; text-wrap: balance;
}
h2 { margin: 1.75rem 0 .5rem; font-size: 1rem; }
h3 { margin: 1rem 0 .25rem; font-size: 1rem; font-weight: 400; }
p { margin: .75rem 0 0; text-wrap: pretty; }
ul { margin: .5rem 0 0; padding: 0; list-style: none; }
li + li { margin-top: .25rem; }
code { font: .875em/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
pre { margin: .75rem 0 0; font: .875em/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; white-space: pre-wrap; }
.scopes { display: flex; flex-wrap: wrap; gap: .4rem; }
.scopes li { margin: 0; padding: .1rem .6rem; background: var(--page); border-radius: .4rem; }
a { color: var(--focus); }
.soft, dt { color: var(--soft); }
label { display: block; margin: 1.5rem 0 .5rem; font-weight: 700; }
select, button, input:not([type]), textarea {
  min-height: 2.75rem; font: inherit; border: 1px solid var(--field); border-radius: .5rem;
}
select, input:not([type]), textarea {
  width: 100%; padding: .4rem .6rem; color: inherit; background: var(--card);
}
textarea { font: .875em/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
fieldset { margin: 1.5rem 0 0; padding: 0; border: 0; }
legend { padding: 0; font-weight: 700; }
.choice { display: flex; align-items: center; gap: .6rem; min-height: 2.75rem; margin: 0; font-weight: 400; }
.choice input { flex: none; width: 1.25rem; height: 1.25rem; margin: 0; accent-color: var(--go); }
.buttons { display: flex; flex-wrap: wrap; gap: .75rem; margin-top: 2rem; }
button {
  flex: 1 1 7rem; padding: .5rem 1.25rem; font-weight: 700; color: inherit; background: none;
  cursor: pointer;
}
button.go { color: var(--go-text); background: var(--go); border-color: var(--go); }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
.end { margin-top: 1.75rem; padding-top: 1.25rem; border-top: 1px solid var(--line); font-size: .9375rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; margin: 0; }
dd { grid-column: 2; margin: 0; }
@media (max-width: 38rem) {
  body { background: var(--card); }
  main { margin: 0; padding: 1.75rem 1.25rem; border: 0; }
  dl { display: block; }
  dd { margin-bottom: .5rem; }
}
`
