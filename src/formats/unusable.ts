/** Why something outside is no installation. It never quotes what it found: that may be a secret. */
export class Unusable extends Error {
  override readonly name = 'Unusable'
  /** It is an attack rather than a mistake: nothing else of the same source is to be believed. */
  readonly isHostile: boolean

  constructor(why: string, { isHostile = false } = {}) {
    super(why)
    this.isHostile = isHostile
  }
}
