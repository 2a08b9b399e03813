/** EVM memory: a block of 2^n bytes for each frame that uses any, twice as large when it is full. */
import { Frame, Status } from './layout'
import { giveClean, orderFor, takeClean } from './memory'

/** Given in place of the gas that is left, when an instruction halts; {@link fault} says why. */
export const HALTED: u64 = u64.MAX_VALUE
export let fault: u32 = 0

export function halt(status: u32): u64 {
  fault = status
  return HALTED
}

// @ts-ignore: decorator
@inline
export function pay(gas: u64, price: u64): u64 {
  return gas < price ? halt(Status.OUT_OF_GAS) : gas - price
}

/** An offset beyond this is out of gas whatever the frame has: paying for so much takes 35 * 10^12. */
export const MEMORY_LIMIT: u64 = 0x100000000

// @ts-ignore: decorator
@inline
function priceOf(words: u64): u64 {
  return 3 * words + ((words * words) >> 9)
}

/** Where a range that is paid for begins. An empty one may be anywhere, and copying nothing from nowhere traps. */
// @ts-ignore: decorator
@inline
export function placeOf(frame: Frame, offset: u64, size: u64): usize {
  return size == 0 ? 0 : frame.memory + <usize>offset
}

/** Pays for memory up to the end of a range and grows it. An empty range is free wherever it is. */
export function expand(frame: Frame, offset: u64, size: u64, gas: u64): u64 {
  if (size == 0) return gas
  if (offset > MEMORY_LIMIT || size > MEMORY_LIMIT) return halt(Status.OUT_OF_GAS)
  const end = offset + size
  if (end <= frame.memorySize) return gas
  if (end > MEMORY_LIMIT) return halt(Status.OUT_OF_GAS)
  const words = (end + 31) >> 5
  const price = priceOf(words) - priceOf(frame.memorySize >> 5)
  if (gas < price) return halt(Status.OUT_OF_GAS)
  const order = frame.memoryOrder
  if (order == 0 || words << 5 > <u64>1 << order) {
    const larger = orderFor(words << 5)
    const block = takeClean(larger)
    if (order != 0) {
      memory.copy(block, frame.memory, <usize>frame.memorySize)
      giveClean(frame.memory, order, <usize>frame.memorySize)
    }
    frame.memory = block
    frame.memoryOrder = larger
  }
  frame.memorySize = words << 5
  frame.reach = (words << 5) - 31
  return gas - price
}
