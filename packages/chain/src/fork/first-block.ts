/**
 * The block that a fork stands on, as the first of a chain. Its header and hash are the origin's but for the state
 * root, which is that of what is local: the unlocked accounts' money. Whoever asks for the block itself gets the
 * origin's own words.
 */
import type { Address, Hash, Hex } from '@deed/evm'
import { delegationTarget, EMPTY_CODE_HASH, isActive, keccakHash } from '@deed/evm'
import type { Block, Header } from '../block/types.ts'
import { rulesAfter } from '../execute/block.ts'
import { SYSTEM_ADDRESS } from '../execute/message.ts'
import { CONSOLIDATION_REQUESTS, SYSTEM_CONTRACTS, WITHDRAWAL_REQUESTS } from '../execute/system-contracts.ts'
import type { Executed } from '../execute/types.ts'
import type { ChainConfig, Rules } from '../forks.ts'
import type { GenesisAccount } from '../genesis.ts'
import { hexToBytes } from '../hex.ts'
import { isObject } from '../rpc/decode.ts'
import { createLayer } from '../state/layer.ts'
import { found, settle } from '../state/missing.ts'
import { NO_ACCOUNT } from '../state/overrides.ts'
import { nodeStore, settleLayer } from '../state/root.ts'
import type { Layer, Reader } from '../state/types.ts'
import type { Store } from '../store/store.ts'
import { ForkError } from './error.ts'

/** What of a block as JSON-RPC writes it a chain goes on from. */
export interface OriginHeader {
  readonly header: Header
  readonly hash: Hash
  readonly totalDifficulty: bigint | undefined
  /** Bytes of its encoding; zero where the origin does not say. */
  readonly size: number
}

/** Origins have fields of their own and lack others; only what the next block follows from must be there. */
export const readHeader = (json: unknown, host: string): OriginHeader => {
  const fields = isObject(json) ? json : {}
  const refuse = (name: string): never => {
    throw new ForkError(
      'DEED_FORK_ORIGIN_GARBAGE',
      `The origin ${host} gives a block whose ${name} is missing or malformed. Is this the address of an Ethereum node's JSON-RPC?`,
    )
  }
  const data = <D extends Hex | undefined>(name: string, bytes: number, otherwise?: D): Hex | D => {
    const value = fields[name]
    if (typeof value === 'string' && new RegExp(`^0x[0-9a-fA-F]{${2 * bytes}}$`).test(value))
      return value.toLowerCase() as Hex
    return otherwise ?? refuse(name)
  }
  const optional = (name: string): bigint | undefined => {
    const value = fields[name]
    if (value === undefined || value === null) return undefined
    return typeof value === 'string' && /^0x[0-9a-fA-F]{1,64}$/.test(value) ? BigInt(value) : refuse(name)
  }
  const amount = (name: string): bigint => optional(name) ?? refuse(name)
  const maybeHash = (name: string): Hash | undefined => (fields[name] ? data(name, 32) : undefined)
  const gasLimit = amount('gasLimit')
  return {
    hash: data('hash', 32),
    totalDifficulty: optional('totalDifficulty'),
    size: Number(optional('size') ?? 0n),
    header: {
      parentHash: data('parentHash', 32),
      unclesHash: data('sha3Uncles', 32, ZERO_HASH),
      beneficiary: data('miner', 20, ZERO_ADDRESS),
      stateRoot: data('stateRoot', 32, ZERO_HASH),
      transactionsRoot: data('transactionsRoot', 32, ZERO_HASH),
      receiptsRoot: data('receiptsRoot', 32, ZERO_HASH),
      logsBloom: hexToBytes(data('logsBloom', 256, EMPTY_BLOOM)),
      difficulty: optional('difficulty') ?? 0n,
      number: amount('number'),
      // Some origins have no limit and say zero; prices follow from half of it.
      gasLimit: gasLimit < LEAST_GAS_LIMIT ? LEAST_GAS_LIMIT : gasLimit,
      gasUsed: amount('gasUsed'),
      timestamp: amount('timestamp'),
      extraData: NO_DATA,
      mixHash: data('mixHash', 32, ZERO_HASH),
      nonce: data('nonce', 8, ZERO_NONCE),
      baseFeePerGas: optional('baseFeePerGas'),
      withdrawalsRoot: maybeHash('withdrawalsRoot'),
      blobGasUsed: optional('blobGasUsed'),
      excessBlobGas: optional('excessBlobGas'),
      parentBeaconBlockRoot: maybeHash('parentBeaconBlockRoot'),
      requestsHash: maybeHash('requestsHash'),
    },
  }
}

/**
 * @param store of the fork, with nothing in it.
 * @param alloc Accounts to be set there; of one that the origin has, what is not said stays. One with a balance alone
 *   is somebody's own: where everybody knows its key, strangers have delegated it on public chains (EIP-7702), and
 *   what is sent to it would be gone.
 */
export const firstBlock = (
  store: Store,
  config: ChainConfig,
  { header, hash, totalDifficulty: given, size }: OriginHeader,
  alloc: ReadonlyMap<Address, GenesisAccount>,
): Promise<Executed> =>
  settle(store, () => {
    const block: Block = {
      header,
      transactions: [],
      uncles: [],
      withdrawals: header.withdrawalsRoot === undefined ? undefined : [],
    }
    const totalDifficulty = totalOf(config, header, given)
    const next = rulesAfter(config, { block, totalDifficulty }, header.timestamp + 1n)
    const below = originReader(store)
    const set = allocLayer(below, next, alloc)
    const settled = settleLayer(nodeStore(store), undefined, below, set, Number(header.number))
    return {
      block: { ...block, header: { ...header, stateRoot: settled.root } },
      hash,
      parent: header.parentHash,
      receipts: [],
      senders: [],
      transactionHashes: [],
      totalDifficulty,
      size,
      requests: [],
      refused: [],
      layer: settled.layer,
      // However little it is, the first trie is stored.
      trie: { root: settled.trie, changed: settled.changed, blocks: Number.POSITIVE_INFINITY, held: 0 },
    }
  })

/** Reads what the first block and whatever comes after it will need. */
export const readAhead = (store: Store, alloc: ReadonlyMap<Address, GenesisAccount>): Promise<void> =>
  settle(store, () => {
    const { account, slot } = originReader(store)
    const contracts = SYSTEM_CONTRACTS.map(({ address }) => address)
    for (const address of [...alloc.keys(), ...contracts, SYSTEM_ADDRESS]) found(account(address))
    for (const { address } of [WITHDRAWAL_REQUESTS, CONSOLIDATION_REQUESTS])
      for (const key of QUEUE_SLOTS) found(slot(address, key))
  })

/** Of a queue of requests: excess, count, head and tail, which the end of each block looks at. */
const QUEUE_SLOTS = [0n, 1n, 2n, 3n]

const originReader = (store: Store): Reader => {
  const root = { branch: 0, height: 0 }
  const account: Reader['account'] = (address) => store.account(root, address) ?? undefined
  return {
    account,
    slot: (address, key) => store.slot(root, address, 0, key) ?? 0n,
    code: (hash) => store.record('code', hash) ?? NO_DATA,
    hasStorage: () => false,
  }
}

/** @param next rules of the next block. */
const allocLayer = (below: Reader, next: Rules, alloc: ReadonlyMap<Address, GenesisAccount>): Layer => {
  const layer = createLayer()
  const setCode = (code: Uint8Array): Hash => {
    const codeHash = keccakHash(code)
    layer.codes.set(codeHash, code)
    return codeHash
  }
  for (const [address, given] of alloc) {
    const before = found(below.account(address)) ?? NO_ACCOUNT
    const code = found(below.code(before.codeHash))
    const own = delegationTarget(code) === undefined ? before.codeHash : EMPTY_CODE_HASH
    layer.accounts.set(address, {
      ...before,
      balance: given.balance,
      nonce: given.nonce ?? before.nonce,
      codeHash: given.code ? setCode(given.code) : own,
    })
    if (given.storage) layer.storage.set(address, new Map(given.storage))
  }
  // Without them no block could be built by rules that the origin may not have.
  if (!isActive('Cancun', next.fork)) return layer
  for (const { address, code } of SYSTEM_CONTRACTS) {
    const before = found(below.account(address)) ?? NO_ACCOUNT
    if (before.codeHash === EMPTY_CODE_HASH)
      layer.accounts.set(address, { ...before, nonce: 1n, codeHash: setCode(hexToBytes(code)) })
  }
  return layer
}

/** A block without difficulty comes after the merge, whatever came before it. */
const totalOf = (
  { terminalTotalDifficulty: terminal }: ChainConfig,
  { difficulty }: Header,
  given: bigint | undefined,
): bigint => {
  if (terminal === undefined) return given ?? difficulty
  if (difficulty === 0n || terminal === 0n) return terminal
  return given ?? difficulty
}

const LEAST_GAS_LIMIT = 5_000n
const NO_DATA = new Uint8Array(0)
const EMPTY_BLOOM: Hex = `0x${'00'.repeat(256)}`
const ZERO_HASH: Hash = `0x${'0'.repeat(64)}`
const ZERO_NONCE: Hex = '0x0000000000000000'
const ZERO_ADDRESS: Address = '0x0000000000000000000000000000000000000000'
