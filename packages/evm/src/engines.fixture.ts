/** For tests: every engine at once. Whatever a test runs goes through all of them, and they must not differ. */
import type { Engine, EngineCall, Outcome } from './engine.ts'
import { bytesToHex } from './hex.ts'
import { interpreter } from './interpreter/interpreter.ts'
import { tier1 } from './tier1/tier1.ts'
import { tier2 } from './tier2/tier2.ts'

/** The reference first. */
export const ENGINES: readonly Engine[] = [interpreter, tier1, tier2]

/** Runs a call on every engine, and gives what the reference gave. A tracer is told once. */
export const everyEngine: Engine = {
  name: 'every engine',
  run(call: EngineCall): Outcome {
    const [reference, ...others] = ENGINES
    const outcome = reference!.run(call)
    if (call.tracer !== undefined) return outcome
    for (const engine of others) {
      const difference = differenceOf(outcome, engine.run(call))
      if (difference !== undefined)
        throw new Error(`${engine.name} differs from the reference: ${difference}`)
    }
    return outcome
  },
}

/** Where two outcomes differ first; `undefined` if nowhere, the order of changes included. */
export function differenceOf(expected: Outcome, actual: Outcome): string | undefined {
  const left = linesOf(expected)
  const right = linesOf(actual)
  const at = left.findIndex((line, index) => line !== right[index])
  if (at >= 0) return `${left[at]} became ${right[at]}`
  return left.length === right.length ? undefined : `${right[left.length]} is too much`
}

/** An outcome as lines of text, one for each value in it. */
function linesOf(value: unknown, path = ''): string[] {
  if (value instanceof Uint8Array) return [`${path} ${bytesToHex(value)}`]
  if (value instanceof Map)
    return [...value].flatMap(([key, held]) => linesOf(held, `${path}/${String(key)}`))
  if (typeof value !== 'object' || value === null) return [`${path} ${String(value)}`]
  const entries = Object.entries(value).filter(([, held]) => held !== undefined)
  return [`${path} ${entries.length}`, ...entries.flatMap(([key, held]) => linesOf(held, `${path}.${key}`))]
}
