/**
 * WebAssembly as expressions: each is the bytes that leave one value on the stack, or none (WebAssembly core
 * specification, section 5.4; relaxed SIMD for the fused multiply-add).
 */
export type Code = readonly number[]

export const I32 = 0x7f
export const I64 = 0x7e
export const V128 = 0x7b
export type ValueType = typeof I32 | typeof I64 | typeof V128

const OPCODES = {
  drop: [0x1a],
  select: [0x1b],
  i32Eqz: [0x45],
  i32Eq: [0x46],
  i32Ne: [0x47],
  i32LtS: [0x48],
  i32LtU: [0x49],
  i32GtS: [0x4a],
  i32Ctz: [0x68],
  i32Add: [0x6a],
  i32Sub: [0x6b],
  i32Mul: [0x6c],
  i32And: [0x71],
  i32Or: [0x72],
  i32Xor: [0x73],
  i32Shl: [0x74],
  i32ShrU: [0x76],
  i64Eqz: [0x50],
  i64Ne: [0x52],
  i64LtS: [0x53],
  i64LtU: [0x54],
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
  i64TruncF64S: [0xb0],
  i64x2Splat: [0xfd, 0x12],
  v128And: [0xfd, 0x4e],
  v128Or: [0xfd, 0x50],
  v128Xor: [0xfd, 0x51],
  i32x4DotI16x8S: [0xfd, 0xba, 0x01],
  i64x2Add: [0xfd, 0xce, 0x01],
  i64x2Sub: [0xfd, 0xd1, 0x01],
  f64x2Add: [0xfd, 0xf0, 0x01],
  f64x2Sub: [0xfd, 0xf1, 0x01],
  f64x2RelaxedMadd: [0xfd, 0x87, 0x02],
} as const

/** Instructions by the names of the text format; operands are expressions. */
export const wasm = Object.fromEntries(
  Object.entries(OPCODES).map(([name, opcode]) => [
    name,
    (...operands: Code[]): Code => [...operands.flat(), ...opcode],
  ]),
) as Record<keyof typeof OPCODES, (...operands: Code[]) => Code>

export const i32 = (value: number): Code => [0x41, ...signed(BigInt(value))]
export const i64 = (value: bigint): Code => [0x42, ...signed(BigInt.asIntN(64, value))]

export const shiftLeft = (vector: Code, bits: number): Code => [...vector, ...i32(bits), 0xfd, 0xcb, 0x01]
export const shiftRight = (vector: Code, bits: number): Code => [...vector, ...i32(bits), 0xfd, 0xcd, 0x01]
export const laneI64 = (vector: Code, lane: number): Code => [...vector, 0xfd, 0x1d, lane]
export const laneF64 = (vector: Code, lane: number): Code => [...vector, 0xfd, 0x21, lane]

/** Sixteen bytes of two vectors, by number. */
export const shuffle = (a: Code, b: Code, bytes: Code): Code => [...a, ...b, 0xfd, 0x0d, ...bytes]

/** Two lanes of two vectors: 0 and 1 are the first's, 2 and 3 the second's. */
export const lanes = (a: Code, b: Code, low: number, high: number): Code =>
  shuffle(
    a,
    b,
    [low, high].flatMap((lane) => Array.from({ length: 8 }, (_, byte) => 8 * lane + byte)),
  )

const loading =
  (opcode: Code, align: number) =>
  (address: Code, offset = 0): Code => [...address, ...opcode, align, ...unsigned(offset)]

const storing =
  (opcode: Code, align: number) =>
  (address: Code, value: Code, offset = 0): Code => [
    ...address,
    ...value,
    ...opcode,
    align,
    ...unsigned(offset),
  ]

export const loadI32 = loading([0x28], 2)
export const loadI32U8 = loading([0x2d], 0)
export const loadI64 = loading([0x29], 3)
export const loadI64S16 = loading([0x32], 1)
export const loadI64U32 = loading([0x35], 2)
export const loadV128 = loading([0xfd, 0x00], 4)
export const storeI32 = storing([0x36], 2)
export const storeI64 = storing([0x37], 3)
export const storeI64As16 = storing([0x3d], 1)
export const storeI64As32 = storing([0x3e], 2)
export const storeV128 = storing([0xfd, 0x0b], 4)

/** LEB128. @param value below 2^31 */
export function unsigned(value: number): number[] {
  const bytes: number[] = []
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 0x80) return [...bytes, rest]
    bytes.push((rest & 0x7f) | 0x80)
  }
}

function signed(value: bigint): number[] {
  const bytes: number[] = []
  for (let rest = value; ; ) {
    const low = Number(rest & 0x7fn)
    rest >>= 7n
    if ((rest === 0n && low < 0x40) || (rest === -1n && low >= 0x40)) return [...bytes, low]
    bytes.push(low | 0x80)
  }
}
