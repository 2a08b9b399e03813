/** @deed/agreement/language: a deed's text checked, proved, laid out, performed by its meaning. Runs in a browser. */
export { CODES, type Code } from './codes.ts'
export { type Emitted, emitDeed, type Proved } from './emit/emit.ts'
export { outlineText, textHash } from './emit/outline.ts'
export { type Finding, type Fix, render } from './finding.ts'
export { act, type Call, type Pull } from './meaning/act.ts'
export { type Account, type Agreed, isRefused, type Outcome, type State } from './meaning/state.ts'
export { create, order, perform, priceOf, sign, transfer, withdraw } from './meaning/steps.ts'
export type { Model } from './model/model.ts'
export type { Fact, FactKind } from './proofs/facts.ts'
export { MOST_BYTES, type Read, readDeed } from './read.ts'
export {
  type Blank,
  blanksOf,
  checkFilling,
  type Filled,
  type Filling,
  figuresOf,
  requirementsUnmet,
  understand,
  wordsOf,
} from './signing/blanks.ts'
export { type Block, type Document, documentOf } from './signing/document.ts'
export { domainName } from './signing/domain.ts'
export { shownFigure, withFigures } from './signing/sentences.ts'
export { type Formatted, format } from './syntax/format.ts'
