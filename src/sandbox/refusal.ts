import type { Json } from './http/response.ts'

/** Slack saying no: `word` is Slack's own error string, the message is what a person is told. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly word: string
  /** What an API answer says beside `error`. */
  readonly details: Json

  constructor(word: string, explanation = word, details: Json = {}) {
    super(explanation)
    this.word = word
    this.details = details
  }
}
