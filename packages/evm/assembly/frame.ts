/** The stack of frames: calls push one, ends pop it, so that depth 1024 takes no native stack. */
import { lastLog, lastUndo, logCount, nextMark, refund } from './journal'
import { Account, Code, Frame } from './layout'
import { giveClean, giveDirty, orderFor, takeClean, takeDirty } from './memory'
import { copy } from './word'

/** Yellow Paper, section 9.1: so many frames may lie above the outermost. */
export const DEPTH_LIMIT: u32 = 1024

const FRAME_SIZE: usize = (offsetof<Frame>() + 15) & ~15
const FRAMES = memory.data((1025 + 1) * ((offsetof<Frame>() + 15) & ~15), 16)

export let depth: u32 = 0

/** Output of the last call; also what the outermost frame leaves. */
export let returnData: usize = 0
export let returnSize: u32 = 0
let returnOrder: u32 = 0

// @ts-ignore: decorator
@inline
export function frameAt(depth: u32): Frame {
  return changetype<Frame>(FRAMES + depth * FRAME_SIZE)
}

/** A frame on top of the others, of which the caller fills in the rest. `value` is a word. */
export function pushFrame(
  kind: u32,
  account: Account,
  caller: Account,
  value: usize,
  code: Code,
  gas: u64,
  isStatic: bool,
): Frame {
  const frame = frameAt(++depth)
  frame.undo = lastUndo
  frame.log = lastLog
  frame.logs = logCount
  frame.refund = refund
  frame.mark = nextMark()
  frame.kind = kind
  frame.account = account
  frame.caller = caller
  copy(changetype<usize>(frame) + offsetof<Frame>('value0'), value)
  frame.code = code
  frame.gas = gas
  frame.isStatic = isStatic
  frame.pc = 0
  // A page for the 32 KB of each stack, so that its lowest word is found from any other.
  if (frame.stack == 0) frame.stack = takeClean(16) + STACK_MARGIN
  frame.sp = frame.stack - 32
  frame.memorySize = 0
  frame.reach = 0
  frame.memoryOrder = 0
  frame.codeOrder = 0
  frame.inputSize = 0
  frame.outputSize = 0
  returnSize = 0
  return frame
}

/** Compiled code addresses words below its entry by offsets that are not negative. */
export const STACK_MARGIN: usize = 2048

/** Pops a frame and gives its memory back. */
export function popFrame(): void {
  const frame = frameAt(depth--)
  if (frame.memoryOrder != 0) giveClean(frame.memory, frame.memoryOrder, <usize>frame.memorySize)
  if (frame.codeOrder != 0) giveDirty(changetype<usize>(frame.code), frame.codeOrder)
}

/** After a run that was given up. */
export function resetFrames(): void {
  while (depth > 0) popFrame()
  returnSize = 0
}

/** Copies an output to where it outlives its frame. */
export function keepReturnData(from: usize, size: u32): void {
  memory.copy(makeReturnData(size), from, size)
}

/** Room for return data of this size. */
export function makeReturnData(size: u32): usize {
  const order = orderFor(size)
  if (order > returnOrder) {
    if (returnOrder != 0) giveDirty(returnData, returnOrder)
    returnData = takeDirty(order)
    returnOrder = order
  }
  returnSize = size
  return returnData
}

export function dropReturnData(): void {
  returnSize = 0
}
