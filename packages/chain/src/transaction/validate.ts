import { type Fork, isActive } from '@deed/evm'
import { type FaultName, fault, type TransactionFault } from './fault.ts'
import { floorGas, intrinsicGas } from './gas.ts'
import { HALF_CURVE_ORDER } from './signature.ts'
import type { Transaction, TransactionType } from './types.ts'

/** The part of a block's rules that decides about a transaction by itself. */
export interface TransactionRules {
  readonly fork: Fork
  readonly chainId: bigint
  /** EIP-7825. */
  readonly transactionGasCap: bigint | undefined
  /** EIP-7594. */
  readonly transactionBlobCap: bigint | undefined
  /** Blobs a block: a transaction with more fits into none. */
  readonly blobs: { readonly max: bigint }
}

/**
 * What is wrong with a transaction whatever the state: `undefined` if nothing is. Whether its signature
 * recovers is for {@link ./signature.ts}, balance, nonce and the block's own limits are for execution.
 */
export const validateTransaction = (
  transaction: Transaction,
  rules: TransactionRules,
): TransactionFault | undefined => {
  for (const check of CHECKS) {
    const found = check(transaction, rules)
    if (found !== undefined) return found
  }
  return undefined
}

/** First fork of each type: EIP-2930, 1559, 4844, 7702. */
const TYPE_SINCE: Readonly<Record<TransactionType, Fork>> = {
  0: 'Frontier',
  1: 'Berlin',
  2: 'London',
  3: 'Cancun',
  4: 'Prague',
}

/** Bytes; EIP-3860. */
const MAX_INITCODE_BYTES = 2 * 24_576

/** A versioned hash of a KZG commitment begins with it (EIP-4844). */
const KZG_VERSION = '0x01'

type Check = (transaction: Transaction, rules: TransactionRules) => TransactionFault | undefined

const MAX_NONCE = 2n ** 64n - 2n // EIP-2681
const MAX_WORD = 2n ** 256n - 1n

const checkType: Check = ({ type }, { fork }) => {
  const since = TYPE_SINCE[type]
  if (isActive(since, fork)) return undefined
  const name: FaultName = `TYPE_${type as 1 | 2 | 3 | 4}_TX_PRE_FORK`
  return fault(name, `Transactions of type ${type} are allowed since ${since}; the fork is ${fork}`)
}

const checkChain: Check = ({ type, chainId }, rules) => {
  if (chainId === undefined) return undefined
  if (type === 0 && !isActive('SpuriousDragon', rules.fork)) {
    const message = `A chain id in the signature (EIP-155) is allowed since SpuriousDragon; the fork is ${rules.fork}`
    return fault('INVALID_SIGNATURE_VRS', message)
  }
  if (chainId === rules.chainId) return undefined
  return fault('INVALID_CHAINID', `The transaction is for chain ${chainId}; this is chain ${rules.chainId}`)
}

const checkLowS: Check = ({ s }, { fork }) => {
  if (s <= HALF_CURVE_ORDER || !isActive('Homestead', fork)) return undefined
  return fault('INVALID_SIGNATURE_VRS', `The signature's s ${s} is above half the curve's order (EIP-2)`)
}

/** EIP-3860; of a call that nobody signed too. */
export const checkInitcode = (
  { to, data }: Pick<Transaction, 'to' | 'data'>,
  { fork }: Pick<TransactionRules, 'fork'>,
): TransactionFault | undefined => {
  if (to !== undefined || data.length <= MAX_INITCODE_BYTES || !isActive('Shanghai', fork)) return undefined
  const message = `The init code has ${data.length} bytes; at most ${MAX_INITCODE_BYTES} are allowed (EIP-3860)`
  return fault('INITCODE_SIZE_EXCEEDED', message)
}

const checkNonce: Check = ({ nonce }) =>
  nonce > MAX_NONCE ? fault('NONCE_TOO_BIG', `Nonce ${nonce} is above ${MAX_NONCE} (EIP-2681)`) : undefined

const checkFees: Check = (transaction) => {
  const { gasLimit } = transaction
  const isFlat = 'gasPrice' in transaction
  const price = isFlat ? transaction.gasPrice : transaction.maxFeePerGas
  if (gasLimit * price > MAX_WORD) {
    const message = `Gas limit ${gasLimit} times ${price} wei per gas is over 256 bits`
    return fault('GASLIMIT_PRICE_PRODUCT_OVERFLOW', message)
  }
  if (isFlat || transaction.maxPriorityFeePerGas <= price) return undefined
  const message = `maxPriorityFeePerGas ${transaction.maxPriorityFeePerGas} is above maxFeePerGas ${price}`
  return fault('PRIORITY_GREATER_THAN_MAX_FEE_PER_GAS', message)
}

const checkGas: Check = (transaction, { fork, transactionGasCap }) => {
  const { gasLimit } = transaction
  const intrinsic = intrinsicGas(transaction, fork)
  if (gasLimit < intrinsic) {
    return fault('INTRINSIC_GAS_TOO_LOW', `Gas limit ${gasLimit} is below the intrinsic gas ${intrinsic}`)
  }
  const floor = floorGas(transaction, fork)
  if (gasLimit < floor) {
    const message = `Gas limit ${gasLimit} is below ${floor}, the floor for this calldata (EIP-7623)`
    return fault('INTRINSIC_GAS_BELOW_FLOOR_GAS_COST', message)
  }
  if (transactionGasCap === undefined || gasLimit <= transactionGasCap) return undefined
  const message = `Gas limit ${gasLimit} is above ${transactionGasCap}, the most for one transaction (EIP-7825)`
  return fault('GAS_LIMIT_EXCEEDS_MAXIMUM', message)
}

const checkBlobs: Check = (transaction, { transactionBlobCap, blobs }) => {
  if (transaction.type !== 3) return undefined
  const { to, blobVersionedHashes: hashes } = transaction
  if (to === undefined)
    return fault('TYPE_3_TX_CONTRACT_CREATION', 'A blob transaction cannot create a contract')
  if (hashes.length === 0) return fault('TYPE_3_TX_ZERO_BLOBS', 'A blob transaction has at least one blob')
  if (hashes.length > blobs.max) {
    const message = `${hashes.length} blobs; a whole block has at most ${blobs.max}`
    return fault('TYPE_3_TX_MAX_BLOB_GAS_ALLOWANCE_EXCEEDED', message)
  }
  if (transactionBlobCap !== undefined && hashes.length > transactionBlobCap) {
    const message = `${hashes.length} blobs; one transaction has at most ${transactionBlobCap} (EIP-7594)`
    return fault('TYPE_3_TX_BLOB_COUNT_EXCEEDED', message)
  }
  const wrong = hashes.find((hash) => !hash.startsWith(KZG_VERSION))
  if (wrong === undefined) return undefined
  const message = `Versioned hash ${wrong} does not begin with ${KZG_VERSION}`
  return fault('TYPE_3_TX_INVALID_BLOB_VERSIONED_HASH', message)
}

const checkAuthorizations: Check = (transaction) => {
  if (transaction.type !== 4) return undefined
  if (transaction.to === undefined) {
    return fault('TYPE_4_TX_CONTRACT_CREATION', 'A set-code transaction cannot create a contract')
  }
  if (transaction.authorizationList.length > 0) return undefined
  return fault('TYPE_4_EMPTY_AUTHORIZATION_LIST', 'A set-code transaction has at least one authorization')
}

/** In this order: the first fault found is the one that is told. */
const CHECKS: readonly Check[] = [
  checkType,
  checkChain,
  checkLowS,
  checkNonce,
  checkFees,
  checkBlobs,
  checkAuthorizations,
  checkInitcode,
  checkGas,
]
