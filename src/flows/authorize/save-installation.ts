import type { Installation } from '../../slack/installation.ts'
import type { Store } from '../../store/store.ts'
import { placeOf } from '../lookup/find-installation.ts'
import { type LockNeeds, whileLockedIfPossible } from '../tokens/token-lock.ts'

export interface SaveNeeds extends Omit<LockNeeds, 'store' | 'lockTimeoutSeconds'> {
  readonly store: Pick<Store, 'installations' | 'tryLock'>
}

/**
 * How long to wait for somebody who renews one of these tokens. The code is spent by now and a person
 * looks at an empty page: after that it is stored all the same, and whoever was renewing finds that
 * the token is another one, and drops the pair that Slack gave for the old one.
 */
const LOCK_TIMEOUT_SECONDS = 5

/**
 * Stores a new installation, and no renewal of its tokens is under way meanwhile.
 *
 * @throws SlackOAuthError as the store does
 */
export async function saveInstallation(
  needs: SaveNeeds,
  installation: Installation,
): Promise<void> {
  await whileSaving(needs, installation, () => needs.store.installations.save(installation))
}

/** Runs work that reads and stores an installation, and no renewal of its tokens comes in between. */
export async function whileSaving<T>(
  needs: SaveNeeds,
  installation: Installation,
  work: () => Promise<T>,
): Promise<T> {
  const { team: _, ...orgWide } = installation
  // As it is stored: an org-wide installation is in no workspace, whatever else Slack says
  const place = placeOf(installation.isEnterpriseInstall ? orgWide : installation)
  const { user } = installation
  // Also where it has only one of them: what it lacks may be in the store, and stays or goes
  const keys = user.id === '' ? [place] : [place, { ...place, userId: user.id }]
  return whileLockedIfPossible({ ...needs, lockTimeoutSeconds: LOCK_TIMEOUT_SECONDS }, keys, work)
}
