/** geth's default trace: every instruction with its gas, stack and storage (execution-apis, debug_traceTransaction). */
import type { Address, HaltReason, TraceStep } from '@deed/evm'
import { bytesToHex, quantity, wordToHash } from '../hex.ts'
import type { Json } from '../rpc/format.ts'
import { haltText, opcodeName } from './fault-text.ts'
import type { OpenTracing } from './tracing.ts'

export interface StructLogOptions {
  readonly disableStack: boolean
  readonly enableMemory: boolean
  readonly disableStorage: boolean
  readonly enableReturnData: boolean
  /** Characters of instructions after which no more are noted; zero: all. */
  readonly limit: number
}

export const structLogs =
  (options: StructLogOptions): OpenTracing =>
  ({ scope: { rules }, budget }) => {
    const logs: Json[] = []
    const storage = new Map<Address, Map<string, string>>()
    let size = 0
    let failed = false
    let returnValue = '0x'
    let gasUsed = 0n

    const storageAt = ({ opcode, stack, address, slot }: TraceStep): Json | undefined => {
      if (options.disableStorage || (opcode !== SLOAD && opcode !== SSTORE)) return undefined
      const key = stack.at(-1)
      const value = opcode === SSTORE ? stack.at(-2) : key !== undefined && slot(key)
      if (key === undefined || typeof value !== 'bigint') return undefined
      const known = storage.get(address) ?? new Map<string, string>()
      storage.set(address, known.set(wordToHash(key), wordToHash(value)))
      return Object.fromEntries(known)
    }

    return {
      step: (step) => {
        budget.check()
        if (options.limit !== 0 && size > options.limit) return
        const { pc, opcode, gasLeft, gasCost, gasRefund, depth, fault, stack, memory, returnData } = step
        const seen = storageAt(step)
        const entry: Json = {
          pc,
          op: opcodeName(opcode),
          gas: Number(gasLeft),
          gasCost: Number(gasCost),
          depth,
          ...(fault !== undefined &&
            !FOUND_LATE.has(fault) && {
              error: haltText(fault, rules.fork, { opcode, stackSize: stack.length, gasLeft }),
            }),
          ...(!options.disableStack && { stack: stack.map(quantity) }),
          ...(options.enableReturnData && returnData.length > 0 && { returnData: bytesToHex(returnData) }),
          ...(options.enableMemory && memory.length > 0 && { memory: wordsOf(memory) }),
          ...(seen !== undefined && { storage: seen }),
          ...(gasRefund > 0n && { refund: Number(gasRefund) }),
        }
        const characters = JSON.stringify(entry).length
        size += characters
        budget.spend(characters)
        logs.push(entry)
      },
      exit: ({ status, output }) => {
        // The outermost frame is the last to end.
        failed = status !== 'success'
        returnValue = bytesToHex(output)
      },
      end: (ran) => {
        gasUsed = ran.gasUsed
      },
      result: () => ({ gas: Number(gasUsed), failed, returnValue, structLogs: logs }),
    }
  }

/** Memory is always whole words. */
const wordsOf = (memory: Uint8Array): string[] => {
  const words: string[] = []
  for (let at = 0; at < memory.length; at += 32) words.push(bytesToHex(memory.subarray(at, at + 32)))
  return words
}

/** What geth finds when it executes the instruction, which it has told without an error by then. */
const FOUND_LATE: ReadonlySet<HaltReason> = new Set(['invalid opcode', 'return data out of bounds'])

const SLOAD = 0x54
const SSTORE = 0x55
