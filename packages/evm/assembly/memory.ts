/**
 * Linear memory: pages for piles of records, and blocks of 2^n bytes for what grows.
 *
 * A pile only ever grows while a run lasts, and begins anew with the next one.
 */
import { hostGiveUp, hostGrown } from './host'

/** Pages of piles and stacks; aligned, so that a page is found from an address in it. */
export const PAGE: usize = 0x10000
const PAGE_ORDER: u32 = 16
/** Blocks go up to 512 MB. Paying for so much EVM memory takes 5.5 * 10^11 gas. */
export const LARGEST_ORDER: u32 = 29
export const SMALLEST_ORDER: u32 = 10

/** First free address beyond all pages. */
let end: usize = (__heap_base + PAGE - 1) & ~(PAGE - 1)
/** Where blocks below a page are cut from. */
let cut: usize = 0
let cutEnd: usize = 0

/** Free blocks by order: those that are all zeros, and others. A free block begins with a pointer to the next. */
const FREE_CLEAN = memory.data(4 * 32, 8)
const FREE_DIRTY = memory.data(4 * 32, 8)

/** Memory that was never used, in whole pages. */
function extend(size: usize): usize {
  const start = end
  if (<u64>start + <u64>size > 0xffff0000) hostGiveUp()
  end = start + size
  const missing = <i32>((end + PAGE - 1) >>> 16) - memory.size()
  if (missing > 0) {
    // A quarter more at a time: growing tells the JavaScript side each time.
    const wanted = max(missing, memory.size() >> 2)
    if (memory.grow(wanted) < 0 && memory.grow(missing) < 0) hostGiveUp()
    hostGrown()
  }
  return start
}

function fresh(order: u32): usize {
  if (order >= PAGE_ORDER) return extend(<usize>1 << order)
  const size = <usize>1 << order
  if (cut + size > cutEnd) {
    cut = extend(PAGE)
    cutEnd = cut + PAGE
  }
  const block = cut
  cut += size
  return block
}

/** Log2 of the smallest block for so many bytes. */
export function orderFor(size: u64): u32 {
  const order = size <= 1 ? 0 : 64 - <u32>clz(size - 1)
  return max(order, SMALLEST_ORDER)
}

function take(list: usize, order: u32): usize {
  if (order > LARGEST_ORDER) hostGiveUp()
  const head = list + (order << 2)
  const block = load<usize>(head)
  if (block == 0) return fresh(order)
  store<usize>(head, load<usize>(block))
  store<usize>(block, 0)
  return block
}

/** A block of zeros. */
export function takeClean(order: u32): usize {
  return take(FREE_CLEAN, order)
}

/** Gives a block back of which all but the first `used` bytes are zero still. */
export function giveClean(block: usize, order: u32, used: usize): void {
  memory.fill(block, 0, used)
  const head = FREE_CLEAN + (order << 2)
  store<usize>(block, load<usize>(head))
  store<usize>(head, block)
}

export function takeDirty(order: u32): usize {
  return take(FREE_DIRTY, order)
}

export function giveDirty(block: usize, order: u32): void {
  const head = FREE_DIRTY + (order << 2)
  store<usize>(block, load<usize>(head))
  store<usize>(head, block)
}

/** Records one after the other. A page of it begins with a pointer to the next one. */
@unmanaged
export class Pile {
  first: usize
  top: usize
  /** Of the page that `top` is in. */
  end: usize

  /** Room for a record of less than a page, 16-byte aligned. */
  take(size: usize): usize {
    const record = this.top
    const next = record + ((size + 15) & ~15)
    if (next > this.end) return this.takeOnNextPage(size)
    this.top = next
    return record
  }

  private takeOnNextPage(size: usize): usize {
    const page = this.end - PAGE
    let next: usize = this.first == 0 ? 0 : load<usize>(page)
    if (next == 0) {
      next = extend(PAGE)
      store<usize>(next, 0)
      if (this.first == 0) this.first = next
      else store<usize>(page, next)
    }
    this.rewind(next + 16)
    return this.take(size)
  }

  /** Forgets all records. */
  reset(): void {
    if (this.first != 0) this.rewind(this.first + 16)
  }

  /** Forgets the records from this one on. */
  rewind(record: usize): void {
    this.top = record
    this.end = (record & ~(PAGE - 1)) + PAGE
  }
}

export const accountPile = changetype<Pile>(memory.data(12))
export const slotPile = changetype<Pile>(memory.data(12))
export const undoPile = changetype<Pile>(memory.data(12))
/** Records of codes that the world has: they stay from run to run. */
export const codePile = changetype<Pile>(memory.data(12))

/** Blocks that are given back when the next run begins, in a list: what logs and new codes are kept in. */
let lent: usize = 0

/** Room for `size` bytes until the next run. */
export function lend(size: u64): usize {
  const order = orderFor(size + 16)
  const block = takeDirty(order)
  store<usize>(block, lent)
  store<u32>(block, order, 4)
  lent = block
  return block + 16
}

export function takeBackLent(): void {
  while (lent != 0) {
    const block = lent
    lent = load<usize>(block)
    giveDirty(block, load<u32>(block, 4))
  }
}
