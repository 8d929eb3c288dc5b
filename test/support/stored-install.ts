import type { Sandbox } from '../../src/sandbox/sandbox.ts'
import type { Installation } from '../../src/slack/installation.ts'
import { exchangeCode } from '../../src/slack/methods/oauth-v2-access.ts'
import { openStore } from '../../src/store/open-store.ts'
import { allow, authorizeUrl, firstApp, type Params } from '../sandbox/client.ts'
import { credentialsOf, slackOf } from '../slack/client.ts'
import type { TempCli } from './temp-cli.ts'

/** One consent in the sandbox, stored: what `install` does, without its process. */
export async function storedInstall(
  slack: Sandbox,
  cli: TempCli,
  asked: Params = { scope: 'chat:write' },
  picked: Params = {},
): Promise<Installation> {
  const code = await allow(authorizeUrl(slack, asked), picked)
  const redirectUri = firstApp(slack).redirectUris[0] ?? ''
  const { installation } = await exchangeCode(
    { code, redirectUri },
    credentialsOf(slack),
    slackOf(slack),
    () => Date.now() / 1000,
  )
  await changeStore(cli, ({ installations }) => installations.save(installation))
  return installation
}

/** Does something with the store of a command line, and gives what came of it. */
export async function changeStore<T>(
  cli: TempCli,
  work: (store: Awaited<ReturnType<typeof openStore>>) => Promise<T>,
): Promise<T> {
  const store = await openStore(cli.db)
  try {
    return await work(store)
  } finally {
    await store.close()
  }
}

export async function storedInstallations(cli: TempCli): Promise<Installation[]> {
  return changeStore(cli, async ({ installations }) => {
    const found: Installation[] = []
    for await (const each of installations.list()) found.push(each)
    return found
  })
}
