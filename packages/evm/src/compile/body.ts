/** The body of a function as it is made: instructions and locals. */
import { I32, I64, SIMD, V128, VOID, WASM } from '../wasm/instructions.ts'
import {
  append,
  byte,
  createWriter,
  signed,
  signed64,
  unsigned,
  type Writer,
  written,
} from '../wasm/writer.ts'

export interface Body {
  readonly code: Writer
  /** Types of the locals after the parameters. */
  readonly locals: number[]
  readonly parameters: number
  /** A vector that is never written, and so zero: shorter than the constant. */
  zero: number | undefined
}

export const createBody = (parameters: number): Body => ({
  code: createWriter(),
  locals: [],
  parameters,
  zero: undefined,
})

export function op(body: Body, ...opcodes: number[]): void {
  for (const opcode of opcodes) byte(body.code, opcode)
}

export function local(body: Body, type: number): number {
  body.locals.push(type)
  return body.parameters + body.locals.length - 1
}

export function get(body: Body, index: number): void {
  byte(body.code, WASM.localGet)
  unsigned(body.code, index)
}

export function set(body: Body, index: number): void {
  byte(body.code, WASM.localSet)
  unsigned(body.code, index)
}

export function tee(body: Body, index: number): void {
  byte(body.code, WASM.localTee)
  unsigned(body.code, index)
}

/** Keeps what is on top in a new local. */
export function keep(body: Body, type: typeof I32 | typeof I64 | typeof V128): number {
  const index = local(body, type)
  set(body, index)
  return index
}

export function i32(body: Body, value: number): void {
  byte(body.code, WASM.i32Const)
  signed(body.code, value | 0)
}

export function i64(body: Body, value: bigint): void {
  byte(body.code, WASM.i64Const)
  signed64(body.code, value)
}

/** A load or store: alignment is a hint that engines ignore. */
export function access(body: Body, opcode: number, offset: number): void {
  byte(body.code, opcode)
  byte(body.code, 0)
  unsigned(body.code, offset)
}

export function loadVector(body: Body, offset: number): void {
  byte(body.code, SIMD.prefix)
  access(body, SIMD.load, offset)
}

export function storeVector(body: Body, offset: number): void {
  byte(body.code, SIMD.prefix)
  access(body, SIMD.store, offset)
}

/** A constant of 16 bytes, the lowest first. */
export function vector(body: Body, value: bigint): void {
  if (value === 0n) {
    body.zero ??= local(body, V128)
    get(body, body.zero)
    return
  }
  op(body, SIMD.prefix, SIMD.const)
  for (let shift = 0n; shift < 128n; shift += 8n) byte(body.code, Number((value >> shift) & 0xffn))
}

/** Turns the sixteen bytes on top around. */
export function reverseVector(body: Body): void {
  const half = local(body, V128)
  tee(body, half)
  get(body, half)
  op(body, SIMD.prefix, SIMD.shuffle, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0)
}

export function call(body: Body, index: number): void {
  byte(body.code, WASM.call)
  unsigned(body.code, index)
}

/** What is done if the number on top is not zero. */
export function when(body: Body, then: () => void, otherwise?: () => void): void {
  op(body, WASM.if, VOID)
  then()
  if (otherwise !== undefined) {
    op(body, WASM.else)
    otherwise()
  }
  op(body, WASM.end)
}

export function giveBack(body: Body, status: number): void {
  i32(body, status)
  op(body, WASM.return)
}

/** The body with its locals, as a module has it. */
export function bodyBytes(body: Body): Uint8Array {
  const writer = createWriter()
  const runs: [count: number, type: number][] = []
  for (const type of body.locals) {
    const last = runs.at(-1)
    if (last?.[1] === type) last[0]++
    else runs.push([1, type])
  }
  unsigned(writer, runs.length)
  for (const [count, type] of runs) {
    unsigned(writer, count)
    byte(writer, type)
  }
  append(writer, written(body.code))
  byte(writer, WASM.end)
  return written(writer)
}

export { I32, I64, V128 }
