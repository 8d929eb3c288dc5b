import Database from 'better-sqlite3'

export const APP = '1.2'
const ID_WIDTH = 7

export const id = (kind: 'T' | 'U', index: number) => kind + String(index).padStart(ID_WIDTH, '0')

/** So many workspaces with a bot and a member each, in one transaction. */
export function fill(path: string, count: number): void {
  const db = new Database(path)
  db.pragma('synchronous = off')
  db.transaction(() => {
    db.exec(`
      with recursive numbers (n) as (select 0 union all select n + 1 from numbers where n < ${count - 1})
      insert into slack_installations (client_id, app_id, team_id, team_name, bot_token, bot_id, bot_user_id,
        bot_scopes, user_id, user_token, user_scopes, token_type, installed_at)
      select '${APP}', 'A1', format('T%0${ID_WIDTH}d', n), 'Team ' || n, 'xoxb-' || n, 'B1', 'U9',
        'chat:write,channels:read', format('U%0${ID_WIDTH}d', n), 'xoxp-' || n, 'search:read', 'bot',
        '2026-01-02 03:04:05.678' from numbers;
      insert into slack_bots (client_id, app_id, team_id, team_name, bot_token, bot_id, bot_user_id,
        bot_scopes, installed_at)
      select client_id, app_id, team_id, team_name, bot_token, bot_id, bot_user_id, bot_scopes, installed_at
      from slack_installations;
    `)
  })()
  db.pragma('wal_checkpoint(truncate)')
  db.close()
}
