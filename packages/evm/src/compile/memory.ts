/** Words and bytes in the frame's memory. */
import { FRAME, STATUS } from '../tier1/layout.ts'
import { WASM } from '../wasm/instructions.ts'
import {
  access,
  call,
  get,
  giveBack,
  I32,
  I64,
  i64,
  keep,
  loadVector,
  op,
  reverseVector,
  set,
  storeVector,
  V128,
  vector,
  when,
} from './body.ts'
import { keepGas } from './instruction.ts'
import type { Path, Region } from './region.ts'
import {
  bound,
  GAS,
  limb,
  note,
  push,
  pushHalf,
  pushLimb,
  pushUpper,
  type Value,
  vectorsOf,
} from './value.ts'

/** Beyond this no gas pays; see ../../assembly/expansion.ts. */
const MEMORY_LIMIT = 2n ** 32n
/** Offsets that an instruction of WebAssembly can have with room to spare. */
const FIXED_LIMIT = 2n ** 30n

interface Place {
  /** Local with an address. */
  readonly base: number
  readonly offset: number
}

export function loadWord(region: Region, path: Path, at: Value): Value | undefined {
  const { body } = region
  const place = placeOf(region, path, at, 32)
  if (place === undefined) return undefined
  const halves = [16, 0].map((more) => {
    get(body, place.base)
    loadVector(body, place.offset + more)
    reverseVector(body)
    return keep(body, V128)
  })
  return vectorsOf(halves[0]!, halves[1]!)
}

export function storeWord(region: Region, path: Path, at: Value, value: Value): boolean {
  const { body } = region
  const place = placeOf(region, path, at, 32)
  if (place === undefined) return false
  for (const half of [0, 1] as const) {
    if (value.constant === undefined) {
      pushHalf(region, value, half)
      reverseVector(body)
    } else vector(body, reversed((value.constant >> BigInt(128 * half)) & ((1n << 128n) - 1n)))
    const word = keep(body, V128)
    get(body, place.base)
    get(body, word)
    storeVector(body, place.offset + (half === 0 ? 16 : 0))
  }
  return true
}

function reversed(half: bigint): bigint {
  let result = 0n
  for (let shift = 0n; shift < 128n; shift += 8n) result = (result << 8n) | ((half >> shift) & 0xffn)
  return result
}

export function storeByte(region: Region, path: Path, at: Value, value: Value): boolean {
  const { body } = region
  const place = placeOf(region, path, at, 1)
  if (place === undefined) return false
  const low = limb(region, value, 0)
  get(body, place.base)
  push(region, low)
  access(body, WASM.i64Store8, place.offset)
  return true
}

/** Pays for `size` bytes at an offset; `undefined` if no gas does, and the path ends. */
function placeOf(region: Region, path: Path, at: Value, size: 1 | 32): Place | undefined {
  const { body, frame } = region
  if (at.constant !== undefined) {
    if (at.constant >= FIXED_LIMIT) {
      // Far beyond what is there: the runtime says how it ends.
      expand(
        region,
        path,
        () => i64(body, at.constant! > MEMORY_LIMIT ? MEMORY_LIMIT + 1n : at.constant!),
        size,
      )
      giveBack(body, STATUS.OUT_OF_GAS)
      return undefined
    }
    const offset = Number(at.constant)
    const base = memoryOf(region, path)
    if (path.paid < offset + size) {
      get(body, frame)
      access(body, WASM.i64Load, FRAME.memorySize)
      i64(body, BigInt(offset + size))
      op(body, WASM.i64LtU)
      when(body, () => expand(region, path, () => i64(body, at.constant!), size))
      path.paid = offset + size
    }
    return { base, offset }
  }
  const base = memoryOf(region, path)
  const low = limb(region, at, 0)
  if (at.paid < size) {
    const isWide = at.bits > 64
    const upper = isWide ? keepUpper(region, at) : 0
    push(region, low)
    get(body, frame)
    access(body, WASM.i64Load, size === 32 ? FRAME.reach : FRAME.memorySize)
    op(body, WASM.i64GeU)
    if (isWide) {
      get(body, upper)
      i64(body, 0n)
      op(body, WASM.i64Ne, WASM.i32Or)
    }
    when(body, () =>
      expand(
        region,
        path,
        () => {
          push(region, low)
          if (!isWide) return
          i64(body, -1n)
          get(body, upper)
          op(body, WASM.i64Eqz, WASM.select)
        },
        size,
      ),
    )
    note(region, at, 'paid', size)
    // An address that has been paid for is below the limit.
    bound(region, at, 33)
  }
  get(body, base)
  pushLimb(region, at, 0)
  op(body, WASM.i32WrapI64, WASM.i32Add)
  return { base: keep(body, I32), offset: 0 }
}

function keepUpper(region: Region, value: Value): number {
  pushUpper(region, value)
  return keep(region.body, I64)
}

function memoryOf({ body, frame }: Region, path: Path): number {
  if (path.memory === undefined) {
    get(body, frame)
    access(body, WASM.i32Load, FRAME.memory)
    path.memory = keep(body, I32)
  }
  return path.memory
}

/** Has the runtime pay and grow; memory may have moved then. */
function expand(region: Region, path: Path, pushOffset: () => void, size: number): void {
  const { body, contract, frame } = region
  get(body, frame)
  pushOffset()
  i64(body, BigInt(size))
  get(body, GAS)
  call(body, contract.runtime.expandMemory)
  keepGas(region)
  if (path.memory === undefined) return
  get(body, frame)
  access(body, WASM.i32Load, FRAME.memory)
  set(body, path.memory)
}
