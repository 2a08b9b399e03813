import type { Engine } from '@deed/evm'
import type { CaseResult, RunOptions } from './case.ts'

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
