import type { KeySource } from '../../store/encryption/key-ring.ts'
import { type NetworkNeeds, networkProbes } from './network.ts'
import { type Check, type Probe, runProbes } from './probes.ts'
import { programProbes } from './program.ts'
import { type CertificateNeeds, redirectProbes } from './redirects.ts'
import { type Setting, type Settings, settingsProbes } from './settings.ts'
import { storeProbes } from './store.ts'

export interface DoctorNeeds extends NetworkNeeds, CertificateNeeds {
  readonly settings: Settings
  readonly redirectUris: readonly Setting[]
  /** Throws where the settings do not say where it is. */
  store(): Promise<Setting>
  /** That of a sealed store. */
  readonly storeKey: KeySource
  readonly signal: AbortSignal
  /** Of each check. */
  readonly timeoutSeconds: number
}

/** Looks at all that an installation takes, changes nothing, and tells in one order. */
export function doctor(needs: DoctorNeeds): AsyncGenerator<Check> {
  const probes: readonly Probe[] = [
    ...programProbes,
    ...settingsProbes(needs.settings),
    ...redirectProbes(needs.redirectUris, needs),
    ...networkProbes(needs),
    ...storeProbes(needs.store, needs.storeKey),
  ]
  return runProbes(probes, needs)
}
