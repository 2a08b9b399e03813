import { createTier } from './tier.ts'

/** Tier 1: an interpreter in WebAssembly, with the state of a run in its memory (../../assembly). */
export const tier1 = createTier({ name: 'tier1' })
