import { releaseHelper } from './effects.ts'
import type { Emitter } from './emitter.ts'

/** At the end the rest of a holding becomes its owner's own. */
export const releaseToOwner = (emitter: Emitter, holding: number): string => {
  const { owner } = emitter.model.holdings[holding]!
  return `${releaseHelper(emitter, holding, { kind: 'party', index: owner })}(${emitter.names.holdings[holding]});`
}
