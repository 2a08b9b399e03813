/** Types of Solidity for what a deed keeps, and what is known of the numbers in them. */
import { interval, valueInterval } from '../model/interval.ts'
import type { Model, Type } from '../model/model.ts'
import { RANGE, SHARE_PARTS } from '../model/range.ts'
import { ceil, floor, ratio } from '../ratio.ts'
import { type Code, name } from './code.ts'
import type { Emitter } from './emitter.ts'

export interface Shape {
  /** `uint128`, `bytes32`, `bool` */
  readonly solidity: string
  readonly bits: number
  readonly signed: boolean
}

const shape = (bits: number, signed = false): Shape => ({
  solidity: `${signed ? '' : 'u'}int${bits}`,
  bits,
  signed,
})

const DAY = shape(32)
const MONEY = shape(128)

/** Numbers that are never negative are kept without a sign. */
export const shapeOf = (model: Model, index: number): Shape => {
  const { type } = model.values[index]!
  if (type.kind !== 'number') return shapeOfType(type)
  const { low } = valueInterval(model, index)
  return shape(128, !low || low.n < 0n)
}

export const shapeOfType = (type: Type): Shape => {
  switch (type.kind) {
    case 'amount':
      return MONEY
    case 'share':
      return shape(64)
    case 'date':
    case 'duration':
      return DAY
    case 'document':
      return { solidity: 'bytes32', bits: 256, signed: false }
    case 'truth':
      return { solidity: 'bool', bits: 8, signed: false }
    case 'choice':
      return shape(8)
    default:
      return shape(128, true)
  }
}

/** Whole numbers between which a value lies as it is kept: shares in parts. */
const keptBounds = (model: Model, index: number): readonly [low: bigint, high: bigint] => {
  const { type } = model.values[index]!
  const parts = type.kind === 'share' ? SHARE_PARTS : 1n
  const { low, high } = valueInterval(model, index)
  const range = type.kind in RANGE ? RANGE[type.kind as keyof typeof RANGE] : ([0n, 1n << 256n] as const)
  return [
    low ? floor(ratio(low.n * parts, low.d)) : range[0],
    high ? ceil(ratio(high.n * parts, high.d)) : range[1],
  ]
}

/** A value by its name, or by another under which it is known here. */
export const valueCode = ({ model, names }: Emitter, index: number, as = names.values[index]!): Code => {
  const { bits, signed } = shapeOf(model, index)
  const [low, high] = keptBounds(model, index)
  return name(as, bits, low, high, signed)
}

/** A bound of a declaration that is known from the text, as it is kept. */
export const staticBound = (model: Model, index: number, side: 'low' | 'high'): bigint | undefined => {
  const value = model.values[index]!
  const expr = value[side]
  if (!expr) return undefined
  const { low, high } = interval(model, expr)
  if (!low || !high || low.n !== high.n || low.d !== high.d) return undefined
  const parts = value.type.kind === 'share' ? SHARE_PARTS : 1n
  const kept = ratio(low.n * parts, low.d)
  return side === 'low' ? ceil(kept) : floor(kept)
}
