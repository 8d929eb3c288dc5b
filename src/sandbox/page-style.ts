/** Named by its hash in the Content-Security-Policy, hence one constant and no inline styles. */
export const css = `
:root {
  color-scheme: light dark;
  --page: #f4f3f1; --card: #ffffff; --text: #1d1c1d; --soft: #57545a; --line: #d8d5d2;
  --field: #8a868c; --go: #007a5a; --go-text: #ffffff; --note: #fff3cd; --note-text: #5a4300;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #131416; --card: #1f2124; --text: #f2f1f0; --soft: #b6b3b8; --line: #3a3d42;
    --field: #84888f; --go: #2bac76; --go-text: #06180f; --note: #41360f; --note-text: #ffe9a8;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--page); color: var(--text);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
}
.note {
  margin: 0; padding: .6rem 1rem; background: var(--note); color: var(--note-text);
  text-align: center;
}
main {
  max-width: 35rem; margin: 2rem auto; padding: 2rem; background: var(--card);
  border: 1px solid var(--line); border-radius: .75rem; overflow-wrap: anywhere;
}
h1 { margin: 0 0 1rem; font-size: 1.5rem; line-height: 1.25; }
h2 { margin: 1.5rem 0 .25rem; font-size: 1.05rem; }
h3 { margin: .75rem 0 .25rem; font-size: 1rem; }
p { margin: .5rem 0; }
ul { margin: .25rem 0; padding-left: 1.25rem; }
code { font: .9em ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
.soft { color: var(--soft); }
label { display: block; margin: 1.25rem 0 .35rem; font-weight: 600; }
select {
  width: 100%; min-height: 2.75rem; padding: .4rem .6rem; font: inherit; color: inherit;
  background: var(--card); border: 1px solid var(--field); border-radius: .4rem;
}
.buttons { display: flex; flex-wrap: wrap; gap: .75rem; margin-top: 1.75rem; }
button {
  flex: 1 1 8rem; min-height: 2.75rem; padding: .5rem 1.25rem; font: inherit; font-weight: 700;
  color: inherit; background: none; border: 1px solid var(--field); border-radius: .4rem;
  cursor: pointer;
}
button.go { color: var(--go-text); background: var(--go); border-color: var(--go); }
:focus-visible { outline: 3px solid #1d7fd1; outline-offset: 2px; }
dt { margin-top: .75rem; font-weight: 600; }
dd { margin: 0; }
@media (max-width: 40rem) {
  main { margin: 0; padding: 1.25rem; border-width: 1px 0; border-radius: 0; }
}
`
