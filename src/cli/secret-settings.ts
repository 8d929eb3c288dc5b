/** Each has a twin of that name and `_FILE`. */
export const secretSettings = [
  'SLACK_CLIENT_SECRET',
  'SLACK_SIGNING_SECRET',
  'SLACK_CONFIG_TOKEN',
  'SLACK_OAUTH_KEY',
] as const
