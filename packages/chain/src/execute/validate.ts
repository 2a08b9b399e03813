/** Holds somebody else's block against every rule. Outcomes are values. */
import { isActive } from '@deed/evm'
import { encodeBlock, withdrawalsRoot } from '../block/body.ts'
import { EMPTY_UNCLES_HASH, headerHash, unclesHash } from '../block/header.ts'
import type { Block, Header } from '../block/types.ts'
import type { Rules } from '../forks.ts'
import { bytesToHex } from '../hex.ts'
import { found, settle } from '../state/missing.ts'
import type { BlockRecord, Store } from '../store/store.ts'
import type { TransactionFault } from '../transaction/fault.ts'
import { executeBlock, type Host, rulesAfter } from './block.ts'
import { DAO_EXTRA_DATA } from './dao.ts'
import { nextDifficulty } from './difficulty.ts'
import { type BlockFault, type BlockFaultName, blockFault, isBlockFault } from './fault.ts'
import { ELASTICITY, nextBaseFee, nextExcessBlobGas } from './fees.ts'
import type { Executed, Refusal } from './types.ts'

/** Executes a block after its parent and compares. The seal of work is not checked. */
export const validateBlock = async (
  host: Host,
  parent: BlockRecord,
  block: Block,
): Promise<Executed | BlockFault> => {
  const { header } = block
  const rules = rulesAfter(host.config, parent, header.timestamp)
  const fault =
    validateHeader(header, parent.block.header, rules) ??
    validateBody(block, rules) ??
    (await validateUncles(host, parent, block))
  if (fault) return fault

  const executed = await executeBlock(host, parent, {
    transactions: block.transactions,
    timestamp: header.timestamp,
    beneficiary: header.beneficiary,
    gasLimit: header.gasLimit,
    extraData: header.extraData,
    prevRandao: header.mixHash,
    ...(block.withdrawals && { withdrawals: block.withdrawals }),
    ...(header.parentBeaconBlockRoot && { parentBeaconBlockRoot: header.parentBeaconBlockRoot }),
    uncles: block.uncles,
    difficulty: header.difficulty,
    nonce: header.nonce,
  })
  if (isBlockFault(executed)) return executed
  const [refused] = executed.refused
  return refused === undefined ? compare(header, executed) : faultOf(refused)
}

/** Why a block with a transaction that was refused is invalid. Nothing can be said of it if the engine failed. */
const faultOf = ({ index, fault, cause }: Refusal): BlockFault => {
  if (cause !== undefined) throw cause
  if (!isTransactionFault(fault)) return fault
  const message = `Transaction ${index} cannot be part of the block: ${fault.message}`
  return blockFault('INVALID_TRANSACTION', message, { index, fault })
}

const isTransactionFault = (fault: Refusal['fault']): fault is TransactionFault =>
  fault.code.startsWith('DEED_TX_')

/** A header's own rules, given its parent (Yellow Paper 4.3.4 and the EIPs since). */
const validateHeader = (header: Header, parent: Header, rules: Rules): BlockFault | undefined => {
  for (const check of HEADER_CHECKS) {
    const fault = check(header, parent, rules)
    if (fault) return fault
  }
  return undefined
}

type HeaderCheck = (header: Header, parent: Header, rules: Rules) => BlockFault | undefined

const checkNumber: HeaderCheck = ({ number }, parent) =>
  number === parent.number + 1n
    ? undefined
    : blockFault('INVALID_BLOCK_NUMBER', `Number ${number} does not follow the parent's ${parent.number}`)

const checkTimestamp: HeaderCheck = ({ timestamp }, parent) =>
  timestamp > parent.timestamp
    ? undefined
    : blockFault('INVALID_TIMESTAMP', `Time ${timestamp} is not after the parent's ${parent.timestamp}`)

const checkExtraData: HeaderCheck = ({ extraData }, _parent, { isDaoExtraData }) => {
  if (extraData.length > MAX_EXTRA_DATA_BYTES) {
    const message = `The extra data has ${extraData.length} bytes; at most ${MAX_EXTRA_DATA_BYTES} are allowed`
    return blockFault('EXTRA_DATA_TOO_BIG', message)
  }
  if (!isDaoExtraData || bytesToHex(extraData) === DAO_EXTRA_DATA) return undefined
  const message = `The extra data is ${bytesToHex(extraData)}; after the DAO fork it must be ${DAO_EXTRA_DATA}`
  return blockFault('EXTRA_DATA_INVALID_DAO', message)
}

const checkGas: HeaderCheck = ({ gasLimit, gasUsed, number }, parent, rules) => {
  if (gasLimit > MAX_GAS_LIMIT)
    return blockFault('GASLIMIT_TOO_BIG', `Gas limit ${gasLimit} is above ${MAX_GAS_LIMIT}`)
  // The first block of London doubles the limit, so that the target stays where the limit was.
  const isFirstOfLondon = isActive('London', rules.fork) && parent.baseFeePerGas === undefined
  const from = isFirstOfLondon ? parent.gasLimit * ELASTICITY : parent.gasLimit
  const step = from / GAS_LIMIT_BOUND_DIVISOR
  const difference = gasLimit > from ? gasLimit - from : from - gasLimit
  if (difference >= step || gasLimit < MIN_GAS_LIMIT) {
    const message = `Gas limit ${gasLimit} of block ${number} is not within ${step} of ${from} and from ${MIN_GAS_LIMIT} up`
    return blockFault('INVALID_GASLIMIT', message)
  }
  if (gasUsed <= gasLimit) return undefined
  return blockFault('GAS_USED_OVER_LIMIT', `Gas used ${gasUsed} is above the gas limit ${gasLimit}`)
}

const checkSeal: HeaderCheck = (header, parent, rules) => {
  const expected = nextDifficulty(parent, header.timestamp, rules)
  if (header.difficulty !== expected)
    return blockFault('INVALID_DIFFICULTY', `Difficulty ${header.difficulty} is not ${expected}`)
  if (!isActive('Paris', rules.fork)) return undefined
  if (header.nonce !== ZERO_NONCE)
    return blockFault('INVALID_NONCE', `Nonce ${header.nonce} is not zero, which it is since the merge`)
  if (header.unclesHash === EMPTY_UNCLES_HASH) return undefined
  const message = `The uncles' hash ${header.unclesHash} is not that of no uncles; there are none since the merge`
  return blockFault('INVALID_UNCLES_HASH', message)
}

/** Fields that a fork brings are there since that fork and not before. */
const checkFields: HeaderCheck = (header, _parent, { fork }) => {
  for (const [field, since] of FIELDS_SINCE) {
    const isThere = header[field] !== undefined
    if (isThere === isActive(since, fork)) continue
    const what = isThere ? `is there before ${since}` : `is missing since ${since}`
    return blockFault('WRONG_FIELDS', `The header's ${field} ${what}; the fork is ${fork}`)
  }
  return undefined
}

const checkPrices: HeaderCheck = (header, parent, rules) => {
  const baseFee = nextBaseFee(parent, rules)
  if (header.baseFeePerGas !== baseFee)
    return blockFault('INVALID_BASEFEE_PER_GAS', `Base fee ${header.baseFeePerGas} is not ${baseFee}`)
  const excess = nextExcessBlobGas(parent, rules)
  if (header.excessBlobGas !== excess)
    return blockFault('INVALID_EXCESS_BLOB_GAS', `Excess blob gas ${header.excessBlobGas} is not ${excess}`)
  return undefined
}

const HEADER_CHECKS: readonly HeaderCheck[] = [
  checkNumber,
  checkTimestamp,
  checkGas,
  checkFields,
  checkExtraData,
  checkSeal,
  checkPrices,
]

const FIELDS_SINCE = [
  ['baseFeePerGas', 'London'],
  ['withdrawalsRoot', 'Shanghai'],
  ['blobGasUsed', 'Cancun'],
  ['excessBlobGas', 'Cancun'],
  ['parentBeaconBlockRoot', 'Cancun'],
  ['requestsHash', 'Prague'],
] as const

/** What the header says of the body, and how large the whole may be. */
const validateBody = (block: Block, { fork, blockSizeCap }: Rules): BlockFault | undefined => {
  const { header, uncles, withdrawals } = block
  const size = blockSizeCap === undefined ? 0 : encodeBlock(block).length
  if (blockSizeCap !== undefined && size > blockSizeCap) {
    const message = `The block has ${size} bytes; at most ${blockSizeCap} are allowed (EIP-7934)`
    return blockFault('BLOCK_SIZE_OVER_CAP', message)
  }
  const ommers = unclesHash(uncles)
  if (header.unclesHash !== ommers)
    return blockFault('INVALID_UNCLES_HASH', `The uncles' hash ${header.unclesHash} is not ${ommers}`)
  if ((withdrawals !== undefined) !== isActive('Shanghai', fork))
    return blockFault('WRONG_FIELDS', `A list of withdrawals is there since Shanghai; the fork is ${fork}`)
  if (withdrawals === undefined) return undefined
  const expected = withdrawalsRoot(withdrawals)
  if (header.withdrawalsRoot === expected) return undefined
  const message = `The withdrawals' root ${header.withdrawalsRoot} is not ${expected}`
  return blockFault('INVALID_WITHDRAWALS_ROOT', message)
}

/** Up to two headers of blocks that are not ancestors, whose parents are among the last seven. */
const validateUncles = async (
  { config, store }: Host,
  parent: BlockRecord,
  { header, uncles }: Block,
): Promise<BlockFault | undefined> => {
  if (uncles.length === 0) return undefined
  if (uncles.length > MAX_UNCLES)
    return blockFault('INVALID_UNCLE', `${uncles.length} uncles; at most ${MAX_UNCLES} are allowed`)
  const ancestors = await settle(store, () => lastBlocks(store, parent, UNCLE_GENERATIONS))
  const taken = new Set(ancestors.flatMap(({ hash, block }) => [hash, ...block.uncles.map(headerHash)]))
  for (const uncle of uncles) {
    const hash = headerHash(uncle)
    if (taken.has(hash))
      return blockFault('INVALID_UNCLE', `Uncle ${hash} is an ancestor or was an uncle before`)
    taken.add(hash)
    const origin = ancestors.find((ancestor) => ancestor.hash === uncle.parentHash)
    if (origin === undefined || uncle.parentHash === header.parentHash) {
      const message = `Uncle ${hash}: its parent ${uncle.parentHash} is not an ancestor in the second to seventh generation`
      return blockFault('INVALID_UNCLE', message)
    }
    const fault = validateHeader(uncle, origin.block.header, rulesAfter(config, origin, uncle.timestamp))
    if (fault) return { ...fault, message: `Uncle ${hash}: ${fault.message}` }
  }
  return undefined
}

const lastBlocks = (store: Store, newest: BlockRecord, count: number): readonly BlockRecord[] => {
  const blocks: BlockRecord[] = []
  let block: BlockRecord | undefined = newest
  while (block && blocks.length < count) {
    blocks.push(block)
    block = found(store.record('block', block.block.header.parentHash))
  }
  return blocks
}

/** The header of what was executed against the header that came. */
const compare = (given: Header, executed: Executed): Executed | BlockFault => {
  const own = executed.block.header
  for (const [field, name] of RESULTS) {
    const expected = printable(own[field])
    const actual = printable(given[field])
    if (actual !== expected) return blockFault(name, `The header's ${field} ${actual} is not ${expected}`)
  }
  // Every field has been compared or was an input, so another hash would be a bug of ours.
  if (executed.hash !== headerHash(given)) throw new HeaderMismatch(headerHash(given), executed.hash)
  return executed
}

const RESULTS: readonly (readonly [keyof Header, BlockFaultName])[] = [
  ['transactionsRoot', 'INVALID_TRANSACTIONS_ROOT'],
  ['gasUsed', 'INVALID_GAS_USED'],
  ['blobGasUsed', 'INVALID_BLOB_GAS_USED'],
  ['receiptsRoot', 'INVALID_RECEIPTS_ROOT'],
  ['logsBloom', 'INVALID_LOG_BLOOM'],
  ['requestsHash', 'INVALID_REQUESTS'],
  ['stateRoot', 'INVALID_STATE_ROOT'],
]

const printable = (value: Header[keyof Header]): string =>
  value instanceof Uint8Array ? bytesToHex(value) : String(value)

const MAX_EXTRA_DATA_BYTES = 32
const MAX_GAS_LIMIT = 2n ** 63n - 1n
const MIN_GAS_LIMIT = 5000n
const GAS_LIMIT_BOUND_DIVISOR = 1024n
const MAX_UNCLES = 2
const UNCLE_GENERATIONS = 7
const ZERO_NONCE = '0x0000000000000000'

class HeaderMismatch extends Error {
  override readonly name = 'HeaderMismatch'
  readonly code = 'DEED_BLOCK_HASH_MISMATCH'
  constructor(given: string, own: string) {
    super(`block ${given} was executed to the same results and yet hashes to ${own}`)
  }
}
