import { Command, Option } from 'commander'
import type { SignedIn } from '../../slack/openid/provider.ts'
import { withPerson } from '../authorize/interactive.ts'
import { type ReceptionFlags, withReception } from '../authorize/redirect-options.ts'
import { waitSettings } from '../authorize/settings.ts'
import type { Context } from '../context.ts'
import { enterpriseId } from '../options/argument-parsers.ts'
import {
  type AppFlags,
  type EnvFlags,
  type ManifestFlags,
  type SlackFlags,
  type WaitFlags,
  withApp,
  withEnvFile,
  withJson,
  withManifest,
  withSlack,
  withWait,
} from '../options/shared-options.ts'
import { clientId, FIRST_STEPS } from '../settings/app.ts'
import { environment } from '../settings/environment.ts'
import { manifestDefaults } from '../settings/manifest.ts'
import { clientSecret } from '../settings/secrets.ts'
import { withOpenStore } from '../settings/store.ts'
import { printJson } from '../terminal/output.ts'
import { printDetails } from '../terminal/table.ts'

interface Flags extends EnvFlags, AppFlags, ManifestFlags, SlackFlags, WaitFlags, ReceptionFlags {
  readonly enterprise?: string
  readonly json?: true
}

export function signinCommand(context: Context): Command {
  const command = new Command('signin')
    .description(
      'Sign in with Slack (OpenID Connect) and print who signed in, with every check of the ID token. ' +
        'Nothing is stored.',
    )
    .addOption(
      new Option('--enterprise <id>', 'only for members of this organization').argParser(
        enterpriseId,
      ),
    )
    .addHelpText(
      'after',
      `
With --team, only a member of that workspace is signed in.

Examples:
  slack-oauth signin
  slack-oauth signin --json | jq -r .user_info.email`,
    )
    .action((flags: Flags) => runSignin(context, flags))
  return withJson(withReception(withWait(withEnvFile(withSlack(withManifest(withApp(command)))))))
}

async function runSignin(context: Context, flags: Flags): Promise<void> {
  const env = environment(context, flags)
  const manifest = await manifestDefaults(flags)
  const credentials = {
    clientId: clientId(env, flags, FIRST_STEPS),
    clientSecret: clientSecret(env),
  }
  const { request, reception, slack } = await waitSettings(context, env, flags, manifest)

  const { signIn } = await import('../../flows/authorize/sign-in.ts')
  // The state of one wait needs no file
  const signedIn = await withOpenStore(
    context,
    ':memory:',
    { mustExist: false, env },
    ({ states }) =>
      withPerson(context, flags, (person) =>
        signIn(
          { states, ...person, reception, slack, signal: context.signal, now: context.now },
          { credentials, ...request, ...(flags.enterprise && { enterprise: flags.enterprise }) },
        ),
      ),
  )
  await print(context, signedIn, flags)
}

async function print(context: Context, signedIn: SignedIn, flags: Flags): Promise<void> {
  const { idTokenClaims, userInfo, checks } = signedIn
  if (flags.json) {
    await printJson(context, { claims: idTokenClaims, user_info: userInfo, checks })
    return
  }
  const said = (name: string) => {
    const value = userInfo[name] ?? idTokenClaims[name]
    return typeof value === 'string' ? value : undefined
  }
  const both = (name: string | undefined, id: string | undefined) =>
    name && id ? `${name} (${id})` : (name ?? id)
  await printDetails(context, [
    ['Name', said('name')],
    ['Email', said('email')],
    ['Member', said('https://slack.com/user_id')],
    ['Workspace', both(said('https://slack.com/team_name'), said('https://slack.com/team_id'))],
  ])
  context.stdout.write('\n')
  await printDetails(
    context,
    checks.map(({ name, result, detail }) => [name, `${result}  ${detail}`]),
  )
}
