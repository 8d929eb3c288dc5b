import type { Environment } from '../../base/environment.ts'
import { notRenewedInWords } from '../../flows/tokens/renewal-errors.ts'
import type { AccessTokenNeeds } from '../../flows/tokens/usable-token.ts'
import type { Store } from '../../store/store.ts'
import type { Context } from '../context.ts'
import type { RenewalFlags } from '../options/shared-options.ts'
import { say, warn } from '../terminal/output.ts'
import { clientSecret } from './secrets.ts'
import { slackOptions, slackUrl } from './slack.ts'

/** What a command needs that may have to renew a token: Slack, the secret, and a place for warnings. */
export function renewalNeeds(
  context: Context,
  env: Environment,
  flags: RenewalFlags,
  store: Store,
): AccessTokenNeeds {
  const origin = slackUrl(env, flags)
  return {
    store,
    // A proxy that is none is no matter while a stored token is still good
    get slack() {
      return slackOptions(context, origin, flags)
    },
    clientSecret: () => clientSecret(env),
    now: context.now,
    notRenewed: (problem, grant) => {
      void warn(context, notRenewedInWords(problem, grant))
    },
    warn: (message) => void warn(context, message),
    waiting: () => say(context, 'Waiting for another process that renews this token'),
    lockTimeoutSeconds: flags.timeout,
  }
}
