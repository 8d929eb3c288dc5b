import type { Dialect } from '../../src/store/sql/database.ts'
import { deleteBot, deleteInstallation, deleteUserGrant } from '../../src/store/sql/delete.ts'
import { listPage, START } from '../../src/store/sql/list.ts'
import { findBot, findInstallation } from '../../src/store/sql/lookup.ts'
import { merge } from '../../src/store/sql/merge.ts'
import { nextPlace, placesFor } from '../../src/store/sql/place.ts'
import { replaceGrant } from '../../src/store/sql/replace-grant.ts'
import { save } from '../../src/store/sql/save.ts'
import type { Steps } from '../../src/store/sql/steps.ts'
import { bot, CLIENT_ID, grant, installation, orgWide } from './fixtures.ts'

const HERE = { clientId: CLIENT_ID, enterpriseId: 'E111', teamId: 'T111' }

/** What costs the same in a large store as in a small one, by what it is for. */
export const operations: Record<string, (dialect: Dialect) => Steps<unknown>> = {
  'the newest installation of a place': (dialect) => findInstallation(dialect, HERE, undefined),
  "a member's installation": (dialect) => findInstallation(dialect, HERE, 'U111'),
  'the bot of a place': (dialect) => findBot(dialect, HERE),
  'the apps of a store': (dialect) => placesFor(dialect, { teamId: 'T111' }),
  'the first place': (dialect) => nextPlace(dialect, {}, START),
  'the place after another': (dialect) => nextPlace(dialect, {}, HERE),
  'a workspace by its id alone': (dialect) => nextPlace(dialect, { teamId: 'T111' }, START),
  'a workspace of an app': (dialect) =>
    nextPlace(dialect, { clientId: CLIENT_ID, teamId: 'T111' }, START),
  'an organization by its id alone': (dialect) =>
    nextPlace(dialect, { enterpriseId: 'E111', teamId: '' }, START),
  'any workspace of an organization': (dialect) =>
    nextPlace(dialect, { enterpriseId: 'E111' }, START),
  'the members of a workspace': (dialect) => listPage(dialect, { teamId: 'T111' }, START),
  'the first page of the list': (dialect) => listPage(dialect, {}, START),
  'a page in the middle of the list': (dialect) =>
    listPage(dialect, {}, { ...HERE, userId: 'U111' }),
  'the list of an app': (dialect) => listPage(dialect, { clientId: CLIENT_ID }, START),
  'the list of an organization': (dialect) => listPage(dialect, { enterpriseId: 'E111' }, START),
  'the list of what is org-wide': (dialect) => listPage(dialect, { teamId: '' }, START),
  'the list of a member': (dialect) => listPage(dialect, { userId: 'U111' }, START),
  'the list of a member of a workspace': (dialect) =>
    listPage(dialect, { clientId: CLIENT_ID, teamId: 'T111', userId: 'U111' }, START),
  'a save': (dialect) => save(dialect, installation()),
  'an org-wide save': (dialect) => save(dialect, orgWide()),
  'taking in a copy': (dialect) => merge(dialect, [installation({ installedAt: 2e9 })]),
  "replacing a bot's token": (dialect) =>
    replaceGrant(dialect, { ...HERE, isEnterpriseInstall: false }, bot(), bot()),
  "replacing a member's token": (dialect) =>
    replaceGrant(
      dialect,
      { ...HERE, userId: 'U111', isEnterpriseInstall: false },
      grant(),
      grant(),
    ),
  'forgetting a bot': (dialect) => deleteBot(dialect, HERE),
  "forgetting a member's token": (dialect) => deleteUserGrant(dialect, HERE, 'U111'),
  "forgetting a member's installation": (dialect) => deleteInstallation(dialect, HERE, 'U111'),
  "forgetting all members' installations": (dialect) =>
    deleteInstallation(dialect, HERE, undefined),
}
