// Prints the man page, made from --help: `npm run build:man` puts it into dist/slack-oauth.1.
// The macros are those of man(7), which groff and mandoc both take.
import type { Option } from 'commander'
import { VERSION } from '../../src/base/version.ts'
import { type Described, describedCommands, programHelp } from './commands.ts'

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
  ['SLACK_OAUTH_KEY, SLACK_OAUTH_KEY_FILE', 'the key of a sealed store, or a file that holds it'],
  ['HTTPS_PROXY, ALL_PROXY, NO_PROXY', 'the proxy by which Slack is asked'],
  ['NO_COLOR, CLICOLOR=0', 'no colour; FORCE_COLOR=1 or CLICOLOR_FORCE=1: also in a pipe'],
  ['ACCESSIBLE', 'for a screen reader: lines in the place of what moves'],
]

export async function manPage(date: string): Promise<string> {
  const commands = await describedCommands()
  const shared = sharedOptions(commands)
  const [, exitCodes = ''] = (await programHelp()).split('\nExit codes:\n')
  return `${[
    `.TH SLACK\\-OAUTH 1 "${date}" "slack\\-oauth ${VERSION}" "User Commands"`,
    // An option that is broken, or pulled apart, cannot be copied or searched for
    '.nh',
    '.ad l',
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
    ...commands.flatMap((command) => section(command, shared)),
    '.SH COMMON OPTIONS',
    text('These mean the same to each command that has them.'),
    ...[...shared.values()].flatMap(optionItem),
    '.SH ENVIRONMENT',
    text(
      'An option beats the environment, the environment beats an env file, and that beats the default.',
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

function section(command: Described, shared: ReadonlyMap<string, Option>): string[] {
  const { name, usage, description, options, examples, more } = command
  const isShared = (option: Option) => shared.has(identity(option))
  const also = options
    .filter(isShared)
    .flatMap(({ long }) => (long === '--help' ? [] : (long ?? [])))
  return [
    `.SS ${escaped(name)}`,
    text(description),
    '.PP',
    `.B slack\\-oauth ${escaped(usage)}`,
    ...options.filter((option) => !isShared(option)).flatMap(optionItem),
    ...(also.length > 0 ? ['.PP', text(`Common options: ${also.join(', ')}`)] : []),
    '.PP',
    'Examples:',
    '.PP',
    ...preformatted(examples),
    ...(more ? ['.PP', text(more)] : []),
  ]
}

function optionItem({ flags, description, argChoices, defaultValue }: Option): string[] {
  const isTold = ['string', 'number'].includes(typeof defaultValue)
  const values = argChoices ? ` (one of ${argChoices.join(', ')})` : ''
  return item([flags, `${description}${values}${isTold ? ` (default: ${defaultValue})` : ''}`])
}

/** From so many commands on, an option is told once. */
const MANY = 4

/** The options that many commands have, and that mean the same to all of them. */
function sharedOptions(commands: readonly Described[]): ReadonlyMap<string, Option> {
  const all = commands.flatMap(({ options }) => options)
  const count = (option: Option) =>
    all.filter((other) => identity(other) === identity(option)).length
  return new Map(
    all.filter((option) => count(option) >= MANY).map((option) => [identity(option), option]),
  )
}

const identity = ({ flags, description, defaultValue }: Option) =>
  JSON.stringify([flags, description, defaultValue])

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
  return ['.RS 4', '.nf', ...lines.map((line) => broken(escaped(line), ' \\\n')), '.fi', '.RE']
}

/** Lines that are filled: none begins with what roff takes for its own. */
function text(words: string): string {
  const lines = words.split(/\n+/).map((line) => broken(escaped(line), '\n'))
  return lines.join('\n').replace(/^(?=\.)/gm, '\\&')
}

/** Source in lines of 80 bytes at most, as mandoc asks for. */
function broken(source: string, separator: string): string {
  let [lines, line] = ['', '']
  for (const word of source.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`
    if (longer.length <= 78) {
      line = longer
      continue
    }
    lines += line + separator
    line = word
  }
  return lines + line
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
