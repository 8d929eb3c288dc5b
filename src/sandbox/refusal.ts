/** Slack saying no: `word` is Slack's own error string, the message is what a person is told. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly word: string

  constructor(word: string, explanation = word) {
    super(explanation)
    this.word = word
  }
}
