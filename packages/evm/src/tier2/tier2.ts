import { createTier } from '../tier1/tier.ts'
import { compileNow } from './compile.ts'

/** Tier 2: every code that the world has is compiled to WebAssembly before it first runs. */
export const tier2 = createTier({ name: 'tier2', hot: { after: 1, tell: compileNow } })
