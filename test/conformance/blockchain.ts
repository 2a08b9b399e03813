/** Official blockchain tests: blocks, valid and not, are imported one by one; head and state are compared. */
import { readFileSync } from 'node:fs'
import type { Address, Hash, Hex } from '@deed/evm'
import { decodeBlock, encodeBlock } from '../../packages/chain/src/block/body.ts'
import { type Chain, openChain } from '../../packages/chain/src/chain.ts'
import type { BlockFault } from '../../packages/chain/src/execute/fault.ts'
import { isBlockFault } from '../../packages/chain/src/execute/fault.ts'
import { executeGenesis, type Genesis } from '../../packages/chain/src/genesis.ts'
import { bytesToHex, hexToBytes } from '../../packages/chain/src/hex.ts'
import { createMemoryStore } from '../../packages/chain/src/store/memory.ts'
import type { BlockRecord } from '../../packages/chain/src/store/store.ts'
import { type Accounts, allocOf } from './alloc.ts'
import type { BlobSchedule } from './blob-schedule.ts'
import { type CaseResult, check, differ, isWanted, type RunOptions } from './case.ts'
import { configByName } from './network.ts'

export async function* run(file: string, options: RunOptions): AsyncIterable<CaseResult> {
  const vectors = JSON.parse(readFileSync(file, 'utf8')) as Record<string, Vector>
  for (const [id, vector] of Object.entries(vectors)) {
    if (options.fork !== undefined && options.fork !== vector.network) continue
    if (!isWanted(id, options)) continue
    if (vector.sealEngine === 'Ethash') {
      yield { id, status: 'left out', reason: 'the seal of work is not checked' }
      continue
    }
    const differs = await compare(vector, options)
    yield check(id, () => differs)
  }
}

interface Vector {
  readonly network: string
  readonly sealEngine: string
  readonly config?: { readonly blobSchedule?: BlobSchedule }
  readonly pre: Accounts
  readonly genesisBlockHeader: Readonly<Record<string, Hex>>
  readonly genesisRLP: Hex
  readonly blocks: readonly VectorBlock[]
  readonly lastblockhash: Hash
  readonly postState?: Accounts
  readonly postStateHash?: Hash
}

interface VectorBlock {
  readonly rlp: Hex
  readonly blockHeader?: { readonly hash: Hash }
  readonly expectException?: string
}

const compare = async (vector: Vector, { engine }: RunOptions): Promise<string | undefined> => {
  const config = configByName(vector.network, vector.config?.blobSchedule)
  if (!config) return `no rules are known for ${vector.network}`
  const genesis = genesisOf(vector, config)
  const chain = await openChain({ genesis, store: createMemoryStore(), engine })
  const genesisRlp = bytesToHex(encodeBlock(chain.genesis.block))
  if (genesisRlp !== vector.genesisRLP) return differ('genesis', vector.genesisRLP, genesisRlp)

  for (const [index, block] of vector.blocks.entries()) {
    const outcome = await importBlock(chain, hexToBytes(block.rlp))
    const differs = compareBlock(block, outcome)
    if (differs !== undefined) return `block ${index}: ${differs}`
  }
  const { stateRoot } = chain.head.block.header
  const { postState, postStateHash = stateRoot } = vector
  return (
    differ('last block', vector.lastblockhash, chain.head.hash) ??
    differ('state root', postStateHash, stateRoot) ??
    (postState && differ('root of the state', rootOf({ ...genesis, alloc: allocOf(postState) }), stateRoot))
  )
}

type Outcome = BlockRecord | Refusal

interface Refusal {
  /** As the official tests may name it. */
  readonly names: readonly string[]
  readonly message: string
}

/** Imports a block and follows the fork choice: most work before the merge, afterwards the latest. */
const importBlock = async (chain: Chain, rlp: Uint8Array): Promise<Outcome> => {
  const block = decodeBlock(rlp)
  if (isBlockDecodeFault(block)) {
    const { cause, message } = block
    const name = 'code' in cause ? cause.code.replace('DEED_TX_', 'TransactionException.') : ''
    return {
      names: [name, 'BlockException.RLP_STRUCTURES_ENCODING', 'BlockException.INCORRECT_BLOCK_FORMAT'],
      message,
    }
  }
  if (bytesToHex(encodeBlock(block)) !== bytesToHex(rlp)) throw new Error('the block encodes differently')
  const executed = await chain.validate(block)
  if (isBlockFault(executed)) return { names: namesOf(executed), message: executed.message }
  const record = await chain.commit(executed)
  const isBest = block.header.difficulty === 0n || record.totalDifficulty > chain.head.totalDifficulty
  if (isBest) await chain.setHead(record.hash)
  return record
}

const compareBlock = (
  { expectException, blockHeader }: VectorBlock,
  outcome: Outcome,
): string | undefined => {
  if ('hash' in outcome)
    return differ('exception', expectException, undefined) ?? differ('hash', blockHeader?.hash, outcome.hash)
  const allowed = expectException?.split('|') ?? []
  if (outcome.names.some((name) => allowed.includes(name))) return undefined
  return differ('exception', expectException ?? 'none', `${outcome.names.join(' or ')} (${outcome.message})`)
}

const namesOf = ({ code, transaction }: BlockFault): readonly string[] => {
  if (transaction) {
    const name = transaction.fault.code.replace('DEED_TX_', '')
    return [name, ...(TRANSACTION_ALIASES[name] ?? [])].map((each) => `TransactionException.${each}`)
  }
  const name = code.replace('DEED_BLOCK_', '')
  return [name, ...(BLOCK_ALIASES[name] ?? [])].map((each) => `BlockException.${each}`)
}

/** The tests name a fault by what the tool that made them noticed first; several of theirs are one of ours. */
const BLOCK_ALIASES: Readonly<Record<string, readonly string[]>> = {
  UNKNOWN_PARENT: ['UNKNOWN_PARENT_ZERO'],
  INVALID_TIMESTAMP: ['INVALID_BLOCK_TIMESTAMP_OLDER_THAN_PARENT'],
  INVALID_DIFFICULTY: [
    'IMPORT_IMPOSSIBLE_DIFFICULTY_OVER_PARIS',
    'IMPORT_IMPOSSIBLE_PARIS_WRONG_POS',
    'IMPORT_IMPOSSIBLE_PARIS_WRONG_POW',
  ],
  WRONG_FIELDS: [
    'IMPORT_IMPOSSIBLE_LONDON_WRONG_PARENT',
    'IMPORT_IMPOSSIBLE_LEGACY',
    'IMPORT_IMPOSSIBLE_LEGACY_WRONG_PARENT',
    'IMPORT_IMPOSSIBLE_SHANGHAI',
    'IMPORT_IMPOSSIBLE_PARIS_OVER_SHANGHAI',
    'RLP_WITHDRAWALS_NOT_READ',
    'INCORRECT_BLOCK_FORMAT',
  ],
  INVALID_UNCLES_HASH: ['IMPORT_IMPOSSIBLE_UNCLES_OVER_PARIS'],
  INVALID_UNCLE: ['UNCLE_PARENT_INCORRECT'],
  INVALID_BLOB_GAS_USED: ['INCORRECT_BLOB_GAS_USED', 'BLOB_GAS_USED_ABOVE_LIMIT'],
  INVALID_EXCESS_BLOB_GAS: ['INCORRECT_EXCESS_BLOB_GAS'],
  BLOCK_SIZE_OVER_CAP: ['RLP_BLOCK_LIMIT_EXCEEDED'],
}

const TRANSACTION_ALIASES: Readonly<Record<string, readonly string[]>> = {
  TYPE_1_TX_PRE_FORK: ['TYPE_NOT_SUPPORTED'],
  TYPE_2_TX_PRE_FORK: ['TYPE_NOT_SUPPORTED'],
}

const genesisOf = ({ pre, genesisBlockHeader: header }: Vector, config: Genesis['config']): Genesis => ({
  config,
  alloc: allocOf(pre),
  timestamp: BigInt(header.timestamp!),
  gasLimit: BigInt(header.gasLimit!),
  extraData: hexToBytes(header.extraData!),
  difficulty: BigInt(header.difficulty!),
  mixHash: header.mixHash!,
  nonce: header.nonce!,
  beneficiary: header.coinbase as Address,
  baseFeePerGas: optional(header.baseFeePerGas),
  blobGasUsed: optional(header.blobGasUsed),
  excessBlobGas: optional(header.excessBlobGas),
})

const rootOf = (genesis: Genesis): Hash => executeGenesis(createMemoryStore(), genesis).block.header.stateRoot

const isBlockDecodeFault = (
  value: ReturnType<typeof decodeBlock>,
): value is Exclude<ReturnType<typeof decodeBlock>, { header: unknown }> => !('header' in value)

const optional = (value: string | undefined): bigint | undefined =>
  value === undefined ? undefined : BigInt(value)
