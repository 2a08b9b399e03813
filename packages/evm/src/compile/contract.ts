/** From bytecode to a module: a function for each region of code that is known to be reached. */
import { analysisOf } from '../analysis/code.ts'
import type { Fork } from '../forks.ts'
import { type OpcodeTable, opcodesAt } from '../opcodes.ts'
import { STATUS } from '../tier1/layout.ts'
import { WASM } from '../wasm/instructions.ts'
import { type FunctionType, moduleOf } from '../wasm/module.ts'
import { access, type Body, bodyBytes, call, createBody, get, I32, I64, i32, i64 } from './body.ts'
import { divideDouble, multiplySigned, multiplyUnsigned } from './helpers.ts'
import { leaveAt } from './leave.ts'
import { compileRegion } from './region.ts'
import { RUNTIME, type RuntimeAddresses, type RuntimeName } from './runtime.ts'

export interface Contract {
  readonly code: Uint8Array
  readonly opcodes: OpcodeTable
  readonly jumpdests: Uint8Array
  /** By offset: how many ways lead there that can be seen. */
  readonly arrivals: Uint16Array
  readonly addresses: RuntimeAddresses
  /** Function numbers. */
  readonly runtime: Readonly<Record<RuntimeName, number>>
  readonly helpers: { readonly multiplySigned: number; readonly divideDouble: number }
  readonly regionType: number
  /** Where in linear memory the table by offset is, for jumps. */
  readonly entries: number
  /** Regions by where they begin, in the order of their functions. */
  readonly regions: Map<number, number>
  readonly firstRegion: number
}

export interface Compiled {
  readonly module: Uint8Array<ArrayBuffer>
  /** By offset in the code: place in the table, or zero. With its highest bit set no jump may land there. */
  readonly entries: Uint32Array
  readonly tableSize: number
}

/** Bytes of code in a module: the largest contracts come to some 700 KB. */
const MODULE_LIMIT = 2 ** 21
const REGION_LIMIT = 5000

/**
 * Region by region: what is given meanwhile is how many bytes one has become.
 *
 * @param tableStart the first place in the table that is free.
 */
export function* compileInSteps(
  code: Uint8Array,
  fork: Fork,
  addresses: RuntimeAddresses,
  entriesAddress: number,
  tableStart: number,
): Generator<number, Compiled> {
  const types = [
    ...new Map(Object.values<FunctionType>(RUNTIME).map((type) => [JSON.stringify(type), type])).values(),
  ]
  const typeOf = (wanted: FunctionType) =>
    types.findIndex((type) => JSON.stringify(type) === JSON.stringify(wanted))
  const names = Object.keys(RUNTIME) as RuntimeName[]
  const add = (type: FunctionType) => types.push(type) - 1
  const product = add({ parameters: [I64, I64], results: [I64, I64] })
  const quotient = add({ parameters: [I64, I64, I64, I64], results: [I64, I64] })
  const regionType = add({ parameters: [I32, I64], results: [I32] })

  const runtime = Object.fromEntries(names.map((name, index) => [name, index])) as Record<RuntimeName, number>
  const unsigned = names.length
  const { jumpdests } = analysisOf(code)
  const contract: Contract = {
    code,
    opcodes: opcodesAt(fork),
    jumpdests,
    arrivals: arrivalsOf(code, jumpdests),
    addresses,
    runtime,
    helpers: { multiplySigned: unsigned + 1, divideDouble: unsigned + 2 },
    regionType,
    entries: entriesAddress,
    regions: new Map(),
    firstRegion: unsigned + 3,
  }
  const functions = [
    { type: product, body: multiplyUnsigned() },
    { type: product, body: multiplySigned(unsigned) },
    { type: quotient, body: divideDouble(unsigned, (body) => divideSlowly(contract, body)) },
  ]
  const entries = new Uint32Array(code.length + 1)
  request(contract, 0)
  let size = 0
  // Regions that are asked for meanwhile come to the end.
  for (const [offset, index] of contract.regions) {
    const isOver = size > MODULE_LIMIT || functions.length > REGION_LIMIT
    const compiled = isOver ? undefined : compileRegion(contract, offset)
    const body = compiled ?? handBack(contract, offset)
    // Its highest bit: no jump may land there.
    if (compiled !== undefined)
      entries[offset] = (tableStart + index) | (contract.jumpdests[offset] === 1 ? 0 : 2 ** 31)
    size += body.length
    functions.push({ type: regionType, body })
    yield body.length
  }
  return {
    module: moduleOf({
      types,
      imports: names.map((name) => ({ name, type: typeOf(RUNTIME[name]) })),
      functions,
      elements: [...contract.regions.values()].map((index) => contract.firstRegion + index),
      tableStart,
    }),
    entries,
    tableSize: contract.regions.size,
  }
}

export function compileContract(...parameters: Parameters<typeof compileInSteps>): Compiled {
  const steps = compileInSteps(...parameters)
  for (;;) {
    const { done, value } = steps.next()
    if (done === true) return value
  }
}

/** Counts a JUMPDEST's offset wherever it is pushed, and the instruction before it unless that goes elsewhere. */
function arrivalsOf(code: Uint8Array, jumpdests: Uint8Array): Uint16Array {
  const arrivals = new Uint16Array(code.length + 1)
  let last = 0
  for (let pc = 0; pc < code.length; pc++) {
    const opcode = code[pc]!
    if (opcode === 0x5b && !GOES_ELSEWHERE.has(last)) arrivals[pc]!++
    last = opcode
    if (opcode < 0x60 || opcode > 0x7f) continue
    const size = opcode - 0x5f
    let value = 0
    for (let i = 1; i <= size && value <= code.length; i++) value = 256 * value + (code[pc + i] ?? 0)
    if (jumpdests[value] === 1) arrivals[value]!++
    pc += size
  }
  return arrivals
}

/** STOP, JUMP, RETURN, REVERT, INVALID, SELFDESTRUCT. */
const GOES_ELSEWHERE = new Set([0x00, 0x56, 0xf3, 0xfd, 0xfe, 0xff])

/** The function of the region that begins there; it will be made if there is none yet. */
export function request({ regions, firstRegion }: Contract, offset: number): number {
  let index = regions.get(offset)
  if (index === undefined) {
    index = regions.size
    regions.set(offset, index)
  }
  return firstRegion + index
}

/** A region that is not compiled: the loop goes on there. */
function handBack(contract: Contract, offset: number): Uint8Array {
  const body = createBody(2)
  leaveAt(contract, body, offset, STATUS.GOES_ON)
  return bodyBytes(body)
}

/** What the helper for divisions of two limbs leaves to the runtime: its four parameters are still there. */
function divideSlowly({ addresses, runtime }: Contract, body: Body): void {
  const { operands } = addresses
  for (const [index, place] of [operands, operands + 8, operands - 32, operands - 24].entries()) {
    i32(body, 0)
    get(body, index)
    access(body, WASM.i64Store, place)
  }
  for (const place of [operands + 16, operands + 24, operands - 16, operands - 8]) {
    i32(body, 0)
    i64(body, 0n)
    access(body, WASM.i64Store, place)
  }
  i32(body, operands)
  i32(body, operands - 32)
  call(body, runtime.divide)
  for (const place of [operands - 32, operands - 24]) {
    i32(body, 0)
    access(body, WASM.i64Load, place)
  }
}
