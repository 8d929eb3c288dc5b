import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { refusedHost } from '../loopback/listen-address.ts'
import { createInstallHandlers } from './install-routes.ts'
import { type Answer, type Handled, plain, type RequestRecord } from './response.ts'
import {
  CALLBACK_PATHS,
  DONE_PATH,
  INSTALL_PATH,
  type ServeNeeds,
  type ServeSettings,
} from './settings.ts'
import { createSignedHandler, SIGNED_PATHS } from './signed-requests.ts'

export interface App {
  readonly listener: RequestListener
  /** Refuses what comes from now on, and resolves when what came before is done. */
  stop(): Promise<void>
  close(): void
}

interface Page {
  readonly methods: readonly string[]
  handle(request: IncomingMessage, url: URL): Handled | Promise<Handled>
}

/** @param hosts by which this server may be called; any other name was made to lead here */
export function createApp(
  needs: ServeNeeds,
  settings: ServeSettings,
  hosts: ReadonlySet<string>,
): App {
  const signed = createSignedHandler(needs, settings)
  const pages = createInstallHandlers(needs, settings)
  const callbackPaths: readonly string[] = [...CALLBACK_PATHS, settings.redirectUri.pathname]
  let isStopping = false
  let underWay = 0
  let idle = () => {}

  function answer(request: IncomingMessage): Handled | Promise<Handled> {
    const { method = '', url: target = '/' } = request
    const refusal = refusedHost(request, hosts)
    if (refusal === 400) return refused(400, 'bad_request', 'more than one Host')
    if (refusal === 421) {
      return refused(421, 'wrong_host', `Host ${request.headers.host?.slice(0, 100) ?? 'missing'}`)
    }
    const path = pathOf(target)
    if (SIGNED_PATHS[path] !== undefined) {
      return method === 'POST' ? signed.handle(request, path) : notAllowed('POST')
    }
    const found = pageAt(path)
    if (found === undefined) return refused(404, 'not_found')
    if (!found.methods.includes(method)) return notAllowed(found.methods.join(', '))
    return found.handle(request, new URL(target, settings.redirectUri.origin))
  }

  function pageAt(path: string): Page | undefined {
    if (path === INSTALL_PATH) return { methods: ['GET', 'HEAD'], handle: pages.install }
    if (path === DONE_PATH) {
      return { methods: ['GET', 'HEAD'], handle: (_, url) => pages.done(url) }
    }
    // What a GET would be answered, a HEAD could tell only by using up the code
    return callbackPaths.includes(path) ? { methods: ['GET'], handle: pages.callback } : undefined
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const startedAt = performance.now()
    const report = (record: RequestRecord, status?: number) =>
      needs.report({ ...record, status, milliseconds: performance.now() - startedAt })
    underWay++
    response.once('close', ended)
    try {
      const handled = isStopping ? refused(503, 'stopping') : await answer(request)
      send(response, handled.answer, isStopping)
      report(handled.record, handled.answer.status)
      if (handled.later === undefined) return
      underWay++
      void handled.later.then((record) => record && report(record)).finally(ended)
    } catch (error) {
      const isGone = request.destroyed && !request.complete
      const failed = isGone ? gone : bug(error)
      send(response, failed.answer, isStopping)
      report(failed.record, failed.answer.status)
    }
  }

  function ended(): void {
    underWay--
    if (underWay === 0) idle()
  }

  return {
    listener: (request, response) => {
      response.on('error', () => {}) // it went away: its loss
      void serve(request, response)
    },
    async stop() {
      isStopping = true
      if (underWay === 0) return
      await new Promise<void>((resolve) => {
        idle = resolve
      })
    },
    close: signed.close,
  }
}

function pathOf(target: string): string {
  const end = target.indexOf('?')
  return end < 0 ? target : target.slice(0, end)
}

function send(response: ServerResponse, { status, headers, body }: Answer, isLast: boolean): void {
  if (response.destroyed) return
  response.writeHead(status, {
    'content-length': Buffer.byteLength(body),
    ...headers,
    ...(isLast && { connection: 'close' }),
  })
  response.end(body)
}

function refused(status: number, outcome: RequestRecord['outcome'], detail?: string): Handled {
  return {
    answer: plain(status, `${outcome}\n`),
    record: { kind: 'other', outcome, ...(detail !== undefined && { detail }) },
  }
}

function notAllowed(allow: string): Handled {
  return {
    answer: plain(405, `${allow} only\n`, { allow }),
    record: { kind: 'other', outcome: 'bad_request' },
  }
}

/** Whoever asked has hung up before the body was there. */
const gone = refused(400, 'gone')

function bug(error: unknown): Handled {
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return {
    answer: plain(500, 'Something went wrong\n'),
    record: { kind: 'other', outcome: 'bug', detail },
  }
}
