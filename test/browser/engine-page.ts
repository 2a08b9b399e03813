/** What the page of ./engine-site.ts runs: every engine on programs, and on official vectors. */
import { auto, bytesToHex, hexToBytes, interpreter, type Outcome, tier1, tier2 } from '@deed/evm'
import { deploy, install, measure } from '@deed/evm/measure'
import { runCases, type StateVectors } from '../conformance/state-cases.ts'

export interface PageProgram {
  readonly code: string
  /** The code is run first, and what it returns is the contract. */
  readonly isInitcode?: boolean
  readonly data: string
  readonly runs: number
}

export interface PageResult {
  readonly output: string
  readonly gasUsed: string
  readonly milliseconds: number
}

const ENGINES = { interpreter, tier1, tier2, auto }

export type EngineName = keyof typeof ENGINES

const run = (name: EngineName, { code, isInitcode, data, runs }: PageProgram): PageResult | string => {
  try {
    const engine = ENGINES[name]
    const installed = isInitcode ? deploy(engine, hexToBytes(code)) : install(hexToBytes(code))
    if (!('world' in installed)) return `the deployment ended with ${installed.status}`
    const { outcome, gasUsed, milliseconds } = measure(
      engine,
      installed,
      hexToBytes(data),
      runs,
      () => performance.now(),
      { effects: true },
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

export interface PageVectors {
  readonly passed: number
  readonly failed: readonly string[]
}

const runVectors = async (name: EngineName, vectors: StateVectors): Promise<PageVectors> => {
  let passed = 0
  const failed: string[] = []
  for await (const result of runCases(vectors, { engine: ENGINES[name] })) {
    if (result.status === 'passed') passed++
    else failed.push(`${result.id}: ${result.reason}`)
  }
  return { passed, failed }
}

Object.assign(globalThis, { runEngine: run, runVectors })
