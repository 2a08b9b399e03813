/** Cases of official state tests: one transaction on a given state; root, logs and refusal are compared. */
import {
  type Address,
  type BlockContext,
  type Fork,
  type Hash,
  type Hex,
  isActive,
  keccakHash,
} from '@deed/evm'
import { logsHash } from '../../packages/chain/src/block/receipt.ts'
import { blobBaseFee } from '../../packages/chain/src/execute/fees.ts'
import { runTransaction } from '../../packages/chain/src/execute/transaction.ts'
import { type ChainConfig, configFrom, rulesAt } from '../../packages/chain/src/forks.ts'
import { executeGenesis, type Genesis } from '../../packages/chain/src/genesis.ts'
import { bytesToHex, hexToBytes, wordToHash } from '../../packages/chain/src/hex.ts'
import { nodeStore, settleLayer } from '../../packages/chain/src/state/root.ts'
import { readerAt } from '../../packages/chain/src/state/tree.ts'
import { createTries } from '../../packages/chain/src/state/tries.ts'
import { commitBlock } from '../../packages/chain/src/store/commit.ts'
import { createMemoryStore } from '../../packages/chain/src/store/memory.ts'
import { decodeTransaction, encodeTransaction } from '../../packages/chain/src/transaction/codec.ts'
import { isFault } from '../../packages/chain/src/transaction/fault.ts'
import { signTransaction } from '../../packages/chain/src/transaction/signature.ts'
import type {
  AccessList,
  Authorization,
  Transaction,
  UnsignedTransaction,
} from '../../packages/chain/src/transaction/types.ts'
import { type Accounts, allocOf } from './alloc.ts'
import { type BlobSchedule, blobParameters } from './blob-schedule.ts'
import { type CaseResult, check, differ, isWanted, type RunOptions } from './case.ts'
import { forkByName } from './fork-name.ts'

export type StateVectors = Readonly<Record<string, Vector>>

export async function* runCases(vectors: StateVectors, options: RunOptions): AsyncIterable<CaseResult> {
  for (const [name, vector] of Object.entries(vectors)) {
    for (const [forkName, posts] of Object.entries(vector.post)) {
      if (options.fork !== undefined && options.fork !== forkName) continue
      for (const [index, post] of posts.entries()) {
        const id = `${name} ${forkName} ${index}`
        if (!isWanted(id, options)) continue
        const differs = await compare(vector, forkName, post, options)
        yield check(id, () => differs)
      }
    }
  }
}

interface Vector {
  readonly env: Readonly<Record<string, string>>
  readonly pre: Accounts
  readonly transaction: TransactionTemplate
  readonly config: { readonly chainid: string; readonly blobSchedule?: BlobSchedule }
  readonly post: Readonly<Record<string, readonly Post[]>>
}

interface Post {
  readonly hash: Hash
  readonly logs: Hash
  readonly txbytes: Hex
  readonly indexes: { readonly data: number; readonly gas: number; readonly value: number }
  readonly expectException?: string
}

/** Fields in lists are chosen by a post's indexes. */
interface TransactionTemplate {
  readonly nonce: string
  readonly gasPrice?: string
  readonly maxFeePerGas?: string
  readonly maxPriorityFeePerGas?: string
  readonly maxFeePerBlobGas?: string
  readonly blobVersionedHashes?: readonly Hash[]
  readonly authorizationList?: readonly Readonly<Record<string, string>>[]
  readonly accessLists?: readonly (AccessList | null)[]
  readonly gasLimit: readonly string[]
  readonly data: readonly string[]
  readonly value: readonly string[]
  readonly to: string
  readonly secretKey: string
}

const compare = async (
  { env, pre, transaction, config }: Vector,
  forkName: string,
  post: Post,
  { engine }: RunOptions,
): Promise<string | undefined> => {
  const fork = forkByName(forkName)
  if (fork === undefined) return `no fork is known as ${forkName}`
  const chain = chainConfig(fork, forkName, config)
  const rules = rulesAt(chain, {
    number: BigInt(env.currentNumber!),
    timestamp: BigInt(env.currentTimestamp!),
    merged: isActive('Paris', fork),
  })
  const given = decodeTransaction(hexToBytes(post.txbytes))
  if (isFault(given)) return refusal(post, given.code)
  const encodings =
    differ('encoded again', post.txbytes, bytesToHex(encodeTransaction(given))) ??
    differ(
      'made of its fields',
      post.txbytes,
      bytesToHex(encodeTransaction(signed(transaction, post, given))),
    )
  if (encodings !== undefined) return encodings

  const block: BlockContext = {
    number: BigInt(env.currentNumber!),
    timestamp: BigInt(env.currentTimestamp!),
    beneficiary: env.currentCoinbase as Address,
    gasLimit: BigInt(env.currentGasLimit!),
    baseFeePerGas: isActive('London', fork) ? BigInt(env.currentBaseFee ?? 0) : 0n,
    difficulty: isActive('Paris', fork) ? 0n : BigInt(env.currentDifficulty ?? 0),
    prevRandao: BigInt(env.currentRandom ?? 0),
    blobBaseFee: blobBaseFee({ excessBlobGas: optional(env.currentExcessBlobGas) }, rules),
    chainId: rules.chainId,
  }
  const store = createMemoryStore()
  const tries = createTries(store)
  const first = await commitBlock(store, tries, executeGenesis(store, genesisOf(chain, pre)))
  const reader = readerAt(store, first.position)
  const { root } = await tries.of(first)
  const scope = { engine, rules, block, isPartial: false, blockHash }
  const room = { gas: block.gasLimit, blobGas: rules.blobs.max * 2n ** 17n }
  const result = runTransaction(scope, reader, room, given)
  if (isFault(result))
    return refusal(post, result.code) ?? differ('state root', post.hash, first.block.header.stateRoot)
  if (post.expectException !== undefined) return differ('exception', post.expectException, 'none')
  return (
    differ('state root', post.hash, settleLayer(nodeStore(store), root, reader, result.layer, 1).root) ??
    differ('logs', post.logs, logsHash(result.logs))
  )
}

const genesisOf = (config: ChainConfig, pre: Accounts): Genesis => ({
  config,
  alloc: allocOf(pre),
  timestamp: 0n,
  gasLimit: 0n,
  extraData: new Uint8Array(0),
  difficulty: 0n,
  mixHash: wordToHash(0n),
  nonce: '0x0000000000000000',
  beneficiary: '0x0000000000000000000000000000000000000000',
})

/** A vector may name several exceptions, of which any one will do. */
const refusal = ({ expectException }: Post, code: string): string | undefined => {
  const ours = code.replace('DEED_TX_', 'TransactionException.')
  const allowed = expectException?.split('|') ?? []
  return allowed.includes(ours) ? undefined : differ('exception', expectException ?? 'none', ours)
}

const chainConfig = (
  fork: Fork,
  forkName: string,
  { chainid, blobSchedule }: Vector['config'],
): ChainConfig => {
  const entry = blobSchedule?.[forkName]
  return configFrom(fork, BigInt(chainid), entry && blobParameters(entry))
}

/** The template signed here. Whether a legacy transaction is protected only `given` can say. */
const signed = (template: TransactionTemplate, { indexes }: Post, given: Transaction): Transaction => {
  const payload = {
    nonce: BigInt(template.nonce),
    gasLimit: BigInt(template.gasLimit[indexes.gas]!),
    to: template.to === '' ? undefined : (template.to as Address),
    value: BigInt(template.value[indexes.value]!),
    data: hexToBytes(template.data[indexes.data]!),
  }
  const accessList = template.accessLists?.[indexes.data] ?? undefined
  const transaction = unsigned(template, payload, given.chainId, accessList)
  return signTransaction(transaction, hexToBytes(template.secretKey))
}

type Payload = Pick<UnsignedTransaction, 'nonce' | 'gasLimit' | 'to' | 'value' | 'data'>

const unsigned = (
  template: TransactionTemplate,
  payload: Payload,
  protectedFor: bigint | undefined,
  accessList: AccessList | undefined,
): UnsignedTransaction => {
  const chainId = protectedFor ?? 1n
  if (template.gasPrice !== undefined) {
    const gasPrice = BigInt(template.gasPrice)
    return accessList
      ? { ...payload, type: 1, chainId, gasPrice, accessList }
      : { ...payload, type: 0, chainId: protectedFor, gasPrice }
  }
  const dynamic = {
    ...payload,
    chainId,
    maxFeePerGas: BigInt(template.maxFeePerGas!),
    maxPriorityFeePerGas: BigInt(template.maxPriorityFeePerGas!),
    accessList: accessList ?? [],
  }
  if (template.blobVersionedHashes !== undefined || template.maxFeePerBlobGas !== undefined)
    return {
      ...dynamic,
      type: 3,
      maxFeePerBlobGas: BigInt(template.maxFeePerBlobGas ?? 0),
      blobVersionedHashes: template.blobVersionedHashes ?? [],
    }
  if (template.authorizationList === undefined) return { ...dynamic, type: 2 }
  return { ...dynamic, type: 4, authorizationList: template.authorizationList.map(authorization) }
}

const authorization = (fields: Readonly<Record<string, string>>): Authorization => ({
  chainId: BigInt(fields.chainId!),
  address: fields.address as Address,
  nonce: BigInt(fields.nonce!),
  yParity: Number(fields.v ?? fields.yParity),
  r: BigInt(fields.r!),
  s: BigInt(fields.s!),
})

const optional = (value: string | undefined): bigint | undefined =>
  value === undefined ? undefined : BigInt(value)

/** State tests have no ancestors: by convention block n has the hash of n in decimal. */
const blockHash = (number: bigint): Hash => keccakHash(new TextEncoder().encode(String(number)))
