import type { SecretName } from '../encryption/sealed-value.ts'

/** How secrets stand in their columns. */
export interface Secrets {
  seal(secret: string, name: SecretName): string
  /** Whose it is has to be known for what is sealed alone. */
  open(value: string, name: () => SecretName): string
}

/** Whose the secrets of a row are. */
export type SecretOwner = Omit<SecretName, 'column'>

/** As Slack's SDKs have them. */
export const inTheClear: Secrets = {
  seal: (secret) => secret,
  open: (value) => value,
}

/** The columns that are sealed, by their table. A bot's are the place's, the others a member's. */
export const secretColumns = {
  slack_installations: [
    'bot_token',
    'bot_refresh_token',
    'user_token',
    'user_refresh_token',
    'incoming_webhook_url',
  ],
  slack_bots: ['bot_token', 'bot_refresh_token'],
} as const

export type SecretTable = keyof typeof secretColumns

/** A secret by its column, in a row of this owner. */
export function secretName(owner: SecretOwner, column: string): SecretName {
  const { clientId, enterpriseId, teamId, userId } = owner
  const isOfPlace = column.startsWith('bot_')
  return { clientId, enterpriseId, teamId, userId: isOfPlace ? '' : userId, column }
}
