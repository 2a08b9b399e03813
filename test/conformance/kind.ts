import type { Engine } from '@deed/evm'

/** One outcome of a vector. `reason` says what was expected and what came, or why it was left out. */
export type CaseResult =
  | { readonly id: string; readonly status: 'passed' }
  | { readonly id: string; readonly status: 'failed' | 'left out'; readonly reason: string }

export interface RunOptions {
  readonly engine: Engine
  /** Only this fork, by the vectors' name of it. */
  readonly fork?: string
  /** Only cases whose id contains this. */
  readonly match?: string
}

/** What every kind's module exports: runs all cases of one file. */
type Run = (file: string, options: RunOptions) => Iterable<CaseResult> | AsyncIterable<CaseResult>

interface Kind {
  /** Its folder in the official vectors. */
  readonly folder: string
  readonly load: () => Promise<{ readonly run: Run }>
}

export const KINDS = {
  rlp: { folder: 'rlp_tests', load: () => import('./rlp.ts') },
  trie: { folder: 'trie_tests', load: () => import('./trie.ts') },
  transaction: { folder: 'transaction_tests', load: () => import('./transaction.ts') },
  precompiles: { folder: 'precompiles', load: () => import('./precompiles.ts') },
  state: { folder: 'state_tests', load: () => import('./state.ts') },
  blockchain: { folder: 'blockchain_tests', load: () => import('./blockchain.ts') },
} as const satisfies Record<string, Kind>

export type KindName = keyof typeof KINDS

export const isKind = (name: string): name is KindName => Object.hasOwn(KINDS, name)

export const ENGINES: Readonly<Record<string, () => Promise<Engine>>> = {
  interpreter: async () => (await import('@deed/evm')).interpreter,
  tier1: async () => (await import('@deed/evm')).tier1,
  tier2: async () => (await import('@deed/evm')).tier2,
  auto: async () => (await import('@deed/evm')).auto,
}

/** `undefined` if it passed; else what differs. A throw is a failure too, with the error's own words. */
export const check = (id: string, differs: () => string | undefined): CaseResult => {
  let reason: string | undefined
  try {
    reason = differs()
  } catch (error) {
    reason = `threw ${error instanceof Error ? (error.stack ?? error.message) : error}`
  }
  return reason === undefined ? { id, status: 'passed' } : { id, status: 'failed', reason }
}

/** The difference of two values that print, or `undefined`. */
export const differ = (what: string, expected: unknown, actual: unknown): string | undefined =>
  expected === actual ? undefined : `${what}: expected ${expected}, got ${actual}`

/** Whether a case was asked for. */
export const isWanted = (id: string, { match }: RunOptions): boolean =>
  match === undefined || id.includes(match)
