import type { Commands } from './program.ts'

/** Each command, loaded when it is run. */
export const allCommands: Commands = {
  install: async (context) => (await import('./commands/install.ts')).installCommand(context),
  signin: async (context) => (await import('./commands/signin.ts')).signinCommand(context),
  token: async (context) => (await import('./commands/token.ts')).tokenCommand(context),
  exec: async (context, args) => (await import('./commands/exec.ts')).execCommand(context, args),
  refresh: async (context) => (await import('./commands/refresh.ts')).refreshCommand(context),
  list: async (context) => (await import('./commands/list.ts')).listCommand(context),
  show: async (context) => (await import('./commands/show.ts')).showCommand(context),
  export: async (context) => (await import('./commands/export.ts')).exportCommand(context),
  import: async (context) => (await import('./commands/import.ts')).importCommand(context),
  encrypt: async (context) => (await import('./commands/encrypt.ts')).encryptCommand(context),
  decrypt: async (context) => (await import('./commands/decrypt.ts')).decryptCommand(context),
  check: async (context) => (await import('./commands/check.ts')).checkCommand(context),
  revoke: async (context) => (await import('./commands/revoke.ts')).revokeCommand(context),
  url: async (context) => (await import('./commands/url.ts')).urlCommand(context),
  manifest: async (context) => (await import('./commands/manifest.ts')).manifestCommand(context),
  doctor: async (context) => (await import('./commands/doctor.ts')).doctorCommand(context),
  serve: async (context) => (await import('./commands/serve.ts')).serveCommand(context),
  sandbox: async (context) => (await import('./commands/sandbox.ts')).sandboxCommand(context),
  completion: async (context) =>
    (await import('./commands/completion.ts')).completionCommand(context, allCommands),
}
