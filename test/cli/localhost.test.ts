import assert from 'node:assert/strict'
import { join, resolve } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import { type Machine, runIn, skipNamespaces } from '../support/namespace.ts'
import { BIN, tempCli } from '../support/temp-cli.ts'

interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

interface Check {
  readonly name: string
  readonly status: string
  readonly message: string
}

const checkOf = (stdout: string, name: string): Check | undefined => {
  const { checks }: { checks: Check[] } = JSON.parse(stdout)
  return checks.find((check) => check.name === name)
}

const IPV4 = '127.0.0.1 localhost\n'
const IPV6 = '::1 localhost\n'

const machines: readonly [what: string, machine: Machine, port: RegExp, localhost: string][] = [
  [
    'a machine with IPv6 alone',
    { without: '127.0.0.1/8', hosts: IPV6 },
    /is free on ::1; there is no 127\.0\.0\.1$/,
    'resolves to ::1',
  ],
  [
    'a machine with IPv4 alone',
    { without: '::1/128', hosts: IPV4 },
    /is free on 127\.0\.0\.1; there is no ::1$/,
    'resolves to 127.0.0.1',
  ],
  [
    'a machine where localhost is ::1 alone',
    { hosts: IPV6 },
    /is free on 127\.0\.0\.1 and ::1$/,
    'resolves to ::1',
  ],
]

describe('a whole installation, from the sandbox to the token', { skip: skipNamespaces }, () => {
  for (const [what, machine, port, localhost] of machines) {
    test(`works on ${what}, and doctor says so`, async (t) => {
      const { home, env } = await tempCli(t)
      const main = resolve(import.meta.dirname, '../support/namespace-main.ts')
      const command = [process.execPath, main, home]
      const { stdout, stderr } = await runIn(machine, home, command, env)
      assert.ok(stdout, stderr)
      const { install, token, doctor }: Record<'install' | 'token' | 'doctor', Ran> =
        JSON.parse(stdout)
      assert.equal(install.code, 0, install.stderr)
      assert.match(token.stdout, /^xoxb-/)
      assert.equal(doctor.code, 0, doctor.stdout)
      assert.match(checkOf(doctor.stdout, 'port')?.message ?? '', port)
      assert.equal(checkOf(doctor.stdout, 'localhost')?.message, localhost)
    })
  }
})

describe('install', { skip: skipNamespaces }, () => {
  test('says which address the machine has not', async (t) => {
    const { home, env } = await tempCli(t)
    const uri = 'https://relay.example.com/callback'
    const command = [
      ...[process.execPath, BIN, 'install', '--scopes', 'chat:write', '--client-id', '1.2'],
      ...['--redirect-uri', uri, '--listen', '[::1]:8910'],
    ]
    const { code, stderr } = await runIn({ without: '::1/128', hosts: IPV4 }, home, command, {
      ...env,
      SLACK_CLIENT_SECRET: 'secret',
    })
    assert.equal(code, 2)
    assert.match(stderr, /^error: This machine has no ::1 \(port_in_use\)$/m)
  })
})

describe('serve', { skip: skipNamespaces }, () => {
  const serveIn = async (t: TestContext, machine: Machine, ...args: string[]) => {
    const { home, env } = await tempCli(t)
    const script = `"$@" 2> "$0" &
      until grep -q 'request URLs' "$0" || ! kill -0 $!; do sleep 0.1; done
      kill -TERM $!; wait $!; code=$?; cat "$0"; exit $code`
    const serve = [process.execPath, BIN, 'serve', '--scopes', 'chat:write', '--client-id', '1.2']
    const command = ['sh', '-c', script, join(home, 'said'), ...serve, ...args]
    return runIn(machine, home, command, {
      ...env,
      SLACK_CLIENT_SECRET: 'secret',
      SLACK_SIGNING_SECRET: 'secret',
    })
  }

  test('works on a machine with IPv6 alone', async (t) => {
    const { code, stdout } = await serveIn(t, { without: '127.0.0.1/8', hosts: IPV6 })
    assert.match(stdout, /^Serving on port 8910/m)
    assert.equal(code, 143)
  })

  test('says which address the machine has not', async (t) => {
    const machine = { without: '::1/128', hosts: IPV4 }
    const { code, stdout } = await serveIn(t, machine, '--listen', '[::1]:8910')
    assert.match(stdout, /^error: This machine has no ::1 \(port_in_use\)$/m)
    assert.equal(code, 2)
  })
})

describe('doctor', { skip: skipNamespaces }, () => {
  const names: readonly [what: string, hosts: string, exit: number, status: string, RegExp][] = [
    ['does not resolve', '\n', 0, 'warn', /^does not resolve$/],
    [
      'is another machine',
      '10.1.2.3 localhost\n',
      2,
      'fail',
      /^resolves to 10\.1\.2\.3, which is not this machine$/,
    ],
  ]
  for (const [what, hosts, exit, status, says] of names) {
    test(`tells that localhost ${what}`, async (t) => {
      const { home, env } = await tempCli(t)
      const command = [process.execPath, BIN, 'doctor', '--offline', '--json']
      const { code, stdout, stderr } = await runIn({ hosts }, home, command, env)
      assert.equal(code, exit, stderr)
      const check = checkOf(stdout, 'localhost')
      assert.equal(check?.status, status)
      assert.match(check?.message ?? '', says)
    })
  }
})
