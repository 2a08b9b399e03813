/**
 * WebAssembly, as much of it as the curve needs: expressions are their bytes, a function collects instructions and hands out
 * locals, a module puts functions, constants and memory together (WebAssembly core specification, section 5).
 */

/** Instructions that leave one value on the stack, or none. */
export type Code = readonly number[]

export const I32 = 0x7f
export const I64 = 0x7e
export const V128 = 0x7b
export type ValueType = typeof I32 | typeof I64 | typeof V128

/** Each instruction by the name that the text format gives it; its operands are expressions. */
const OPCODES = {
  i32Eqz: [0x45],
  i32Eq: [0x46],
  i32Ne: [0x47],
  i32LtS: [0x48],
  i32LtU: [0x49],
  i32GtS: [0x4a],
  i32GeS: [0x4e],
  i32Add: [0x6a],
  i32Sub: [0x6b],
  i32Mul: [0x6c],
  i32And: [0x71],
  i32Or: [0x72],
  i32Xor: [0x73],
  i32Shl: [0x74],
  i32ShrS: [0x75],
  i32ShrU: [0x76],
  i64Eqz: [0x50],
  i64Eq: [0x51],
  i64Ne: [0x52],
  i64LtS: [0x53],
  i64LtU: [0x54],
  i64GtS: [0x55],
  i64GtU: [0x56],
  i64LeU: [0x58],
  i64GeU: [0x5a],
  i64Ctz: [0x7a],
  i64Add: [0x7c],
  i64Sub: [0x7d],
  i64Mul: [0x7e],
  i64And: [0x83],
  i64Or: [0x84],
  i64Xor: [0x85],
  i64Shl: [0x86],
  i64ShrS: [0x87],
  i64ShrU: [0x88],
  i32WrapI64: [0xa7],
  i64ExtendI32S: [0xac],
  i64ExtendI32U: [0xad],
  v128And: [0xfd, 0x4e],
  v128Or: [0xfd, 0x50],
  v128Xor: [0xfd, 0x51],
  i64x2Splat: [0xfd, 0x12],
  f64x2Splat: [0xfd, 0x14],
  i64TruncF64S: [0xb0],
  i32Ctz: [0x68],
  select: [0x1b],
  v128AnyTrue: [0xfd, 0x53],
  i32x4DotI16x8S: [0xfd, 0xba, 0x01],
  i64x2Shl: [0xfd, 0xcb, 0x01],
  i64x2ShrU: [0xfd, 0xcd, 0x01],
  i64x2Add: [0xfd, 0xce, 0x01],
  i64x2Sub: [0xfd, 0xd1, 0x01],
  f64x2Add: [0xfd, 0xf0, 0x01],
  f64x2Sub: [0xfd, 0xf1, 0x01],
  f64x2Mul: [0xfd, 0xf2, 0x01],
  f64x2RelaxedMadd: [0xfd, 0x87, 0x02],
} as const

type Instructions = Record<keyof typeof OPCODES, (...operands: Code[]) => Code>

export const wasm = Object.fromEntries(
  Object.entries(OPCODES).map(([name, opcode]) => [
    name,
    (...operands: Code[]) => [...operands.flat(), ...opcode],
  ]),
) as Instructions

export const i32 = (value: number): Code => [0x41, ...signed(BigInt(value))]
export const i64 = (value: bigint): Code => [0x42, ...signed(BigInt.asIntN(64, value))]

const load =
  (opcode: Code, align: number) =>
  (address: Code, offset = 0): Code => [...address, ...opcode, align, ...unsigned(offset)]
const store =
  (opcode: Code, align: number) =>
  (address: Code, value: Code, offset = 0): Code => [
    ...address,
    ...value,
    ...opcode,
    align,
    ...unsigned(offset),
  ]

export const loadI8 = load([0x2c], 0)
export const loadI32 = load([0x28], 2)
export const loadI64 = load([0x29], 3)
export const loadI64From32U = load([0x35], 2)
export const loadI64From16S = load([0x32], 1)
export const loadI32From8U = load([0x2d], 0)
export const loadV128 = load([0xfd, 0x00], 4)
export const storeI8 = store([0x3a], 0)
export const storeI32 = store([0x36], 2)
export const storeI64 = store([0x37], 3)
export const storeI64As32 = store([0x3e], 2)
export const storeI64As16 = store([0x3d], 1)
export const storeV128 = store([0xfd, 0x0b], 4)

/** Lanes 0 and 1 are the first vector's, 2 and 3 the second's. */
export const shuffle = (a: Code, b: Code, low: number, high: number): Code => [
  ...a,
  ...b,
  0xfd,
  0x0d,
  ...[low, high].flatMap((lane) => Array.from({ length: 8 }, (_, byte) => 8 * lane + byte)),
]
/** Sixteen bytes of two vectors, by number. */
export const shuffleBytes = (a: Code, b: Code, bytes: Code): Code => [...a, ...b, 0xfd, 0x0d, ...bytes]
export const extractI64 = (vector: Code, lane: number): Code => [...vector, 0xfd, 0x1d, lane]
export const extractF64 = (vector: Code, lane: number): Code => [...vector, 0xfd, 0x21, lane]

/** One function while it is written. */
export interface Body {
  readonly module: Module
  readonly parameters: readonly ValueType[]
  readonly results: readonly ValueType[]
  readonly code: number[]
  readonly locals: ValueType[]
  /** Of each type, those that nobody uses at present. */
  readonly free: Map<ValueType, number[]>
  /** What was taken since the innermost {@link scope} began. */
  taken: number[]
}

const createBody = (
  module: Module,
  parameters: readonly ValueType[],
  results: readonly ValueType[],
): Body => ({
  module,
  parameters,
  results,
  code: [],
  locals: [...parameters],
  free: new Map(),
  taken: [],
})

export const emit = (body: Body, ...code: Code[]): void => {
  for (const bytes of code) for (const byte of bytes) body.code.push(byte)
}

export function takeLocal(body: Body, type: ValueType): number {
  const local = body.free.get(type)?.pop() ?? body.locals.push(type) - 1
  body.taken.push(local)
  return local
}

/** Locals taken inside are free again afterwards; `keep` names those that are not. */
export function scope<T>(body: Body, run: () => T): T {
  const outer = body.taken
  body.taken = []
  const result = run()
  for (const local of body.taken) {
    const type = body.locals[local]!
    if (!body.free.has(type)) body.free.set(type, [])
    body.free.get(type)!.push(local)
  }
  body.taken = outer
  return result
}

export const get = (local: number): Code => [0x20, ...unsigned(local)]
export const set = (body: Body, local: number, value: Code): void =>
  emit(body, value, [0x21, ...unsigned(local)])

/** Computes a value now, for several uses. */
export function keep(body: Body, type: ValueType, value: Code): Code {
  const local = takeLocal(body, type)
  set(body, local, value)
  return get(local)
}

export function loop(body: Body, run: () => void): void {
  emit(body, [0x03, 0x40])
  run()
  emit(body, [0x0b])
}
/** `depth`: how many blocks lie around, not counting the one that is left or repeated. */
export const branchIf = (body: Body, condition: Code, depth = 0): void =>
  emit(body, condition, [0x0d, ...unsigned(depth)])
export function when(body: Body, condition: Code, then: () => void, otherwise?: () => void): void {
  emit(body, condition, [0x04, 0x40])
  then()
  if (otherwise) {
    emit(body, [0x05])
    otherwise()
  }
  emit(body, [0x0b])
}
export const call = (index: number, ...operands: Code[]): Code => [
  ...operands.flat(),
  0x10,
  ...unsigned(index),
]
export const giveBack = (body: Body, ...values: Code[]): void => emit(body, ...values, [0x0f])

export interface Module {
  readonly functions: Body[]
  readonly exports: [string, number][]
  /** Vectors in memory from `CONSTANTS` on, by their two lanes. */
  readonly constants: Map<string, [bigint, bigint]>
  readonly constantsAt: number
}

export const createModule = (constantsAt: number): Module => ({
  functions: [],
  exports: [],
  constants: new Map(),
  constantsAt,
})

export function addFunction(
  module: Module,
  name: string | undefined,
  parameters: readonly ValueType[],
  results: readonly ValueType[],
  write: (body: Body) => void,
): number {
  const body = createBody(module, parameters, results)
  write(body)
  const index = module.functions.push(body) - 1
  if (name !== undefined) module.exports.push([name, index])
  return index
}

/** A vector of two 64-bit patterns; loading one takes an instruction, V8 makes one from immediates with four. */
export function constant({ module }: Body, low: bigint, high = low): Code {
  const lanes: [bigint, bigint] = [BigInt.asUintN(64, low), BigInt.asUintN(64, high)]
  const key = lanes.join()
  if (!module.constants.has(key)) module.constants.set(key, lanes)
  const index = [...module.constants.keys()].indexOf(key)
  return loadV128(i32(0), module.constantsAt + 16 * index)
}

/** @param pages of memory, 64 KB each */
export function moduleBytes(module: Module, pages: number, data: readonly [number, Code][]): Uint8Array {
  const constants = [...module.constants.values()].flat().flatMap(littleEndian)
  const segments = [[module.constantsAt, constants] as const, ...data]
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, vector(module.functions.map((f) => [0x60, ...vector(f.parameters.map(one)), ...vector(f.results.map(one))]))),
    ...section(3, vector(module.functions.map((_, index) => unsigned(index)))),
    ...section(5, vector([[0x00, ...unsigned(pages)]])),
    ...section(7, vector([
      [...text('memory'), 0x02, 0x00],
      ...module.exports.map(([name, index]) => [...text(name), 0x00, ...unsigned(index)]),
    ])),
    ...section(10, vector(module.functions.map((f) => {
      const locals = f.locals.slice(f.parameters.length)
      const runs: [number, number][] = []
      for (const type of locals) {
        if (runs.at(-1)?.[1] === type) runs.at(-1)![0]++
        else runs.push([1, type])
      }
      const bytes = [...vector(runs.map(([count, type]) => [...unsigned(count), type])), ...f.code, 0x0b]
      return [...unsigned(bytes.length), ...bytes]
    }))),
    ...section(11, vector(segments.map(([at, bytes]) => [0x00, ...i32(at), 0x0b, ...vector(bytes.map(one))]))),
  ])
}

const one = (byte: number): Code => [byte]
const vector = (items: readonly Code[]): Code => [...unsigned(items.length), ...items.flat()]
const section = (id: number, bytes: Code): Code => [id, ...unsigned(bytes.length), ...bytes]
const text = (name: string): Code => vector(Array.from(name, (character) => [character.charCodeAt(0)]))
export const littleEndian = (value: bigint): number[] =>
  Array.from({ length: 8 }, (_, byte) => Number((value >> BigInt(8 * byte)) & 0xffn))

/** LEB128. */
function unsigned(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  do {
    bytes.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0))
    rest >>>= 7
  } while (rest > 0)
  return bytes
}

function signed(value: bigint): number[] {
  const bytes: number[] = []
  let rest = value
  for (;;) {
    const low = Number(rest & 0x7fn)
    rest >>= 7n
    if ((rest === 0n && low < 0x40) || (rest === -1n && low >= 0x40)) return [...bytes, low]
    bytes.push(low | 0x80)
  }
}
