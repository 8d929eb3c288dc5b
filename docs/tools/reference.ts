// Writes what the documents say of the commands: `npm run docs`. A test holds that it was run.
import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type Described, describedCommands } from './commands.ts'

const ROOT = resolve(import.meta.dirname, '../..')

/** The documents that are made, or of which a part is made, as they should be. */
export async function documents(): Promise<ReadonlyMap<string, string>> {
  const commands = await describedCommands()
  return new Map([
    [join('docs', 'reference.md'), reference(commands)],
    ['README.md', withTable(readFileSync(join(ROOT, 'README.md'), 'utf8'), commands)],
  ])
}

function reference(commands: readonly Described[]): string {
  return [
    '# Commands and options',
    'Made from the commands themselves by `npm run docs`; `slack-oauth COMMAND --help` says the same. What ' +
      'options are called in the environment, and what stands where they are left out, is in ' +
      '[options.md](options.md).',
    commands.map(({ name }) => `[${name}](#${name})`).join(' · '),
    ...commands.map(section),
    '',
  ].join('\n\n')
}

function section({ name, description, usage, options, examples, more }: Described): string {
  const rows = options.map(
    ({ flags, description, defaultValue, argChoices }) =>
      `| \`${flags}\` | ${cell([description, choices(argChoices), given(defaultValue)].filter(Boolean).join('. '))} |`,
  )
  return [
    `## ${name}`,
    description,
    `\`\`\`text\nslack-oauth ${usage}\n\`\`\``,
    ['| option | |', '|---|---|', ...rows].join('\n'),
    `\`\`\`sh\n${examples.join('\n')}\n\`\`\``,
    more,
  ]
    .filter(Boolean)
    .join('\n\n')
}

function choices(values: readonly string[] | undefined): string {
  return values ? `One of ${values.map((value) => `\`${value}\``).join(', ')}` : ''
}

function given(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? `Default: \`${value}\`` : ''
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;')
}

function withTable(readme: string, commands: readonly Described[]): string {
  const rows = commands.map(
    ({ name, summary }) => `| [\`${name}\`](docs/reference.md#${name}) | ${summary} |`,
  )
  const table = ['| command | what it does |', '|---|---|', ...rows].join('\n')
  return readme.replace(
    /(<!-- commands: made by npm run docs -->\n)[\s\S]*?(\n<!-- end -->)/,
    (_, begin, end) => `${begin}${table}${end}`,
  )
}

if (process.argv[1] === import.meta.filename) {
  for (const [path, text] of await documents()) writeFileSync(join(ROOT, path), text)
}
