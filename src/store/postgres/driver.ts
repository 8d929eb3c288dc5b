import type Pg from 'pg'
import { errorCode, SlackOAuthError } from '../../base/errors.ts'

export type Driver = typeof Pg

/** @throws SlackOAuthError `store_driver` where it is not installed: it is an optional dependency */
export async function loadDriver(): Promise<Driver> {
  try {
    return (await import('pg')).default
  } catch (error) {
    const code = errorCode(error)
    if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') throw error
    throw new SlackOAuthError(
      'store_driver',
      'The package pg, which speaks to PostgreSQL, is missing',
      {
        hint: 'npm install pg, beside slack-oauth (with --global where slack-oauth is installed so)',
        cause: error,
      },
    )
  }
}
