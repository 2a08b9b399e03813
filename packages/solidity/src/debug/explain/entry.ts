/** What a frame was called for: the function that its input names, and where that is written. */
import { knownAbis } from '../decode/known-abis.ts'
import { type FunctionRange, outlineOf, type WrittenFunction } from '../source/outline.ts'
import type { Place } from '../source/program.ts'
import type { Hex } from '../trace/raw-trace.ts'
import { bookOf, type Frame, programOf } from './frames.ts'

/** `Bank.withdraw`, `Bank.constructor`; the contract alone if it has no such function; undefined for unknown code. */
export const entryName = (frame: Frame): string | undefined => {
  const { contract } = frame
  const name = functionName(frame)
  if (!contract) return name
  return name === undefined ? contract.name : `${contract.name}.${name}`
}

const functionName = (frame: Frame): string | undefined => {
  const book = bookOf(frame)
  const { input } = frame.call
  if (frame.isCreation) return 'constructor'
  const selector = input.slice(0, 10) as Hex
  const known = (book ?? knownAbis()).functions.get(selector)
  if (known || !book) return known?.name
  if (input === '0x' && book.hasReceive) return 'receive'
  return book.hasFallback ? 'fallback' : undefined
}

/** Undefined where it is not written, as the getter of a variable, or where several could be meant. */
export const entryOf = (frame: Frame): WrittenFunction | undefined => {
  const all = entriesOf(frame)
  const own = all.filter((one) => one.function.contract === frame.contract?.name)
  // Two files may each have a contract of that name.
  if (own.length > 0) return own.find(({ file }) => file.name === frame.contract?.source) ?? own[0]
  return !frame.isCreation && all.length === 1 ? all[0] : undefined
}

/** All that could be meant: a function and those that it overrides. */
export const entriesOf = (frame: Frame): WrittenFunction[] => {
  const program = programOf(frame)
  const name = functionName(frame)
  if (!program || name === undefined) return []
  const book = bookOf(frame)!
  const { length } = frame.isCreation
    ? book.constructorInputs
    : (book.functions.get(frame.call.input.slice(0, 10) as Hex)?.inputs ?? [])
  return program.files.flatMap((file) =>
    outlineOf(file)
      .functions.filter((one) => one.name === name && one.kind !== 'modifier' && one.body < one.end - 1)
      .filter((one) => name === 'fallback' || parameters(file.bytes, one) === length)
      .map((one) => ({ file, function: one })),
  )
}

/** How many a function takes, as it is written. */
const parameters = (bytes: string, { start, body }: FunctionRange): number => {
  const list = /\(([^()]*)/.exec(bytes.slice(start, body))?.[1]?.trim() ?? ''
  return list === '' ? 0 : list.split(',').length
}

/** Its first line. */
export const placeOfEntry = ({ file, function: one }: WrittenFunction): Place => ({
  file,
  start: one.start,
  length: one.body - one.start,
  within: one,
})
