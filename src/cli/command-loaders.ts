import type { Commands } from './program.js'

/** Each command, loaded when it is run. */
export const allCommands: Commands = {
  install: async (context) => (await import('./commands/install.js')).installCommand(context),
  signin: async (context) => (await import('./commands/signin.js')).signinCommand(context),
  token: async (context) => (await import('./commands/token.js')).tokenCommand(context),
  exec: async (context, args) => (await import('./commands/exec.js')).execCommand(context, args),
  refresh: async (context) => (await import('./commands/refresh.js')).refreshCommand(context),
  list: async (context) => (await import('./commands/list.js')).listCommand(context),
  show: async (context) => (await import('./commands/show.js')).showCommand(context),
  export: async (context) => (await import('./commands/export.js')).exportCommand(context),
  import: async (context) => (await import('./commands/import.js')).importCommand(context),
  encrypt: async (context) => (await import('./commands/encrypt.js')).encryptCommand(context),
  decrypt: async (context) => (await import('./commands/decrypt.js')).decryptCommand(context),
  check: async (context) => (await import('./commands/check.js')).checkCommand(context),
  revoke: async (context) => (await import('./commands/revoke.js')).revokeCommand(context),
  url: async (context) => (await import('./commands/url.js')).urlCommand(context),
  manifest: async (context) => (await import('./commands/manifest.js')).manifestCommand(context),
  doctor: async (context) => (await import('./commands/doctor.js')).doctorCommand(context),
  serve: async (context) => (await import('./commands/serve.js')).serveCommand(context),
  sandbox: async (context) => (await import('./commands/sandbox.js')).sandboxCommand(context),
  completion: async (context) =>
    (await import('./commands/completion.js')).completionCommand(context, allCommands),
}
