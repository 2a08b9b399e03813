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
import { type CaseResult, check, differ, isWanted, type RunOptions } from './case.ts'
import { forkByName } from './fork-name.ts'

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
    const place = { fork, firstByte: hexToBytes(txbytes)[0]!, isDecoded: !isFault(transaction) }
    return names.some((ours) => isSameFault(name, ours, place))
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

/** What decides whether two names can be of one fault. */
interface Place {
  readonly fork: Fork
  readonly firstByte: number
  readonly isDecoded: boolean
}

const isSameFault = (expected: string, actual: string, place: Place): boolean =>
  expected === actual ||
  ALIASES.some(({ theirs, ours, when }) => theirs === expected && ours.test(actual) && when(place))

/** Where these vectors, made by a tool of 2024, name a fault in another way than the tests of today do. */
const ALIASES: readonly {
  readonly theirs: string
  readonly ours: RegExp
  readonly when: (place: Place) => boolean
}[] = [
  {
    theirs: 'TYPE_NOT_SUPPORTED',
    ours: /^TYPE_[1-4]_TX_PRE_FORK$/,
    when: () => true,
  },
  {
    // A type of a later fork; theirs are refused before their fields are read.
    theirs: 'TYPE_NOT_SUPPORTED',
    ours: /^(GASPRICE_OVERFLOW|PRIORITY_OVERFLOW|RLP_TOO_FEW_ELEMENTS)$/,
    when: ({ fork, firstByte, isDecoded }) =>
      !isDecoded && !isActive(TYPE_SINCE[firstByte] ?? 'Frontier', fork),
  },
  {
    theirs: 'PRIORITY_GREATER_THAN_MAX_FEE_PER_GAS_2',
    ours: /^PRIORITY_GREATER_THAN_MAX_FEE_PER_GAS$/,
    when: () => true,
  },
  {
    // Both at once: nine bytes for a gas limit, the first ones zero.
    theirs: 'GASLIMIT_OVERFLOW',
    ours: /^RLP_LEADING_ZEROS_GASLIMIT$/,
    when: () => true,
  },
  {
    // A v that is neither 27 or 28 nor 35 or more says no chain id at all. Decoding refuses nothing else of a
    // signature; r, s and a high s are looked at later and have one name here and there.
    theirs: 'INVALID_CHAINID',
    ours: /^INVALID_SIGNATURE_VRS$/,
    when: ({ isDecoded }) => !isDecoded,
  },
  {
    // A byte string around a transaction: theirs look into it for a type.
    theirs: 'RLP_INVALID_HEADER',
    ours: /^TYPE_NOT_SUPPORTED$/,
    when: ({ firstByte }) => firstByte >= 0x80 && firstByte < 0xc0,
  },
]

/** First fork of each type: EIP-2930, 1559, 4844, 7702. */
const TYPE_SINCE: Readonly<Record<number, Fork>> = { 1: 'Berlin', 2: 'London', 3: 'Cancun', 4: 'Prague' }
