import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type TestContext, test } from 'node:test'
import { decide } from '../support/person.ts'
import { type Shell, shell, without } from '../support/shell.ts'
import { slackApp } from '../support/slack-app.ts'
import { type TempCli, tempCli } from '../support/temp-cli.ts'

const page = readFileSync(resolve(import.meta.dirname, '../../docs/ci.md'), 'utf8')

/** The code of one section of docs/ci.md, block by block. */
function code(heading: string, language: string): string[] {
  const section = page.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? ''
  const blocks = [...section.matchAll(/```(\w+)\n([\s\S]*?)```/g)]
  return blocks.flatMap(([, name, text = '']) => (name === language ? [text] : []))
}

/** The scripts of the steps of a workflow, in their order. */
function steps(yaml: string): string[] {
  const runs = yaml.matchAll(/^( *)(?:- )?run: (?:\|\n((?:\1 {2,}.*\n)+)|(.+)\n)/gm)
  return [...runs].map(([, , block, line]) => (block ?? line ?? '').replace(/^ +/gm, ''))
}

/** The lines of `script:` of a job. */
function script(yaml: string, job: string): string {
  const body = yaml.split(/^(?=\w+:$)/m).find((text) => text.startsWith(`${job}:\n`)) ?? ''
  const [, lines = ''] = /^ {2}script:\n((?: {4}- .*\n)+)/m.exec(body) ?? []
  return lines.replace(/^ {4}- /gm, '')
}

interface Job {
  readonly cli: TempCli
  readonly shell: Shell
  /** Runs code of the page, at the sandbox instead of Slack. */
  run(script: string, env?: Record<string, string>, name?: string): ReturnType<Shell['run']>
}

/** An installed app on a machine that has what the recipes take for granted. */
async function job(t: TestContext, options: { tokenRotation?: boolean } = {}): Promise<Job> {
  const { env, slack } = await slackApp(t, { app: options })
  const cli = await tempCli(t, env)
  const install = cli.start('install', '--scopes', 'chat:write')
  await decide(install)
  assert.equal((await install.finished).code, 0)
  writeFileSync(
    join(cli.home, 'post.js'),
    `fetch('${slack.url}/api/auth.test', {
      method: 'POST', headers: { authorization: 'Bearer ' + process.env.SLACK_BOT_TOKEN },
    }).then((answer) => answer.json()).then(({ ok }) => console.log('posted', ok))`,
  )
  const sh = shell(cli)
  writeFileSync(join(cli.home, 'npm'), '#!/bin/sh\necho npm "$@"\n', { mode: 0o755 })
  return {
    cli,
    shell: sh,
    run: (text, more, name) => sh.run(text.replaceAll('https://slack.com', slack.url), more, name),
  }
}

const withoutCurl = without('curl')
const withoutBash = without('bash')

test('the recipes for a plain shell work in sh', { skip: withoutCurl }, async (t) => {
  const { run } = await job(t, { tokenRotation: true })
  const blocks = code('Plain shell', 'sh')
  assert.equal(blocks.length, 4)
  for (const block of blocks) {
    const { code, stdout, stderr } = await run(block)
    assert.equal(code, 0, block + stderr)
    assert.match(stdout, /^posted true\n$|"ok":true/, block)
  }
})

test('where there is no token, the recipe that says so ends before its command', async (t) => {
  const { cli, run } = await job(t)
  const [, unseen = '', seen = ''] = code('Plain shell', 'sh')
  const nowhere = { SLACK_OAUTH_DB: join(cli.home, 'nothing.db') }
  assert.equal((await run(unseen, nowhere)).stdout, 'posted false\n')
  assert.deepEqual(
    { ...(await run(seen, nowhere)), stderr: '' },
    { code: 3, stdout: '', stderr: '' },
  )
})

/** Runs steps as GitHub's runner does, and returns the log as it would show it. */
async function runSteps({ cli, run }: Job, scripts: readonly string[]) {
  const env: Record<string, string> = { CI: 'true', GITHUB_ACTIONS: 'true', RUNNER_TEMP: cli.home }
  const outputs: Record<string, string> = {}
  const masks = new Set<string>()
  let log = ''
  for (const [number, text] of scripts.entries()) {
    const [envFile, outputFile] = [`env-${number}`, `output-${number}`].map((name) =>
      join(cli.home, name),
    )
    assert.ok(envFile && outputFile)
    for (const file of [envFile, outputFile]) writeFileSync(file, '')
    const files = { GITHUB_ENV: envFile, GITHUB_OUTPUT: outputFile }
    const { code, stdout, stderr } = await run(text, { ...env, ...files }, 'bash')
    assert.equal(code, 0, `${text}: ${stderr}`)
    for (const line of (stdout + stderr).split('\n').filter(Boolean)) {
      const [, mask] = /^::add-mask::(.+)$/.exec(line) ?? []
      if (mask) masks.add(decodeURIComponent(mask))
      else log += `${[...masks].reduce((shown, each) => shown.replaceAll(each, '***'), line)}\n`
    }
    Object.assign(env, fileCommands(envFile))
    Object.assign(outputs, fileCommands(outputFile))
  }
  return { env, outputs, masks, log }
}

/** `NAME=VALUE` lines; blank ones are passed over, and any other fails the step. */
function fileCommands(path: string): Record<string, string> {
  const lines = readFileSync(path, 'utf8').split(/\r?\n/).filter(Boolean)
  return Object.fromEntries(
    lines.map((line) => {
      const [, name = '', value = ''] = /^([^=<]+)=(.*)$/.exec(line) ?? []
      assert.ok(name, `Invalid format '${line}'`)
      return [name, value]
    }),
  )
}

test('the steps for GitHub Actions pass the token on, and the log does not show it', {
  skip: withoutBash,
}, async (t) => {
  const machine = await job(t, { tokenRotation: true })
  const [workflow = ''] = code('GitHub Actions', 'yaml')
  const scripts = steps(workflow)
  assert.equal(scripts.length, 5)
  const token = (await machine.cli.run('token')).stdout.trim()
  const { env, outputs, masks, log } = await runSteps(machine, scripts)
  assert.equal(env.SLACK_BOT_TOKEN, token)
  assert.deepEqual(outputs, { token })
  assert.deepEqual([...masks], [token])
  assert.equal(log, 'npm install --global slack-oauth\nposted true\nposted true\n')
})

test('the jobs for GitLab CI run, and the dotenv report hands the token on', {
  skip: withoutBash,
}, async (t) => {
  const { cli, run } = await job(t)
  const [one = '', several = ''] = code('GitLab CI', 'yaml')
  const gitlab = (text: string, env: Record<string, string> = {}) => {
    assert.notEqual(text, '')
    return run(`set -eo pipefail\n${text}`, { CI: 'true', GITLAB_CI: 'true', ...env }, 'bash')
  }
  assert.equal((await gitlab(script(one, 'post'))).stdout, 'posted true\n')

  const first = await gitlab(script(several, 'token'))
  assert.deepEqual(first, { code: 0, stdout: '', stderr: '' })
  // GitLab takes what is after the first = as it is, quotes included
  const report = fileCommands(join(cli.home, 'slack.env'))
  assert.deepEqual(Object.keys(report), ['SLACK_BOT_TOKEN'])
  assert.equal((await gitlab(script(several, 'later'), report)).stdout, 'posted true\n')
})

test('an installation is brought to a runner as a secret', { skip: withoutBash }, async (t) => {
  const machine = await job(t)
  const { cli, run } = machine
  const [take = '', bring = ''] = code('A file on a runner', 'sh')
  const taken = await run(take)
  assert.equal(taken.code, 0, taken.stderr)
  const elsewhere = { SLACK_OAUTH_DB: join(cli.home, 'runner', 'installations.db') }
  const brought = await run(bring, elsewhere)
  assert.equal(brought.code, 0, brought.stderr)
  assert.match(brought.stdout, /^posted true$/m)

  const [snippet = ''] = code('A file on a runner', 'yaml')
  const [step = ''] = steps(snippet)
  const secret = readFileSync(join(cli.home, 'installation.jsonl'), 'utf8').trimEnd()
  const onRunner = await run(step, { SLACK_INSTALLATION: secret, RUNNER_TEMP: cli.home }, 'bash')
  assert.equal(onRunner.code, 0, onRunner.stderr)
  assert.match(onRunner.stdout, /^posted true$/m)
})
