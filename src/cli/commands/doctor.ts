import { Command, Option } from 'commander'
import { exitCodes, SlackOAuthError } from '../../base/errors.ts'
import { redact } from '../../base/redact.ts'
import type { Check, CheckStatus } from '../../flows/doctor/probes.ts'
import type { Context } from '../context.ts'
import { seconds } from '../options/argument-parsers.ts'
import {
  type AppFlags,
  type RedirectFlags,
  type ScopeFlags,
  type SlackUrlFlags,
  type StoreFlags,
  withApp,
  withJson,
  withRedirectUri,
  withScopes,
  withSlackUrl,
  withStore,
} from '../options/shared-options.ts'
import { dataFolder } from '../settings/environment.ts'
import { slackOptions } from '../settings/slack.ts'
import { paintFor, printable, printJson, printLine, say } from '../terminal/output.ts'
import { hanging } from '../terminal/wrap.ts'

interface Flags extends StoreFlags, AppFlags, ScopeFlags, SlackUrlFlags, RedirectFlags {
  readonly offline?: true
  readonly timeout: number
  readonly json?: true
}

export function doctorCommand(context: Context): Command {
  const command = new Command('doctor')
    .description(
      'Look at the program, the settings and where each came from, the redirect URIs and their ' +
        'ports, the way to Slack, the clock and the store. Each check is ok, warn or fail, with the ' +
        'next step. Nothing is changed and no secret shown. With --json, one document.',
    )
    .option('--offline', 'do not ask Slack')
    .addOption(
      new Option('--timeout <seconds>', 'how long each check may take')
        .argParser(seconds)
        .default(10),
    )
    .addHelpText(
      'after',
      `
Examples:
  slack-oauth doctor
  slack-oauth doctor --env-file app.env --redirect-uri http://localhost:3000/
  slack-oauth doctor --json | jq -r '.checks[] | select(.status == "fail")'

Exit codes: 0 nothing failed, warnings or not; else the highest of the failures:
2 a setting or a port, 5 the way to Slack, 6 the store.`,
    )
    .action((flags: Flags) => runDoctor(context, flags))
  const redirects = withRedirectUri(withSlackUrl(command), 'repeat it to check several')
  return withJson(withStore(withApp(withScopes(redirects))))
}

async function runDoctor(context: Context, flags: Flags): Promise<void> {
  const { doctor } = await import('../../flows/doctor/doctor.ts')
  const { settingSources } = await import('./doctor-settings.ts')
  const sources = settingSources(context, flags)
  const checks: Check[] = []
  const found = doctor({
    ...sources,
    env: context.env,
    slack: (slackUrl) => slackOptions(context, slackUrl, flags),
    isOffline: flags.offline ?? false,
    now: context.now,
    dataFolder,
    signal: context.signal,
    // A request that is cut off says more than a check that is
    timeoutSeconds: flags.timeout + 1,
  })
  for await (const check of found) {
    checks.push(check)
    if (!flags.json) await printCheck(context, check)
  }
  if (flags.json) await printJson(context, document(checks))
  const error = verdict(checks)
  if (error) throw error
  say(context, summary(checks))
}

const NAME_WIDTH = 14
const LABEL_WIDTH = NAME_WIDTH + 7

async function printCheck(context: Context, check: Check): Promise<void> {
  const paint = await paintFor(context.stdout, context)
  const colours: Record<CheckStatus, (text: string) => string> = {
    ok: paint.bold,
    warn: paint.magenta,
    fail: paint.red,
  }
  const { name, status, message, hint } = clean(check)
  const word = colours[status](status.padEnd(4))
  const label = `${word}  ${name.padEnd(NAME_WIDTH)} `
  await printLine(context, hanging(context, label, LABEL_WIDTH, message))
  if (hint !== undefined) await printLine(context, hanging(context, '', LABEL_WIDTH, hint))
}

function document(checks: readonly Check[]): Record<string, unknown> {
  return {
    ok: verdict(checks) === undefined,
    checks: checks.map(clean).map(({ name, status, message, hint, code }) => ({
      name,
      status,
      message,
      hint: hint ?? null,
      code: code ?? null,
    })),
  }
}

/** Names and words come from files and from Slack. */
function clean(check: Check): Check {
  const text = (said: string) => printable(redact(said))
  const { message, hint } = check
  return { ...check, message: text(message), ...(hint !== undefined && { hint: text(hint) }) }
}

/** The failure with the highest exit code, to end with. */
function verdict(checks: readonly Check[]): SlackOAuthError | undefined {
  const failures = checks.flatMap(({ name, code, hint }) => (code ? [{ name, code, hint }] : []))
  const [worst] = failures.sort((a, b) => exitCodes[b.code] - exitCodes[a.code])
  if (worst === undefined) return undefined
  const { name, code, hint } = worst
  return new SlackOAuthError(code, summary(checks), { hint: hint ?? `See the check "${name}"` })
}

function summary(checks: readonly Check[]): string {
  const count = (wanted: CheckStatus) => checks.filter(({ status }) => status === wanted).length
  return `${checks.length} checks: ${count('ok')} ok, ${count('warn')} warn, ${count('fail')} fail`
}
