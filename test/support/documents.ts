import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

export const ROOT = resolve(import.meta.dirname, '../..')

/** What people read, by its path in the repository. */
export const documents: ReadonlyMap<string, string> = new Map(
  [
    'README.md',
    'ARCHITECTURE.md',
    'CONTRIBUTING.md',
    'SECURITY.md',
    'CHANGELOG.md',
    ...['docs', 'docs/security'].flatMap((folder) =>
      readdirSync(join(ROOT, folder))
        .filter((name) => name.endsWith('.md'))
        .map((name) => `${folder}/${name}`),
    ),
  ].map((path) => [path, readFileSync(join(ROOT, path), 'utf8')]),
)

export interface Block {
  readonly document: string
  /** `sh`, `console`, `js` and the like. */
  readonly language: string
  readonly text: string
}

export const blocks: readonly Block[] = [...documents].flatMap(([document, text]) =>
  [...text.matchAll(/^( *)```(\w+)\n([\s\S]*?)^\1```$/gm)].map(
    ([, indent = '', language = '', body = '']) => ({
      document,
      language,
      text: body.replace(new RegExp(`^${indent}`, 'gm'), ''),
    }),
  ),
)
