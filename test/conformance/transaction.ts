import { readFileSync } from 'node:fs'
import { isActive } from '@deed/evm'
import { configFrom, rulesAt } from '../../packages/chain/src/forks.ts'
import { bytesToHex, hexToBytes } from '../../packages/chain/src/hex.ts'
import {
  decodeTransaction,
  encodeTransaction,
  transactionHash,
} from '../../packages/chain/src/transaction/codec.ts'
import { isFault } from '../../packages/chain/src/transaction/fault.ts'
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
  const judged = judge(hexToBytes(txbytes), forkName)
  if (expected.exception !== undefined) {
    if (typeof judged !== 'string') return `expected ${expected.exception}, but it is valid`
    const name = expected.exception.replace('TransactionException.', '')
    return isSameFault(name, judged) ? undefined : differ('exception', name, judged)
  }
  if (typeof judged === 'string') return `expected to be valid, got ${judged}`
  return (
    differ('hash', expected.hash, transactionHash(judged.transaction)) ??
    differ('sender', expected.sender, judged.sender) ??
    differ('intrinsic gas', BigInt(expected.intrinsicGas), judged.intrinsicGas) ??
    differ('encoded again', txbytes, bytesToHex(encodeTransaction(judged.transaction)))
  )
}

/** What is known of a valid transaction, or the name of its fault. */
const judge = (
  bytes: Uint8Array,
  forkName: string,
): { transaction: Transaction; sender: string; intrinsicGas: bigint } | string => {
  const fork = forkByName(forkName)
  if (fork === undefined) throw new Error(`unknown fork ${forkName}`)
  const transaction = decodeTransaction(bytes)
  if (isFault(transaction)) return nameOf(transaction)
  const fault = validateTransaction(
    transaction,
    rulesAt(configFrom(fork, MAINNET), { number: 0n, timestamp: 0n, merged: isActive('Paris', fork) }),
  )
  if (fault !== undefined) return nameOf(fault)
  const sender = recoverSender(transaction)
  if (typeof sender !== 'string') return nameOf(sender)
  return { transaction, sender, intrinsicGas: intrinsicGas(transaction, fork) }
}

const MAINNET = 1n

const nameOf = ({ code }: { code: string }): string => code.slice('DEED_TX_'.length)

const isSameFault = (expected: string, actual: string): boolean =>
  expected === actual || ALIASES.some(([theirs, ours]) => theirs === expected && ours.test(actual))

/** Where these vectors, made by a tool of 2024, name a fault in another way than the tests of today do. */
const ALIASES: readonly (readonly [theirs: string, ours: RegExp])[] = [
  // A type of a later fork; theirs are refused before their fields are read.
  ['TYPE_NOT_SUPPORTED', /^(TYPE_[1-4]_TX_PRE_FORK|GASPRICE_OVERFLOW|PRIORITY_OVERFLOW)$/],
  ['PRIORITY_GREATER_THAN_MAX_FEE_PER_GAS_2', /^PRIORITY_GREATER_THAN_MAX_FEE_PER_GAS$/],
  // A v that is neither 27 or 28 nor 35 or more says no chain id at all.
  ['INVALID_CHAINID', /^INVALID_SIGNATURE_VRS$/],
  // A byte string around a transaction: theirs look into it for a type.
  ['RLP_INVALID_HEADER', /^TYPE_NOT_SUPPORTED$/],
]
