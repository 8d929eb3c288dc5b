// Prints the man page, made from --help: `npm run build:man` puts it into dist/slack-oauth.1.
// The macros are those of man(7), which groff and mandoc both take.
import { VERSION } from '../../src/version.js'
import { type Described, describedCommands, programHelp } from './commands.js'

const SECRETS: readonly (readonly [name: string, text: string])[] = [
  [
    'SLACK_CLIENT_SECRET, SLACK_CLIENT_SECRET_FILE',
    "the app's client secret, or a file that holds it. There is no such option: the process list would show it",
  ],
  [
    'SLACK_SIGNING_SECRET, SLACK_SIGNING_SECRET_FILE',
    'the signing secret of serve, or a file that holds it',
  ],
  [
    'SLACK_CONFIG_TOKEN, SLACK_CONFIG_TOKEN_FILE',
    'the app configuration token of manifest, or a file that holds it',
  ],
  ['HTTPS_PROXY, ALL_PROXY, NO_PROXY', 'the proxy by which Slack is asked'],
  ['NO_COLOR', 'no colour'],
  ['ACCESSIBLE', 'for a screen reader: lines in the place of what moves'],
]

export async function manPage(date: string): Promise<string> {
  const commands = await describedCommands()
  const [, exitCodes = ''] = (await programHelp()).split('\nExit codes:\n')
  return `${[
    `.TH SLACK\\-OAUTH 1 "${date}" "slack\\-oauth ${VERSION}" "User Commands"`,
    '.SH NAME',
    'slack\\-oauth \\- install Slack apps and get their tokens, from the terminal',
    '.SH SYNOPSIS',
    '.B slack\\-oauth',
    '.I command',
    '.RI [ options ]',
    '.SH DESCRIPTION',
    text(
      "One command goes through Slack's consent page and back; the tokens land in one SQLite file that every script, CI job and app reads. Standard output is data, everything said to a person goes to standard error.",
    ),
    '.SH COMMANDS',
    ...commands.flatMap(section),
    '.SH ENVIRONMENT',
    text(
      'An option beats the environment, the environment beats an env file, and that the default.',
    ),
    ...[...settings(commands), ...SECRETS].flatMap(item),
    '.SH EXIT STATUS',
    ...preformatted(exitCodes.trimEnd().split('\n')),
    '.SH FILES',
    ...item([
      'installations.db',
      'the store, in the data folder of the platform ($XDG_DATA_HOME/slack-oauth, ~/.local/share/slack-oauth on Linux)',
    ]),
  ].join('\n')}\n`
}

function section({ name, usage, description, options, examples, more }: Described): string[] {
  return [
    `.SS ${escaped(name)}`,
    text(description),
    '.PP',
    `.B slack\\-oauth ${escaped(usage)}`,
    ...options.flatMap(({ flags, description: what, argChoices, defaultValue }) => {
      const isTold = ['string', 'number'].includes(typeof defaultValue)
      const values = argChoices ? ` (one of ${argChoices.join(', ')})` : ''
      return item([flags, `${what}${values}${isTold ? ` (default: ${defaultValue})` : ''}`])
    }),
    '.PP',
    'Examples:',
    '.PP',
    ...preformatted(examples),
    ...(more ? ['.PP', text(more)] : []),
  ]
}

/** The variables that stand for an option, as the options tell. */
function settings(commands: readonly Described[]): readonly (readonly [string, string])[] {
  const found = new Map<string, string>()
  for (const { long, description } of commands.flatMap(({ options }) => options)) {
    const [, name] = /\((SLACK_[A-Z_]+)/.exec(description) ?? []
    if (name && long && !found.has(name)) found.set(name, `stands for ${long}`)
  }
  return [...found]
}

function item([term, what]: readonly [string, string]): string[] {
  return ['.TP', `.B ${escaped(term)}`, text(what)]
}

function preformatted(lines: readonly string[]): string[] {
  return ['.RS 4', '.nf', ...lines.map((line) => text(line)), '.fi', '.RE']
}

/** One sentence a line, and none that begins with what roff takes for its own. */
function text(words: string): string {
  return escaped(words)
    .replace(/\n+/g, '\n')
    .replace(/^(?=\.)/gm, '\\&')
}

/** What roff has a meaning or a nicer shape for, as it is: an example has to be good to copy. */
const CHARACTERS: Readonly<Record<string, string>> = {
  '\\': '\\e',
  '-': '\\-',
  "'": '\\(aq',
  '`': '\\(ga',
  '^': '\\(ha',
  '~': '\\(ti',
  '…': '\\[u2026]',
}

function escaped(words: string): string {
  return words.replace(/[\\\-'`^~…]/g, (character) => CHARACTERS[character] ?? character)
}

if (process.argv[1] === import.meta.filename) {
  // https://reproducible-builds.org/specs/source-date-epoch/
  const seconds = Number(process.env.SOURCE_DATE_EPOCH ?? Date.now() / 1000)
  process.stdout.write(await manPage(new Date(seconds * 1000).toISOString().slice(0, 10)))
}
