/** Functions and a module of WebAssembly while they are written. */
import { type Code, i32, loadV128, unsigned, type ValueType } from './code.ts'

export interface Module {
  readonly functions: Body[]
  /** Functions by name. */
  readonly exports: [name: string, index: number][]
  /** Vectors that instructions use, by their two lanes, in memory from `constantsAt` on. */
  readonly constants: Map<string, readonly [bigint, bigint]>
  readonly constantsAt: number
  /** What else lies in memory from the beginning. */
  readonly data: [address: number, bytes: Code][]
}

/** One function. */
export interface Body {
  readonly module: Module
  readonly parameters: readonly ValueType[]
  readonly results: readonly ValueType[]
  readonly code: number[]
  /** Types, by number; parameters come first. */
  readonly locals: ValueType[]
  /** By type, those that nobody uses at present. */
  readonly free: Map<ValueType, number[]>
  /** What was taken since the innermost {@link scope} began. */
  taken: number[]
}

export const createModule = (constantsAt: number): Module => ({
  functions: [],
  exports: [],
  constants: new Map(),
  constantsAt,
  data: [],
})

/** The number of the function, for {@link call}. */
export function addFunction(
  module: Module,
  name: string | undefined,
  parameters: readonly ValueType[],
  results: readonly ValueType[],
  write: (f: Body) => void,
): number {
  const f: Body = {
    module,
    parameters,
    results,
    code: [],
    locals: [...parameters],
    free: new Map(),
    taken: [],
  }
  write(f)
  const index = module.functions.push(f) - 1
  if (name !== undefined) module.exports.push([name, index])
  return index
}

export const emit = (f: Body, ...code: readonly Code[]): void => {
  for (const bytes of code) for (const byte of bytes) f.code.push(byte)
}

export const get = (local: number): Code => [0x20, ...unsigned(local)]
export const set = (f: Body, local: number, value: Code): void => emit(f, value, [0x21, ...unsigned(local)])

/** A local to write to. It holds whatever it was last used for. */
export function takeLocal(f: Body, type: ValueType): number {
  const local = f.free.get(type)?.pop() ?? f.locals.push(type) - 1
  f.taken.push(local)
  return local
}

/** Computes a value now, for several uses; gives the local. */
export function hold(f: Body, type: ValueType, value: Code): number {
  const local = takeLocal(f, type)
  set(f, local, value)
  return local
}

/** The same, read. */
export const keep = (f: Body, type: ValueType, value: Code): Code => get(hold(f, type, value))

/** Locals taken inside are free again afterwards. */
export function scope<T>(f: Body, run: () => T): T {
  const outer = f.taken
  f.taken = []
  const result = run()
  for (const local of f.taken) {
    const type = f.locals[local]!
    f.free.set(type, [...(f.free.get(type) ?? []), local])
  }
  f.taken = outer
  return result
}

/** Runs at least once, and again as long as `again` says, or until {@link leaveIf} in `run` leaves. */
export function repeat(f: Body, run: () => void, again?: () => Code): void {
  emit(f, [0x02, 0x40, 0x03, 0x40])
  scope(f, run)
  if (again === undefined) emit(f, [0x0c, 0x00])
  else emit(f, again(), [0x0d, 0x00])
  emit(f, [0x0b, 0x0b])
}

/** Leaves the {@link repeat} that is `depth` uses of {@link when} away. */
export const leaveIf = (f: Body, condition: Code, depth = 0): void =>
  emit(f, condition, [0x0d, ...unsigned(depth + 1)])

export function when(f: Body, condition: Code, run: () => void, otherwise?: () => void): void {
  emit(f, condition, [0x04, 0x40])
  scope(f, run)
  if (otherwise) {
    emit(f, [0x05])
    scope(f, otherwise)
  }
  emit(f, [0x0b])
}

export const call = (index: number, ...operands: readonly Code[]): Code => [
  ...operands.flat(),
  0x10,
  ...unsigned(index),
]

export const giveBack = (f: Body, value: Code): void => emit(f, value, [0x0f])

/**
 * A vector of two 64-bit patterns. It is loaded from memory, in one instruction; of one that stands in the code V8
 * makes four.
 */
export function constant({ module }: Body, low: bigint, high = low): Code {
  const lanes = [BigInt.asUintN(64, low), BigInt.asUintN(64, high)] as const
  const key = lanes.join()
  if (!module.constants.has(key)) module.constants.set(key, lanes)
  const index = [...module.constants.keys()].indexOf(key)
  return loadV128(i32(0), module.constantsAt + 16 * index)
}

/** Puts bytes into memory and says where. */
export function place({ data }: Module, address: number, bytes: Code): number {
  data.push([address, bytes])
  return address
}

/** 64-bit patterns as bytes. */
export const words = (values: Iterable<bigint>): Code =>
  Array.from(values, (value) =>
    Array.from({ length: 8 }, (_, byte) => Number((value >> BigInt(8 * byte)) & 0xffn)),
  ).flat()

/** The module with its memory, which it exports. @param pages of 64 KB */
export function encode(module: Module, pages: number): Uint8Array<ArrayBuffer> {
  const constants = words([...module.constants.values()].flat())
  const data: Module['data'] = [...module.data, [module.constantsAt, constants]]
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, module.functions, ({ parameters, results }) => [
      0x60,
      ...vector(parameters, byte),
      ...vector(results, byte),
    ]),
    ...section(3, [...module.functions.keys()], unsigned),
    ...section(5, [pages], (limit) => [0x00, ...unsigned(limit)]),
    ...section(7, [['memory', undefined] as const, ...module.exports], ([name, index]) => [
      ...vector([...name], (letter) => [letter.charCodeAt(0)]),
      ...(index === undefined ? [0x02, 0x00] : [0x00, ...unsigned(index)]),
    ]),
    ...section(10, module.functions, (f) => sized([...localTypes(f), ...f.code, 0x0b])),
    ...section(11, data, ([address, bytes]) => [0x00, ...i32(address), 0x0b, ...vector(bytes, byte)]),
  ])
}

/** Locals that are no parameters, in runs of the same type. */
function localTypes(f: Body): Code {
  const runs: { count: number; readonly type: ValueType }[] = []
  for (const type of f.locals.slice(f.parameters.length)) {
    const last = runs.at(-1)
    if (last?.type === type) last.count++
    else runs.push({ count: 1, type })
  }
  return vector(runs, ({ count, type }) => [...unsigned(count), type])
}

const section = <T>(id: number, items: readonly T[], encode: (item: T) => Code): Code => [
  id,
  ...sized(vector(items, encode)),
]
const sized = (bytes: Code): Code => [...unsigned(bytes.length), ...bytes]
const byte = (value: number): Code => [value]
const vector = <T>(items: readonly T[], encode: (item: T) => Code): Code => [
  ...unsigned(items.length),
  ...items.flatMap(encode),
]
