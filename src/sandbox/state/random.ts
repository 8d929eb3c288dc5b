import { randomBytes, randomInt } from 'node:crypto'

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'

/** An id as Slack writes them: a letter for the kind, then capitals and digits. */
export function randomId(letter: string): string {
  return `${letter}0${Array.from({ length: 9 }, () => ALPHABET.charAt(randomInt(36))).join('')}`
}

export function randomDigits(): string {
  return String(randomInt(1_000_000_000, 10_000_000_000))
}

/** 24 random bytes in letters and digits only, as all of Slack's tokens are. */
export function randomSecret(): string {
  return randomBytes(24).toString('hex')
}

/** Slack's codes read digits.digits.hex. */
export function randomCode(): string {
  return `${randomDigits()}.${randomDigits()}.${randomBytes(32).toString('hex')}`
}
