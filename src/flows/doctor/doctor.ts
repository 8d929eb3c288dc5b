import type { KeySource } from '../../store/encryption/key-ring.js'
import { type NetworkNeeds, networkProbes } from './network.js'
import { type Check, type Probe, runProbes } from './probes.js'
import { programProbes } from './program.js'
import { type CertificateNeeds, redirectProbes } from './redirects.js'
import { type Setting, type Settings, settingsProbes } from './settings.js'
import { storeProbes } from './store.js'

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
