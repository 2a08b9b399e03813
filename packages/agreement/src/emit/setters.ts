/** Values that change: their bounds, and where they are kept. */
import type { Expr } from '../model/model.ts'
import { RANGE, SHARE_PARTS } from '../model/range.ts'
import { type Code, compared, joined, literal, name } from './code.ts'
import { dayCode, spanCode } from './days.ts'
import type { Emitter } from './emitter.ts'
import { type Known, rounded, STORED } from './fraction.ts'
import { shapeOf, staticBound } from './values.ts'
import { askedStated, statedVariable } from './variables.ts'

/** @param value as it is given, or worked out. */
export const boundsCheck = (emitter: Emitter, index: number, value: Code): string[] => {
  const { model } = emitter
  const { name: of, type } = model.values[index]!
  if (type.kind === 'document' || type.kind === 'truth') return []
  const tests: Code[] = []
  const [low, high] = (['low', 'high'] as const).map((side) => boundCode(emitter, index, side))
  // What the type cannot hold needs no test.
  if (low && !(low.bits === 0 && low.low <= value.low)) tests.push(compared(value, '<', low))
  if (high && !(high.bits === 0 && high.low >= value.high)) tests.push(compared(value, '>', high))
  return tests.length === 0 ? [] : [`if (${joined(tests, true).text}) revert OutOfBounds("${of}");`]
}

const boundCode = (emitter: Emitter, index: number, side: 'low' | 'high'): Code | undefined => {
  const { type, [side]: expr } = emitter.model.values[index]!
  const known = staticBound(emitter.model, index, side)
  if (known !== undefined) return literal(known)
  if (expr) return bound(emitter, expr, type.kind, side === 'low')
  if (type.kind === 'choice') return literal(side === 'low' ? 0n : BigInt(type.choices.length - 1))
  if (type.kind === 'amount' || type.kind === 'number' || type.kind === 'share' || type.kind === 'date')
    return literal(RANGE[type.kind][side === 'low' ? 0 : 1])
  return undefined
}

/** A bound that follows from what was agreed: rounded inwards, since what it bounds is whole. */
const bound = (emitter: Emitter, expr: Expr, kind: string, up: boolean, known: Known = STORED): Code => {
  const place = { emitter, known, signed: false }
  if (kind === 'date') return dayCode(place, expr)
  if (kind === 'duration') return spanCode(place, expr)
  return rounded(emitter, { expr, up }, known, kind === 'share' ? SHARE_PARTS : 1n)
}

/** `of at most …`: rounded down, which bounds whole numbers no less. */
export const mostCheck = (emitter: Emitter, index: number, value: Code, most: Expr, known: Known): string => {
  const { name: of, type } = emitter.model.values[index]!
  const limit = bound(emitter, most, type.kind, false, known)
  return `if (${compared(value, '>', limit).text}) revert OutOfBounds("${of}");`
}

/** Keeps a value and says so. @param value fits: its bounds are checked or proved. */
export const storeLines = (emitter: Emitter, index: number, value: Code): string[] => {
  const { model, names } = emitter
  const own = names.values[index]!
  const { solidity, bits } = shapeOf(model, index)
  const narrow = value.bits > bits ? `${solidity}(${value.text})` : value.text
  return [
    `${own} = ${narrow};`,
    ...(askedStated(model).has(index) ? [`${statedVariable(names, index)} = true;`] : []),
    `emit Stated("${model.values[index]!.name}", abi.encode(${own}));`,
  ]
}

export const argument = (emitter: Emitter, index: number): string => {
  const { type } = emitter.model.values[index]!
  const own = `${emitter.names.values[index]}_`
  return type.kind === 'document'
    ? `Document calldata ${own}`
    : `${shapeOf(emitter.model, index).solidity} ${own}`
}

/** What an act gives, as it arrives: anything that its type can hold. */
export const argumentCode = (emitter: Emitter, index: number): Code => {
  const { type } = emitter.model.values[index]!
  const { bits, signed } = shapeOf(emitter.model, index)
  const own = `${emitter.names.values[index]}_`
  const span = 1n << BigInt(signed ? bits - 1 : bits)
  return name(type.kind === 'document' ? `${own}.hash` : own, bits, signed ? -span : 0n, span - 1n, signed)
}
