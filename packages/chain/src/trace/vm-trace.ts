/** Every instruction with what it did, as Parity tells it: frames within the instructions that called them. */
import { opcodesAt, type TraceStep } from '@deed/evm'
import { bytesToHex, quantity } from '../hex.ts'
import type { Json } from '../rpc/format.ts'
import type { OpenTracing } from './tracing.ts'

interface VmFrame {
  readonly code: string
  readonly ops: VmOp[]
}

interface VmOp {
  readonly cost: number
  readonly pc: number
  /** What it did; `null` if it failed. Known when the next instruction of its frame is told. */
  ex: Json
  sub: VmFrame | null
}

export const vmTrace: OpenTracing = ({ scope, budget }) => {
  const rows = opcodesAt(scope.rules.fork)
  /** The frames that are open, outermost first, each with what its last instruction will have done. */
  const open: { readonly frame: VmFrame; pending: Pending | undefined }[] = []
  let root: VmFrame | null = null

  return {
    enter: ({ kind, code }) => {
      if (kind === 'SELFDESTRUCT') return
      const frame: VmFrame = { code: bytesToHex(code), ops: [] }
      budget.spend(frame.code.length)
      const op = open.at(-1)?.frame.ops.at(-1)
      if (op !== undefined && code.length > 0) op.sub = frame
      if (open.length === 0) root = frame
      open.push({ frame, pending: undefined })
    },
    step: (step) => {
      budget.check()
      budget.spend(OP_CHARACTERS)
      const top = open.at(-1)!
      settlePending(top.pending, step)
      const op: VmOp = { cost: Number(step.gasCost), pc: step.pc, ex: null, sub: null }
      top.frame.ops.push(op)
      const { opcode, stack, gasLeft, gasCost, fault } = step
      top.pending =
        fault === undefined
          ? { op, outputs: rows[opcode]?.outputs ?? 0, ...effects(opcode, stack), left: gasLeft - gasCost }
          : undefined
    },
    exit: (result) => {
      const ended = open.pop()
      const pending = ended?.pending
      // What ends a frame pushes nothing; what was thrown out did nothing.
      if (pending !== undefined && result.status !== 'halt')
        pending.op.ex = { mem: null, push: [], store: null, used: Number(pending.left) }
    },
    result: () => root as unknown as Json,
  }
}

interface Pending {
  readonly op: VmOp
  readonly outputs: number
  readonly memory: { readonly offset: number; readonly size: number } | undefined
  readonly store: Json
  readonly left: bigint
}

const settlePending = (pending: Pending | undefined, { stack, memory, gasLeft }: TraceStep): void => {
  if (pending === undefined) return
  const { op, outputs, memory: range, store } = pending
  op.ex = {
    mem:
      range === undefined || range.size === 0
        ? null
        : {
            off: range.offset,
            data: bytesToHex(memory.subarray(range.offset, range.offset + range.size)),
          },
    push: outputs === 0 ? [] : stack.slice(-outputs).map(quantity),
    store,
    used: Number(gasLeft),
  }
}

/** What an instruction will write besides the stack. Operands are those of one that is executed, so they hold. */
const effects = (opcode: number, stack: readonly bigint[]): Pick<Pending, 'memory' | 'store'> => {
  const operand = (fromTop: number) => stack[stack.length - fromTop]!
  const range = WRITES_MEMORY[opcode]
  const size = range && (range.bytes ?? Number(operand(range.size!)))
  return {
    memory: range && { offset: size === 0 ? 0 : Number(operand(range.offset)), size: size! },
    store: opcode === SSTORE ? { key: quantity(operand(1)), val: quantity(operand(2)) } : null,
  }
}

/** Where on the stack, counted from its top, the place in memory stands that an instruction writes. */
const WRITES_MEMORY: Readonly<
  Record<number, { readonly offset: number; readonly size?: number; readonly bytes?: number }>
> = {
  55: { offset: 1, size: 3 }, // CALLDATACOPY
  57: { offset: 1, size: 3 }, // CODECOPY
  60: { offset: 2, size: 4 }, // EXTCODECOPY
  62: { offset: 1, size: 3 }, // RETURNDATACOPY
  82: { offset: 1, bytes: 32 }, // MSTORE
  83: { offset: 1, bytes: 1 }, // MSTORE8
  94: { offset: 1, size: 3 }, // MCOPY
  241: { offset: 6, size: 7 }, // CALL
  242: { offset: 6, size: 7 }, // CALLCODE
  244: { offset: 5, size: 6 }, // DELEGATECALL
  250: { offset: 5, size: 6 }, // STATICCALL
}

const SSTORE = 0x55
/** About what an instruction is in JSON. */
const OP_CHARACTERS = 150
