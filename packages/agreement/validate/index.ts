/** @deed/agreement/validate: what a deed's words mean, held against its contract. Needs Node, and compiles. */
export { type Replayed, replay } from './replay.ts'
