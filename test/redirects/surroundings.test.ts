import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Environment } from '../../src/base/environment.ts'
import { browserObstacle, isWsl } from '../../src/loopback/browser.ts'

interface Place {
  readonly env?: Environment
  readonly platform?: NodeJS.Platform
  readonly files?: readonly string[]
}

function obstacle({ env = {}, platform = 'linux', files = [] }: Place) {
  return browserObstacle({ env, platform, exists: (path) => files.includes(path) })
}

const desktop = { DISPLAY: ':0' }
const ssh = { SSH_CONNECTION: '203.0.113.7 50022 198.51.100.4 22', SSH_TTY: '/dev/pts/0' }

describe('a browser', () => {
  for (const [where, place] of [
    ['on a Linux desktop', { env: desktop }],
    ['on Wayland', { env: { WAYLAND_DISPLAY: 'wayland-0' } }],
    ['on macOS', { platform: 'darwin' }],
    ['on Windows', { platform: 'win32' }],
    ['in WSL', { env: { WSL_DISTRO_NAME: 'Debian' } }],
    ['in WSL without its name', { env: { WSL_INTEROP: '/run/WSL/1_interop' } }],
    ['over SSH where VS Code opens it', { env: { ...ssh, BROWSER: '/vscode/browser.sh' } }],
    [
      'in a dev container where VS Code opens it',
      { env: { REMOTE_CONTAINERS: 'true', BROWSER: '/x' } },
    ],
    ['in a toolbox', { env: desktop, files: ['/run/.containerenv', '/run/.toolboxenv'] }],
    ['where CI is set to false', { env: { ...desktop, CI: 'false' } }],
  ] satisfies [string, Place][]) {
    test(`is opened ${where}`, () => {
      assert.equal(obstacle(place), undefined)
    })
  }

  for (const [why, place] of [
    ['BROWSER says to open none', { env: { ...desktop, BROWSER: 'none' } }],
    ['this is CI', { env: { CI: 'true', BROWSER: 'firefox' } }],
    ['this is a codespace', { env: { CODESPACES: 'true', BROWSER: '/vscode/browser.sh' } }],
    ['this is a Gitpod workspace', { env: { GITPOD_WORKSPACE_ID: 'x' } }],
    ['this is an SSH session', { env: { ...ssh, ...desktop } }],
    ['this is an SSH session', { env: { SSH_TTY: '/dev/pts/0' }, platform: 'darwin' }],
    ['this is an SSH session', { env: ssh, platform: 'win32' }],
    ['this is an SSH session', { env: { ...ssh, WSL_DISTRO_NAME: 'Debian' } }],
    ['this is a dev container', { env: { REMOTE_CONTAINERS: 'true' }, files: ['/.dockerenv'] }],
    ['this is a container', { files: ['/.dockerenv'], env: desktop }],
    ['this is a container', { files: ['/run/.containerenv'] }],
    ['this is a container', { env: { KUBERNETES_SERVICE_HOST: '10.0.0.1' } }],
    ['there is no display', {}],
  ] satisfies [string, Place][]) {
    test(`is not opened where ${why} (${JSON.stringify(place)})`, () => {
      assert.equal(obstacle(place)?.why, why)
    })
  }
})

function forwarding(place: Place): string | undefined {
  const way = obstacle(place)?.forward?.(8910)
  return way && ('command' in way ? way.command : way.advice)
}

describe('the way to a port of this machine', () => {
  for (const [env, command] of [
    [{ ...ssh, USER: 'you' }, 'ssh -N -L 8910:localhost:8910 you@198.51.100.4'],
    [
      { SSH_CONNECTION: '203.0.113.7 1 198.51.100.4 2222', LOGNAME: 'you' },
      'ssh -N -p 2222 -L 8910:localhost:8910 you@198.51.100.4',
    ],
    [
      { SSH_CONNECTION: 'fe80::7%eth0 1 2001:db8::4 22', USER: 'you' },
      'ssh -N -L 8910:localhost:8910 you@2001:db8::4',
    ],
    [{ SSH_TTY: '/dev/pts/0' }, 'ssh -N -L 8910:localhost:8910 USER@HOST'],
    [
      { SSH_CONNECTION: '1 2 $(reboot) 22', USER: 'x;reboot' },
      'ssh -N -L 8910:localhost:8910 USER@HOST',
    ],
    [
      { SSH_CONNECTION: '1 2 -oProxyCommand=x 22', USER: '-x' },
      'ssh -N -L 8910:localhost:8910 USER@HOST',
    ],
    [
      { CODESPACES: 'true', CODESPACE_NAME: 'fluffy-goose-1a2b' },
      'gh codespace ports forward 8910:8910 --codespace fluffy-goose-1a2b',
    ],
    [{ CODESPACES: 'true', CODESPACE_NAME: '$(x)' }, 'gh codespace ports forward 8910:8910'],
  ] satisfies [Environment, string][]) {
    test(`is ${command} with ${JSON.stringify(env)}`, () => {
      assert.equal(forwarding({ env }), command)
    })
  }

  test("of a container is its host's network", () => {
    assert.match(forwarding({ files: ['/.dockerenv'] }) ?? '', /--network host/)
  })

  test('is not told where nobody sits', () => {
    assert.equal(forwarding({ env: { CI: '1' } }), undefined)
  })
})

test('WSL is known by its name or its socket', () => {
  assert.equal(isWsl({ WSL_DISTRO_NAME: 'Debian' }), true)
  assert.equal(isWsl({ WSL_INTEROP: '/run/WSL/1' }), true)
  assert.equal(isWsl({}), false)
})
