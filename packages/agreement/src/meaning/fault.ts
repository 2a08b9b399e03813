/** The deed does what the proofs exclude: it was performed without having been proved, or a proof is wrong. */
export class Fault extends Error {
  readonly code = 'DEED_LANGUAGE_FAULT'
  override readonly name = 'Fault'
}

/** Ends a step that is not done; {@link attempt} turns it into an outcome. */
export class Refusal {
  readonly reason: string

  constructor(reason: string) {
    this.reason = reason
  }
}

export const refuse = (reason: string): never => {
  throw new Refusal(reason)
}
