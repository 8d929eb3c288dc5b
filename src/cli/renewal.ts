import type { AccessTokenNeeds } from '../flows/access-token.js'
import { notRenewedInWords } from '../flows/renewal-error.js'
import type { Store } from '../store/store.js'
import type { Context } from './context.js'
import type { RenewalFlags } from './options.js'
import { say, warn } from './output.js'
import { clientSecret } from './secrets.js'
import { slackUrl } from './settings.js'
import { slackOptions } from './slack-options.js'

/** What a command needs that may have to renew a token: Slack, the secret, and a place for warnings. */
export function renewalNeeds(
  context: Context,
  env: Context['env'],
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
