/** What the page of ./engine.test.ts runs: every engine on programs that the test has run in Node already. */
import { auto, bytesToHex, hexToBytes, interpreter, type Outcome, tier1, tier2 } from '@deed/evm'
import { install, measure } from '@deed/evm/measure'

export interface PageProgram {
  readonly code: string
  readonly data: string
  readonly runs: number
}

export interface PageResult {
  readonly output: string
  readonly gasUsed: string
  readonly milliseconds: number
}

const ENGINES = { interpreter, tier1, tier2, auto }

const run = (name: keyof typeof ENGINES, { code, data, runs }: PageProgram): PageResult | string => {
  try {
    const { outcome, gasUsed, milliseconds } = measure(
      ENGINES[name],
      install(hexToBytes(code)),
      hexToBytes(data),
      runs,
      () => performance.now(),
    )
    return {
      output: describe(outcome),
      gasUsed: String(gasUsed),
      milliseconds: milliseconds.toSorted((a, b) => a - b)[runs >> 1]!,
    }
  } catch (error) {
    return String(error)
  }
}

const describe = (outcome: Exclude<Outcome, { status: 'miss' }>): string =>
  `${outcome.status} ${bytesToHex(outcome.output)} ${outcome.logs.length} ${outcome.changes.size}`

Object.assign(globalThis, { runEngine: run })
