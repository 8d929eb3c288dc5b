import Database from 'better-sqlite3'

/**
 * The least that each operation of a store can be: its statements prepared once, nothing checked, nothing
 * made of the rows. An installation is in four places: its own row, the two tables that have the bot, ours.
 */
export interface ByHand {
  installation(app: string, team: string): unknown
  ofMember(app: string, team: string, user: string): unknown
  bot(app: string, team: string): unknown
  replaceBotToken(app: string, team: string, token: string): void
  save(app: string, team: string, user: string): void
  close(): void
}

const PLACE = "client_id = ? and enterprise_id = '' and team_id = ?"
const NEWEST = 'order by installed_at desc, id desc limit 1'

/** A connection with the settings of the store's own. */
export function byHand(path: string): ByHand {
  const db = new Database(path)
  db.pragma('synchronous = full')
  db.pragma('secure_delete = on')
  const newest = db.prepare(`select * from slack_installations where ${PLACE} ${NEWEST}`)
  const ofMember = db.prepare(
    `select * from slack_installations where ${PLACE} and user_id = ? ${NEWEST}`,
  )
  const bot = db.prepare(`select * from slack_bots where ${PLACE} and bot_token <> '' ${NEWEST}`)
  const botOfMember = db.prepare(
    `select * from slack_installations where ${PLACE} and bot_token <> '' ${NEWEST}`,
  )
  const details = db.prepare(
    `select * from slack_oauth_details where ${PLACE} and user_id in ('', ?)`,
  )
  const replaceInBots = db.prepare(`update slack_bots set bot_token = ? where ${PLACE}`)
  const replaceInInstallations = db.prepare(
    `update slack_installations set bot_token = ? where ${PLACE} and bot_token <> ''`,
  )
  const removeMember = db.prepare(`delete from slack_installations where ${PLACE} and user_id = ?`)
  const removeBot = db.prepare(`delete from slack_bots where ${PLACE}`)
  const columns = `client_id, app_id, team_id, team_name, bot_token, bot_id, bot_user_id, bot_scopes`
  const insertInstallation = db.prepare(
    `insert into slack_installations (${columns}, user_id, user_token, user_scopes, token_type)
     values (?, 'A1', ?, 'Acme', 'xoxb-2', 'B1', 'U9', 'chat:write', ?, 'xoxp-2', 'search:read', 'bot')`,
  )
  const insertBot = db.prepare(
    `insert into slack_bots (${columns}) values (?, 'A1', ?, 'Acme', 'xoxb-2', 'B1', 'U9', 'chat:write')`,
  )
  const replace = db.transaction((app: string, team: string, token: string) => {
    replaceInBots.run(token, app, team)
    replaceInInstallations.run(token, app, team)
  })
  const save = db.transaction((app: string, team: string, user: string) => {
    removeMember.run(app, team, user)
    insertInstallation.run(app, team, user)
    removeBot.run(app, team)
    insertBot.run(app, team)
  })
  const bots = (app: string, team: string) => [bot.get(app, team), botOfMember.get(app, team)]
  return {
    installation: (app, team) => [
      newest.get(app, team),
      ...bots(app, team),
      details.all(app, team, ''),
    ],
    ofMember: (app, team, user) => [
      ofMember.get(app, team, user),
      ...bots(app, team),
      details.all(app, team, user),
    ],
    bot: (app, team) => [...bots(app, team), details.all(app, team, '')],
    replaceBotToken: (app, team, token) => replace.immediate(app, team, token),
    save: (app, team, user) => save.immediate(app, team, user),
    close: () => db.close(),
  }
}
