/** What bytecode costs that is made to be dear to compile: the module, the memory, and a run of ten million gas. */
import { auto, type Engine, interpreter, tier1, tier2 } from '@deed/evm'
import { install, measure } from '@deed/evm/measure'
import { ADVERSARIAL } from '../../packages/evm/src/compile/adversarial.fixture.ts'
import { compileContract } from '../../packages/evm/src/compile/contract.ts'

/** Nothing of what is compiled here runs: any addresses do. */
const ADDRESSES = { current: 0, fuel: 4, operands: 4096, words: 64 }
const GAS = 10_000_000n
const TRIES = 5

export function printAdversarial(json: boolean): void {
  for (const [name, code] of Object.entries(ADVERSARIAL)) {
    const before = process.memoryUsage().rss
    const compile = () => compileContract(code, 'Osaka', ADDRESSES, 65_536, 1)
    const { module, tableSize } = compile()
    const translateMs = best(() => void compile())
    const row = {
      code: code.length,
      module: module.length,
      regions: tableSize,
      translateMs,
      interpreterMs: runMs(interpreter, code),
      tier1Ms: runMs(tier1, code),
      // The first run compiles; V8 then compiles what is called.
      tier2FirstMs: firstRunMs(tier2, code),
      autoMs: runMs(auto, code),
      memoryMb: Math.max(0, Math.round((process.memoryUsage().rss - before) / 2 ** 20)),
    }
    if (json) console.log(JSON.stringify({ name, ...row }))
    else
      console.log(
        `${name.padEnd(46)} ${row.code} bytes, module ${row.module} in ${row.regions} regions, ${translateMs.toFixed(1)} ms; 10 Mgas: interpreter ${row.interpreterMs.toFixed(1)} ms, tier 1 ${row.tier1Ms.toFixed(1)}, tier 2 first ${row.tier2FirstMs.toFixed(1)}, auto ${row.autoMs.toFixed(1)}; ${row.memoryMb} MB more`,
      )
  }
}

const firstRunMs = (engine: Engine, code: Uint8Array): number =>
  measure(engine, install(code), new Uint8Array(), 1, () => performance.now(), { gas: GAS }).milliseconds[0]!

const runMs = (engine: Engine, code: Uint8Array): number => best(() => void firstRunMs(engine, code))

function best(run: () => void): number {
  let least = Number.POSITIVE_INFINITY
  for (let i = 0; i < TRIES; i++) {
    const start = performance.now()
    run()
    least = Math.min(least, performance.now() - start)
  }
  return least
}
