/**
 * Words while a region is compiled: what is known of them, and where they are. Four limbs, the lowest first; a limb is
 * a constant or a local. Whatever can be known to be zero is never computed.
 */
import { SIMD, WASM } from '../wasm/instructions.ts'
import { access, type Body, get, I64, i64, keep, loadVector, op, storeVector, V128, vector } from './body.ts'

export type Limb = bigint | number

export interface Value {
  constant: bigint | undefined
  limbs: (Limb | undefined)[]
  /** Two locals of a half each. */
  vectors: readonly [number, number] | undefined
  /** A local of 32 bits that is 0 or 1. */
  flag: number | undefined
  /** The word of the stack that it was when the region was entered, from its top on: -1 and below. */
  readonly slot: number | undefined
  /** It is below two to this. */
  bits: number
  /** The lowest limb, its sign extended. */
  readonly isSigned: boolean
  /** From this address on so many bytes of memory are paid for. */
  paid: number
}

/** What a branch found out is not so outside of it: how to forget. */
export interface Trail {
  readonly undo: (() => void)[]
}

export function note<K extends keyof Value>(trail: Trail, value: Value, field: K, known: Value[K]): void {
  const before = value[field]
  trail.undo.push(() => {
    value[field] = before
  })
  value[field] = known
}

function noteLimb(trail: Trail, value: Value, index: number, limb: Limb): void {
  const { limbs } = value
  const before = limbs[index]
  trail.undo.push(() => {
    limbs[index] = before
  })
  limbs[index] = limb
}

export function forgetTo(trail: Trail, mark: number): void {
  while (trail.undo.length > mark) trail.undo.pop()!()
}

const LIMB = (1n << 64n) - 1n
export const WORD = (1n << 256n) - 1n

/** Two's complement. */
export const toSigned = (word: bigint): bigint => BigInt.asIntN(256, word)

export const bitLength = (word: bigint): number => (word === 0n ? 0 : word.toString(2).length)

/** All values are made here, so that they are of one shape. */
const makeValue = (
  limbs: (Limb | undefined)[],
  bits: number,
  constant?: bigint,
  vectors?: readonly [number, number],
  flag?: number,
  slot?: number,
  isSigned = false,
): Value => ({ constant, limbs, vectors, flag, slot, bits, isSigned, paid: 0 })

const unknown = (): (Limb | undefined)[] => [undefined, undefined, undefined, undefined]

export function constantOf(word: bigint): Value {
  const constant = word & WORD
  return makeValue(unknown(), bitLength(constant), constant)
}

export const slotOf = (slot: number): Value =>
  makeValue(unknown(), 256, undefined, undefined, undefined, slot)

export function flagOf(flag: number): Value {
  return makeValue([undefined, 0n, 0n, 0n], 1, undefined, undefined, flag)
}

/** One limb, the others zero. */
export const smallOf = (limb: number, bits = 64): Value => makeValue([limb, 0n, 0n, 0n], bits)

export const signedOf = (limb: number): Value =>
  makeValue([limb, undefined, undefined, undefined], 256, undefined, undefined, undefined, undefined, true)

export function limbsOf(limbs: readonly Limb[], bits = 256): Value {
  if (limbs.every((limb) => typeof limb === 'bigint')) {
    return constantOf(
      limbs.reduce<bigint>((word, limb, index) => word | ((limb as bigint) << BigInt(64 * index)), 0n),
    )
  }
  let top = 3
  while (top > 0 && limbs[top] === 0n) top--
  const most = Math.min(bits, 64 * (top + 1))
  const kept = limbs.map((limb, index) => (64 * index >= most ? 0n : limb))
  return makeValue(kept, most)
}

export function vectorsOf(low: number, high: number, bits = 256): Value {
  const limbs = unknown().map((_, index) => (64 * index >= bits ? 0n : undefined))
  return makeValue(limbs, bits, undefined, [low, high])
}

/** Says that the value is below 2^bits. */
export function bound(trail: Trail, value: Value, bits: number): void {
  if (value.constant !== undefined || value.bits <= bits) return
  note(trail, value, 'bits', bits)
  for (let index = 0; index < 4; index++) if (64 * index >= bits) noteLimb(trail, value, index, 0n)
}

/** What values need to be computed. */
export interface Context extends Trail {
  readonly body: Body
}

/** A limb, made a local if it is not a constant. */
export function limb(context: Context, value: Value, index: number): Limb {
  const { body } = context
  if (value.constant !== undefined) return (value.constant >> BigInt(64 * index)) & LIMB
  const known = value.limbs[index]
  if (known !== undefined) return known
  if (64 * index >= value.bits) return 0n
  if (value.flag !== undefined) {
    get(body, value.flag)
    op(body, WASM.i64ExtendI32U)
  } else if (value.isSigned) {
    push(context, limb(context, value, 0))
    i64(body, 63n)
    op(body, WASM.i64ShrS)
    const sign = keep(body, I64)
    for (let above = 1; above < 4; above++) noteLimb(context, value, above, sign)
    return sign
  } else if (value.vectors !== undefined) {
    get(body, value.vectors[index >> 1]!)
    op(body, SIMD.prefix, SIMD.i64x2ExtractLane, index & 1)
  } else {
    get(body, SP)
    access(body, WASM.i64Load, MARGIN + 32 * value.slot! + 8 * index)
  }
  const made = keep(body, I64)
  noteLimb(context, value, index, made)
  return made
}

/** Parameters of every region: where the word above the topmost goes, less {@link MARGIN}; gas. */
export const SP = 0
export const GAS = 1
/** So that offsets of words below are not negative. */
export const MARGIN = 2048

export function push({ body }: Context, limb: Limb): void {
  if (typeof limb === 'bigint') i64(body, limb)
  else get(body, limb)
}

export const pushLimb = (context: Context, value: Value, index: number): void =>
  push(context, limb(context, value, index))

export const allLimbs = (context: Context, value: Value): Limb[] =>
  [0, 1, 2, 3].map((i) => limb(context, value, i))

/** Whether nobody has asked for a limb of it yet. */
const isWhole = ({ slot, limbs, vectors, flag }: Value): boolean =>
  vectors !== undefined ||
  (slot !== undefined && flag === undefined && limbs.every((each) => each === undefined))

/** Brings a half to the top of the stack, as a vector. */
export function pushHalf(context: Context, value: Value, half: 0 | 1): void {
  const { body } = context
  if (value.constant !== undefined) {
    vector(body, (value.constant >> BigInt(128 * half)) & ((1n << 128n) - 1n))
    return
  }
  if (128 * half >= value.bits) {
    vector(body, 0n)
    return
  }
  if (value.vectors !== undefined) {
    get(body, value.vectors[half])
    return
  }
  if (isWhole(value)) {
    get(body, SP)
    loadVector(body, MARGIN + 32 * value.slot! + 16 * half)
    return
  }
  const low = limb(context, value, 2 * half)
  const high = limb(context, value, 2 * half + 1)
  if (high === 0n) {
    vector(body, 0n)
    push(context, low)
    op(body, SIMD.prefix, SIMD.i64x2ReplaceLane, 0)
    return
  }
  push(context, low)
  op(body, SIMD.prefix, SIMD.i64x2Splat)
  if (high === low) return
  push(context, high)
  op(body, SIMD.prefix, SIMD.i64x2ReplaceLane, 1)
}

/** Stores a word at an offset from what `pushBase` pushes. */
export function storeValue(context: Context, value: Value, pushBase: () => void, offset: number): void {
  const { body } = context
  if (value.constant !== undefined && value.bits > 0 && value.bits <= 64) {
    for (const [index, part] of [value.constant, 0n].entries()) {
      pushBase()
      i64(body, part)
      access(body, WASM.i64Store, offset + 8 * index)
    }
    pushBase()
    vector(body, 0n)
    storeVector(body, offset + 16)
    return
  }
  if (value.constant !== undefined || isWhole(value)) {
    for (const half of [0, 1] as const) {
      pushBase()
      pushHalf(context, value, half)
      storeVector(body, offset + 16 * half)
    }
    return
  }
  for (let index = 0; index < 4; index++) {
    if (index === 2 && value.bits <= 128) {
      pushBase()
      vector(body, 0n)
      storeVector(body, offset + 16)
      return
    }
    const held = limb(context, value, index)
    pushBase()
    push(context, held)
    access(body, WASM.i64Store, offset + 8 * index)
  }
}

/** Reads a word that lies in the way of a store into locals, unless it is there. */
export function detach(context: Context, value: Value): void {
  const { body } = context
  if (value.slot === undefined || value.vectors !== undefined) return
  if (!isWhole(value)) {
    allLimbs(context, value)
    return
  }
  const halves = ([0, 1] as const).map((half) => {
    pushHalf(context, value, half)
    return keep(body, V128)
  })
  note(context, value, 'vectors', [halves[0]!, halves[1]!])
}

/** Brings 0 or another number of 32 bits to the top. */
export function pushTruth(context: Context, value: Value): void {
  const { body } = context
  if (value.flag !== undefined) {
    get(body, value.flag)
    return
  }
  pushOr(context, significant(context, value))
  i64(body, 0n)
  op(body, WASM.i64Ne)
}

/** The limbs that tell whether it is zero. */
export function significant(context: Context, value: Value): Limb[] {
  if (value.isSigned) return [limb(context, value, 0)]
  return allLimbs(context, value).filter((each) => each !== 0n)
}

export function pushOr(context: Context, limbs: readonly Limb[]): void {
  if (limbs.length === 0) i64(context.body, 0n)
  for (const [index, each] of limbs.entries()) {
    push(context, each)
    if (index > 0) op(context.body, WASM.i64Or)
  }
}

/** All limbs but the lowest in one: zero if the value is small. */
export function pushUpper(context: Context, value: Value): void {
  pushOr(
    context,
    [1, 2, 3].map((index) => limb(context, value, index)).filter((each) => each !== 0n),
  )
}
