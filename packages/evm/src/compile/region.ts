/**
 * One region: the blocks that can be run one after the other from where it begins, until the paths meet others. The
 * stack is not there while a region runs: PUSH, DUP, SWAP and POP move values about while it is compiled. What has to be on
 * the stack is written when the region is left.
 */
import { STATUS } from '../tier1/layout.ts'
import { VOID, WASM } from '../wasm/instructions.ts'
import { type Block, blockAt } from './block.ts'
import { access, bodyBytes, createBody, get, giveBack, I32, i32, i64, keep, op, set, when } from './body.ts'
import type { Contract } from './contract.ts'
import { compileInstruction } from './instruction.ts'
import {
  callOut,
  heightOf,
  isJumpdest,
  jumpSomewhere,
  leave,
  leaveAt,
  MODELLED,
  moveStack,
  spill,
} from './leave.ts'
import { type Context, constantOf, forgetTo, GAS, pushTruth, SP, slotOf, type Value } from './value.ts'

export interface Region extends Context {
  readonly contract: Contract
  readonly helpers: Contract['helpers']
  readonly start: number
  /** The local with the frame's address. */
  readonly frame: number
  /** Blocks on the way to here: none is compiled within itself. */
  readonly path: Set<number>
  /** Instructions so far. */
  instructions: number
  /** Nesting of WebAssembly's blocks, for branches to the region's start. */
  depth: number
}

/** What is known on one path. */
export interface Path {
  /** From the words that were there, {@link MODELLED} of them, to the top. */
  readonly stack: Value[]
  /** Words below the region's entry that are there for sure, and above it that there is room for. */
  needs: number
  room: number
  /** The local with the address of the frame's memory, until that may have moved. */
  memory: number | undefined
  /** Bytes of memory that are paid for. */
  paid: number
}

/** Instructions from which on a region ends where paths meet, and those from which on it ends anywhere. */
const SMALL = 16
const LARGE = 250
const NESTING = 24
const STACK_BYTES = 1024 * 32
/** A block may have 24,576 instructions, each of them hundreds of bytes: V8 and whoever waits have enough of so many. */
const MOST_BYTES = 2 ** 17

/** `undefined` if there would be too much of it. */
export function compileRegion(contract: Contract, start: number): Uint8Array | undefined {
  const body = createBody(2)
  i32(body, contract.addresses.current)
  access(body, WASM.i32Load, 0)
  const frame = keep(body, I32)
  const region: Region = {
    body,
    undo: [],
    contract,
    helpers: contract.helpers,
    start,
    frame,
    path: new Set(),
    instructions: 0,
    depth: 0,
  }
  const stack = Array.from({ length: MODELLED }, (_, index) => slotOf(index - MODELLED))
  op(body, WASM.loop, VOID)
  compileBlock(region, { stack, needs: 0, room: 0, memory: undefined, paid: 0 }, start)
  if (isTooLarge(region)) return undefined
  op(body, WASM.end, WASM.unreachable)
  return bodyBytes(body)
}

function compileBlock(region: Region, path: Path, offset: number): void {
  const block = blockAt(region.contract, offset)
  checkStack(region, path, block)
  pay(region, BigInt(block.gas))
  region.path.add(offset)
  region.instructions += block.count
  compileInstructions(region, path, block)
  region.path.delete(offset)
}

/** In the rare case that there are too few words or too many, the loop says at which instruction. */
function checkStack(region: Region, path: Path, block: Block): void {
  const { body } = region
  const height = heightOf(path)
  const needs = Math.max(block.needs - height, path.needs)
  const room = Math.max(height + block.most, path.room)
  if (needs === path.needs && room === path.room) return
  path.needs = needs
  path.room = room
  // The page of the stack begins where its lowest word goes, less the margin that is taken off already.
  const most = STACK_BYTES - 32 * (needs + room)
  if (most < 0) i32(body, 1)
  else {
    get(body, SP)
    i32(body, 0xffff)
    op(body, WASM.i32And)
    i32(body, 32 * needs)
    op(body, WASM.i32Sub)
    i32(body, most)
    op(body, WASM.i32GtU)
  }
  branch(region, () => {
    spill(region, path)
    moveStack(region, path)
    leaveAt(region.contract, body, block.offset, STATUS.UNCHECKED, region.frame)
  })
}

/** Out of gas is out of gas wherever in the block: nothing before its end halts for another reason. */
function pay(region: Region, price: bigint): void {
  const { body } = region
  if (price === 0n) return
  get(body, GAS)
  i64(body, price)
  op(body, WASM.i64LtU)
  when(body, () => giveBack(body, STATUS.OUT_OF_GAS))
  get(body, GAS)
  i64(body, price)
  op(body, WASM.i64Sub)
  set(body, GAS)
}

/** Code that is run only sometimes: what it finds out about values is forgotten afterwards. */
function branch(region: Region, then: () => void): void {
  const { body } = region
  const mark = region.undo.length
  region.depth++
  op(body, WASM.if, VOID)
  then()
  op(body, WASM.end)
  region.depth--
  forgetTo(region, mark)
}

function compileInstructions(region: Region, path: Path, block: Block): void {
  const { body, contract } = region
  const { code } = contract
  const { stack } = path
  for (let pc = block.offset; pc < block.end; ) {
    // What is made of it is thrown away.
    if (isTooLarge(region)) return
    const opcode = code[pc] ?? 0
    if (opcode >= 0x5f && opcode <= 0x7f) {
      const size = opcode - 0x5f
      let word = 0n
      for (let i = 1; i <= size; i++) word = (word << 8n) | BigInt(code[pc + i] ?? 0)
      stack.push(constantOf(word))
      pc += size + 1
      continue
    }
    if (opcode >= 0x80 && opcode <= 0x8f) stack.push(stack[stack.length - (opcode - 0x7f)]!)
    else if (opcode >= 0x90 && opcode <= 0x9f) {
      const top = stack.length - 1
      const other = top - (opcode - 0x8f)
      const below = stack[other]!
      stack[other] = stack[top]!
      stack[top] = below
    } else if (opcode === JUMP) {
      jump(region, path, stack.pop()!, pc)
      return
    } else if (opcode === JUMPI) {
      jumpIf(region, path, pc)
      return
    } else if (opcode >= CREATE && opcode !== 0xf3 && opcode !== 0xfd && opcode !== 0xff) {
      callOut(region, path, pc, opcode)
      return
    } else if (opcode === 0x50) stack.pop()
    else if (opcode !== 0x5b && !compileInstruction(region, path, opcode, pc)) return
    pc++
  }
  if (block.isInvalid) {
    giveBack(body, STATUS.INVALID_OPCODE)
    return
  }
  goOn(region, path, block.end, block.end - 1)
}

const isTooLarge = ({ body }: Region): boolean => body.code.size > MOST_BYTES

const JUMP = 0x56
const JUMPI = 0x57
const CREATE = 0xf0

function jump(region: Region, path: Path, destination: Value, pc: number): void {
  if (destination.constant === undefined) {
    jumpSomewhere(region, path, destination, pc)
    return
  }
  const { constant } = destination
  if (!isJumpdest(region.contract, constant)) {
    giveBack(region.body, STATUS.INVALID_JUMP)
    return
  }
  goOn(region, path, Number(constant), pc)
}

function jumpIf(region: Region, path: Path, pc: number): void {
  const { stack } = path
  const destination = stack.pop()!
  const condition = stack.pop()!
  if (condition.constant === 0n) {
    goOn(region, path, pc + 1, pc)
    return
  }
  if (condition.constant !== undefined) {
    jump(region, path, destination, pc)
    return
  }
  pushTruth(region, condition)
  branch(region, () => jump(region, { ...path, stack: [...stack] }, destination, pc))
  goOn(region, path, pc + 1, pc)
}

/** On at an offset: within this region, or in one of its own. */
function goOn(region: Region, path: Path, offset: number, from: number): void {
  const { contract } = region
  // Where several ways meet, the code is made once, unless it is short of anything to be made of.
  const limit = contract.arrivals[offset]! > 1 ? SMALL : LARGE
  const isFull = region.instructions > limit || region.depth > NESTING
  const isTooHigh = path.stack.length < 24 || path.stack.length > MODELLED + 100
  if (region.path.has(offset) || isFull || isTooHigh) {
    leave(region, path, offset, from)
    return
  }
  compileBlock(region, path, offset)
}
