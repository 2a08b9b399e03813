/** What a program can read about its call, its transaction and its block. */
import { MISS } from '../../engine.ts'
import { type Frame, gasOf, type Machine, push } from '../frame.ts'
import type { Instruction } from '../instruction.ts'
import { MissSignal } from '../unwind.ts'

export const CONTEXT: Readonly<Record<string, Instruction>> = {
  ADDRESS: reads((frame) => frame.account.word),
  ORIGIN: reads((_, { transaction }) => BigInt(transaction.origin)),
  CALLER: reads((frame) => frame.caller.word),
  CALLVALUE: reads((frame) => frame.value),
  CALLDATASIZE: reads((frame) => BigInt(frame.input.length)),
  CODESIZE: reads((frame) => BigInt(frame.code.length)),
  GASPRICE: reads((_, { transaction }) => transaction.gasPrice),
  RETURNDATASIZE: reads((frame) => BigInt(frame.returnData.length)),
  COINBASE: reads((_, { block }) => BigInt(block.beneficiary)),
  TIMESTAMP: reads((_, { block }) => block.timestamp),
  NUMBER: reads((_, { block }) => block.number),
  DIFFICULTY: reads((_, { block }) => block.difficulty),
  PREVRANDAO: reads((_, { block }) => block.prevRandao),
  GASLIMIT: reads((_, { block }) => block.gasLimit),
  CHAINID: reads((_, { block }) => block.chainId),
  SELFBALANCE: reads((frame) => frame.account.balance),
  BASEFEE: reads((_, { block }) => block.baseFeePerGas),
  BLOBBASEFEE: reads((_, { block }) => block.blobBaseFee),
  PC: reads((frame) => BigInt(frame.pc - 1)),
  MSIZE: reads((frame) => BigInt(frame.memory.size)),
  GAS: reads(gasOf),

  BLOCKHASH: {
    execute: ({ stack, sp }, machine) => {
      stack[sp - 1] = blockHash(machine, stack[sp - 1]!)
    },
  },
  BLOBHASH: {
    execute: ({ stack, sp }, { transaction }) => {
      const hash = transaction.blobVersionedHashes[Number(stack[sp - 1]!)]
      stack[sp - 1] = hash === undefined ? 0n : BigInt(hash)
    },
  },
}

function reads(value: (frame: Frame, machine: Machine) => bigint): Instruction {
  return { execute: (frame, machine) => push(frame, value(frame, machine)) }
}

/** Of the 256 blocks before this one; zero for any other. */
function blockHash({ block, journal }: Machine, number: bigint): bigint {
  if (number >= block.number || number + BLOCK_HASH_WINDOW < block.number) return 0n
  const hash = journal.world.blockHash(number)
  if (hash === MISS) throw new MissSignal({ kind: 'blockHash', number })
  return BigInt(hash)
}

const BLOCK_HASH_WINDOW = 256n
