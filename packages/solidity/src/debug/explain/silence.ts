/** Why a frame reverted without saying anything: solc leaves the reason out of many checks that it inserts. */
import type { AbiFunction } from '../decode/abi-book.ts'
import { decodeValues } from '../decode/value.ts'
import { type FailurePoint, lastPlaced } from '../source/failure-point.ts'
import { textOf } from '../source/source-file.ts'
import { statementAround } from '../source/statement.ts'
import type { Walk } from '../source/walk.ts'
import type { Hex } from '../trace/raw-trace.ts'
import { bookOf, type Frame } from './frames.ts'
import { walkThrough } from './walks.ts'

/** In words that follow "reverted: "; undefined where nothing can be told. */
export const silentReason = (frame: Frame, point: FailurePoint | undefined): string | undefined =>
  refusedAtTheDoor(frame, point) ?? accountWithoutCode(frame, point) ?? checkInSource(point)

/** The dispatcher, and the decoding of arguments, come before any statement. */
const refusedAtTheDoor = (frame: Frame, point: FailurePoint | undefined): string | undefined => {
  const book = bookOf(frame)
  const { input, value } = frame.call
  const paid = BigInt(value ?? 0)
  if (!book || (point && point.place.within?.kind !== 'modifier' && isInBody(point))) return undefined
  if (frame.isCreation) return paid > 0n ? 'its constructor is not payable, and was sent ether' : undefined
  const selector = input.slice(0, 10) as Hex
  const called = input.length >= 10 ? book.functions.get(selector) : undefined
  if (called) return refusedCall(called, input, paid)
  if (book.hasFallback) return undefined
  if (input === '0x') {
    if (book.hasReceive) return undefined
    return paid > 0n
      ? 'it has no receive function, and was sent ether without any data'
      : 'it was called without any data, and has no receive function'
  }
  return input.length < 10
    ? `it was called with ${input}, which is no selector, and has no fallback function`
    : `it has no function with selector ${selector}, and no fallback function`
}

const isInBody = ({ place }: FailurePoint): boolean =>
  place.within !== undefined && place.start >= place.within.body

const refusedCall = (
  { name, inputs, isPayable }: AbiFunction,
  input: Hex,
  paid: bigint,
): string | undefined => {
  if (paid > 0n && !isPayable) return `${name} is not payable, and was sent ether`
  const data = `0x${input.slice(10)}` as Hex
  if (inputs.length > 0 && !decodeValues(inputs, data, () => undefined))
    return `the arguments of ${name} cannot be decoded: ${(data.length - 2) / 2} bytes were given`
  return undefined
}

/** Before a call solc looks whether there is code, and after one whether as much came back as was promised. */
const accountWithoutCode = (frame: Frame, point: FailurePoint | undefined): string | undefined => {
  const walk = walkThrough(frame)
  const { probe, calls = [] } = frame.path ?? {}
  if (!walk || !point) return undefined
  const { program, steps } = walk
  const at = (pc: number) => steps.lastIndexOf(program.map.instructionAt[pc] ?? -1)
  const lastCall = calls.length > 0 ? at(calls.at(-1)!) : -1
  if (probe && at(probe[0]) > lastCall && steps.length - at(probe[0]) < NEAR_STEPS)
    return `it called ${address(probe[1])}, which has no code`
  const callee = frame.children.at(-1)
  if (!callee || callee.isFailed || lastCall < 0 || !isSameStatement(walk, lastCall, point)) return undefined
  const size = ((callee.call.output ?? '0x').length - 2) / 2
  const whom = callee.call.to ?? 'the account'
  if (
    size === 0 &&
    callee.path?.runs === undefined &&
    callee.contract === undefined &&
    callee.children.length === 0
  )
    return `it called ${whom}, which returned nothing: is there a contract?`
  return `${whom} returned ${size} bytes, which are not what was expected`
}

const isSameStatement = (walk: Walk, step: number, { place }: FailurePoint): boolean => {
  const called = lastPlaced(walk, step + 1)
  if (!called || called.steps < step + 1 - NEAR_STEPS) return false
  const { start, end } = statementAround(place.file, place.start)
  return called.place.file === place.file && called.place.start >= start && called.place.start < end
}

/** Instructions between a check and the revert that it leads to. */
const NEAR_STEPS = 64

const address = (word: string): string => `0x${word.slice(2).padStart(40, '0').slice(-40)}`

/** `require` and `revert` without a reason are named by what is written. */
const checkInSource = (point: FailurePoint | undefined): string | undefined => {
  if (!point) return undefined
  const { file, start, length } = point.place
  const text = textOf(file.bytes.slice(start, start + length))
    .replace(/\s+/g, ' ')
    .replace(/;$/, '')
  if (/^require\b/.test(text)) return `${text.slice(0, MAX_TEXT)} did not hold`
  if (/^revert\b/.test(text)) return undefined
  const statement = statementAround(file, start)
  const whole = textOf(file.bytes.slice(statement.start, statement.end))
  const required = /^require\s*\(([\s\S]*)\)\s*;?$/.exec(whole)
  return required
    ? `require(${required[1]!.replace(/\s+/g, ' ').slice(0, MAX_TEXT)}) did not hold`
    : undefined
}

const MAX_TEXT = 120
