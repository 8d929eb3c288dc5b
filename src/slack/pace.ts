import { setTimeout as sleep } from 'node:timers/promises'

/** Calls that go together share one: the pause that Slack asks of one of them, all keep. */
export interface Pace {
  pauseFor(seconds: number): void
  /** How much of the pause is left; 0 when one may go on. */
  pauseSeconds(): number
}

export function createPace(): Pace {
  let until = 0
  return {
    pauseFor(seconds) {
      until = Math.max(until, performance.now() + seconds * 1000)
    },
    pauseSeconds: () => Math.max(0, until - performance.now()) / 1000,
  }
}

/** @throws the reason of the signal, as soon as it is given: its own AbortError says nothing */
export async function pause(seconds: number, signal: AbortSignal): Promise<void> {
  await sleep(seconds * 1000, undefined, { signal }).catch(() => signal.throwIfAborted())
}
