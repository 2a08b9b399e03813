import { readFileSync } from 'node:fs'
import { type Fork, isActive } from '@deed/evm'
import { configFrom, rulesAt } from '../../packages/chain/src/forks.ts'
import { bytesToHex, hexToBytes } from '../../packages/chain/src/hex.ts'
import {
  decodeTransaction,
  encodeTransaction,
  transactionHash,
} from '../../packages/chain/src/transaction/codec.ts'
import { isFault, type TransactionFault } from '../../packages/chain/src/transaction/fault.ts'
import { intrinsicGas } from '../../packages/chain/src/transaction/gas.ts'
import { recoverSender } from '../../packages/chain/src/transaction/signature.ts'
import type { Transaction } from '../../packages/chain/src/transaction/types.ts'
import { validateTransaction } from '../../packages/chain/src/transaction/validate.ts'
import { forkByName } from './fork-name.ts'
import { type CaseResult, check, differ, isWanted, type RunOptions } from './kind.ts'

type Vectors = Record<string, { txbytes: string; result: Record<string, Expected> }>

interface Expected {
  readonly exception?: string
  readonly hash?: string
  readonly sender?: string
  readonly intrinsicGas: string
}

export function* run(file: string, options: RunOptions): Iterable<CaseResult> {
  const vectors = JSON.parse(readFileSync(file, 'utf8')) as Vectors
  for (const [name, { txbytes, result }] of Object.entries(vectors)) {
    for (const [forkName, expected] of Object.entries(result)) {
      const id = `${name} ${forkName}`
      if (!isWanted(id, options) || (options.fork !== undefined && options.fork !== forkName)) continue
      yield check(id, () => compare(txbytes, forkName, expected))
    }
  }
}

const compare = (txbytes: string, forkName: string, expected: Expected): string | undefined => {
  const fork = forkByName(forkName)
  if (fork === undefined) return `no fork is known as ${forkName}`
  const transaction = decodeTransaction(hexToBytes(txbytes))
  const faults = isFault(transaction) ? [transaction] : faultsOf(transaction, fork)
  const names = faults.map(({ code }) => code.slice('DEED_TX_'.length))
  if (expected.exception !== undefined) {
    const name = expected.exception.replace('TransactionException.', '')
    return names.some((ours) => isSameFault(name, ours))
      ? undefined
      : differ('exception', name, names.join(' and ') || 'none')
  }
  if (isFault(transaction) || names.length > 0) return differ('exception', 'none', names.join(' and '))
  return (
    differ('hash', expected.hash, transactionHash(transaction)) ??
    differ('sender', expected.sender, recoverSender(transaction)) ??
    differ('intrinsic gas', BigInt(expected.intrinsicGas), intrinsicGas(transaction, fork)) ??
    differ('encoded again', txbytes, bytesToHex(encodeTransaction(transaction)))
  )
}

/** A signature that does not recover and a rule that is broken are found apart; a vector names either. */
const faultsOf = (transaction: Transaction, fork: Fork): TransactionFault[] => {
  const place = { number: 0n, timestamp: 0n, merged: isActive('Paris', fork) }
  const broken = validateTransaction(transaction, rulesAt(configFrom(fork, MAINNET), place))
  const sender = recoverSender(transaction)
  return [broken, sender].filter((found) => typeof found === 'object')
}

const MAINNET = 1n

const isSameFault = (expected: string, actual: string): boolean =>
  expected === actual || ALIASES.some(([theirs, ours]) => theirs === expected && ours.test(actual))

/** Where these vectors, made by a tool of 2024, name a fault in another way than the tests of today do. */
const ALIASES: readonly (readonly [theirs: string, ours: RegExp])[] = [
  // A type of a later fork; theirs are refused before their fields are read.
  [
    'TYPE_NOT_SUPPORTED',
    /^(TYPE_[1-4]_TX_PRE_FORK|GASPRICE_OVERFLOW|PRIORITY_OVERFLOW|RLP_TOO_FEW_ELEMENTS)$/,
  ],
  ['PRIORITY_GREATER_THAN_MAX_FEE_PER_GAS_2', /^PRIORITY_GREATER_THAN_MAX_FEE_PER_GAS$/],
  // Both at once: nine bytes for a gas limit, the first ones zero.
  ['GASLIMIT_OVERFLOW', /^RLP_LEADING_ZEROS_GASLIMIT$/],
  // A v that is neither 27 or 28 nor 35 or more says no chain id at all.
  ['INVALID_CHAINID', /^INVALID_SIGNATURE_VRS$/],
  // A byte string around a transaction: theirs look into it for a type.
  ['RLP_INVALID_HEADER', /^TYPE_NOT_SUPPORTED$/],
]
