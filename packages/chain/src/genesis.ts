/** The first block of a chain and the state that it stands on. */
import { type Address, type Hash, type Hex, isActive, keccakHash } from '@deed/evm'
import { emptyBloom } from './block/bloom.ts'
import { encodeBlock, withdrawalsRoot } from './block/body.ts'
import { EMPTY_UNCLES_HASH, headerHash } from './block/header.ts'
import { requestsHash } from './block/requests.ts'
import type { Block } from './block/types.ts'
import { INITIAL_BASE_FEE } from './execute/fees.ts'
import type { Executed } from './execute/types.ts'
import { type ChainConfig, rulesAt } from './forks.ts'
import { createLayer } from './state/layer.ts'
import { NO_ACCOUNT } from './state/overrides.ts'
import { nodeStore, settleLayer } from './state/root.ts'
import type { Layer, Reader } from './state/types.ts'
import type { Store } from './store/store.ts'
import { EMPTY_ROOT } from './trie/node.ts'

export interface Genesis {
  readonly config: ChainConfig
  readonly alloc: ReadonlyMap<Address, GenesisAccount>
  /** Seconds since 1970. */
  readonly timestamp: bigint
  readonly gasLimit: bigint
  readonly extraData: Uint8Array
  readonly difficulty: bigint
  readonly mixHash: Hash
  readonly nonce: Hex
  readonly beneficiary: Address
  /** Default: 1 gwei when London is in force at genesis. */
  readonly baseFeePerGas?: bigint | undefined
  readonly blobGasUsed?: bigint | undefined
  readonly excessBlobGas?: bigint | undefined
}

/** A first block that was not made here: a fork's is the block of another chain. */
export interface FirstBlock {
  readonly config: ChainConfig
  readonly first: Executed
}

export interface GenesisAccount {
  /** Wei. */
  readonly balance: bigint
  readonly nonce?: bigint
  readonly code?: Uint8Array
  readonly storage?: ReadonlyMap<bigint, bigint>
}

/** Genesis as a block that waits to be committed. */
export const executeGenesis = (store: Store, genesis: Genesis): Executed => {
  const settled = settleLayer(nodeStore(store), undefined, NOTHING, allocLayer(genesis.alloc), 0)
  const { root, layer } = settled
  const { difficulty, timestamp } = genesis
  const { fork } = rulesAt(genesis.config, {
    number: 0n,
    timestamp,
    merged: genesis.config.terminalTotalDifficulty === 0n,
  })
  const block: Block = {
    header: {
      parentHash: ZERO_HASH,
      unclesHash: EMPTY_UNCLES_HASH,
      beneficiary: genesis.beneficiary,
      stateRoot: root,
      transactionsRoot: EMPTY_ROOT,
      receiptsRoot: EMPTY_ROOT,
      logsBloom: emptyBloom(),
      difficulty,
      number: 0n,
      gasLimit: genesis.gasLimit,
      gasUsed: 0n,
      timestamp,
      extraData: genesis.extraData,
      mixHash: genesis.mixHash,
      nonce: genesis.nonce,
      baseFeePerGas: isActive('London', fork) ? (genesis.baseFeePerGas ?? INITIAL_BASE_FEE) : undefined,
      withdrawalsRoot: isActive('Shanghai', fork) ? withdrawalsRoot([]) : undefined,
      blobGasUsed: isActive('Cancun', fork) ? (genesis.blobGasUsed ?? 0n) : undefined,
      excessBlobGas: isActive('Cancun', fork) ? (genesis.excessBlobGas ?? 0n) : undefined,
      parentBeaconBlockRoot: isActive('Cancun', fork) ? ZERO_HASH : undefined,
      requestsHash: isActive('Prague', fork) ? requestsHash([]) : undefined,
    },
    transactions: [],
    uncles: [],
    withdrawals: isActive('Shanghai', fork) ? [] : undefined,
  }
  return {
    block,
    hash: headerHash(block.header),
    parent: ZERO_HASH,
    receipts: [],
    senders: [],
    transactionHashes: [],
    totalDifficulty: difficulty,
    size: encodeBlock(block).length,
    requests: [],
    refused: [],
    layer,
    // However little it is, the first trie is stored.
    trie: { root: settled.trie, changed: settled.changed, blocks: Number.POSITIVE_INFINITY, held: 0 },
  }
}

const allocLayer = (alloc: Genesis['alloc']): Layer => {
  const layer = createLayer()
  for (const [address, { balance, nonce = 0n, code, storage }] of alloc) {
    const hasCode = code !== undefined && code.length > 0
    const codeHash = hasCode ? keccakHash(code) : NO_ACCOUNT.codeHash
    layer.accounts.set(address, { ...NO_ACCOUNT, balance, nonce, codeHash })
    if (hasCode) layer.codes.set(codeHash, code)
    const slots = [...(storage ?? [])].filter(([, value]) => value !== 0n)
    if (slots.length > 0) layer.storage.set(address, new Map(slots))
  }
  return layer
}

/** The state below genesis. */
const NOTHING: Reader = {
  account: () => undefined,
  slot: () => 0n,
  code: () => new Uint8Array(0),
  hasStorage: () => false,
}

const ZERO_HASH: Hash = `0x${'0'.repeat(64)}`
