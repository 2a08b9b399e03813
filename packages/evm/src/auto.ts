/** The engine for every day: the fastest that can do what is asked here. */
import type { Engine, EngineCall, Outcome } from './engine.ts'
import { interpreter } from './interpreter/interpreter.ts'
import { createTier } from './tier1/tier.ts'
import { createBackgroundCompiler } from './tier2/compile.ts'

/**
 * Tier 1, whose hot contracts go over to tier 2; where WebAssembly may not be compiled, and where a tracer wants to know
 * of every step, the reference engine.
 */
export const auto: Engine = {
  name: 'auto',
  run(call: EngineCall): Outcome {
    if (engine === undefined) engine = mayCompile() ? tiers : interpreter
    return engine.run(call)
  },
}

/** Blocks of a contract after which it is worth compiling: 5 ms of work in tier 1, as much as translating takes. */
const HOT = 250_000

const tiers = createTier({ name: 'auto', hot: { after: HOT, ...createBackgroundCompiler() } })

let engine: Engine | undefined

/** A page's content-security policy may forbid it, and so may whoever starts the process. */
function mayCompile(): boolean {
  try {
    // The empty module, with vectors: a function that gives one and drops it.
    return WebAssembly.validate(WITH_VECTORS) && new WebAssembly.Module(WITH_VECTORS) !== undefined
  } catch {
    return false
  }
}

const WITH_VECTORS = Uint8Array.of(
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
  ...[0x01, 0x04, 0x01, 0x60, 0x00, 0x00],
  ...[0x03, 0x02, 0x01, 0x00],
  ...[0x0a, 0x09, 0x01, 0x07, 0x00, 0x41, 0x00, 0xfd, 0x0f, 0x1a, 0x0b],
)
