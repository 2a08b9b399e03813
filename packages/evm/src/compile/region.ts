/**
 * One region: the blocks that can be run one after the other from where it begins, until the paths meet others. The
 * stack is not there while a region runs: PUSH, DUP, SWAP and POP move values about while it is compiled. What has to be on
 * the stack is written when the region is left.
 */
import { FRAME, STATUS } from '../tier1/layout.ts'
import { VOID, WASM } from '../wasm/instructions.ts'
import { unsigned } from '../wasm/writer.ts'
import { type Block, blockAt } from './block.ts'
import {
  access,
  type Body,
  bodyBytes,
  createBody,
  get,
  giveBack,
  I32,
  i32,
  i64,
  keep,
  op,
  set,
  when,
} from './body.ts'
import { type Contract, request } from './contract.ts'
import { compileInstruction } from './instruction.ts'
import {
  type Context,
  constantOf,
  detach,
  forgetTo,
  GAS,
  limb,
  MARGIN,
  push,
  pushTruth,
  pushUpper,
  SP,
  slotOf,
  storeValue,
  type Value,
} from './value.ts'

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

/** Words below a region's entry that instructions in it may reach. */
const MODELLED = 64
/** Regions end where paths meet when they have so many instructions, and in any case when they have so many. */
const SMALL = 40
const LARGE = 250
const NESTING = 24
const STACK_BYTES = 1024 * 32

const heightOf = ({ stack }: Path): number => stack.length - MODELLED

export function compileRegion(contract: Contract, start: number): Uint8Array {
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
export function pay(region: Region, price: bigint): void {
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
    } else if (opcode === JUMP) return jump(region, path, stack.pop()!, pc)
    else if (opcode === JUMPI) return jumpIf(region, path, pc)
    else if (opcode >= CREATE && opcode !== 0xf3 && opcode !== 0xfd && opcode !== 0xff) {
      return callOut(region, path, pc, opcode)
    } else if (opcode === 0x50) stack.pop()
    else if (opcode !== 0x5b && !compileInstruction(region, path, opcode, pc)) return
    pc++
  }
  if (block.isInvalid) return giveBack(body, STATUS.INVALID_OPCODE)
  goOn(region, path, block.end, block.end - 1)
}

const JUMP = 0x56
const JUMPI = 0x57
const CREATE = 0xf0

function jump(region: Region, path: Path, destination: Value, pc: number): void {
  if (destination.constant === undefined) return jumpSomewhere(region, path, destination, pc)
  const { constant } = destination
  if (!isJumpdest(region.contract, constant)) return giveBack(region.body, STATUS.INVALID_JUMP)
  goOn(region, path, Number(constant), pc, true)
}

const isJumpdest = ({ code, jumpdests }: Contract, destination: bigint): boolean =>
  destination < BigInt(code.length) && jumpdests[Number(destination)] === 1

function jumpIf(region: Region, path: Path, pc: number): void {
  const { stack } = path
  const destination = stack.pop()!
  const condition = stack.pop()!
  if (condition.constant === 0n) return goOn(region, path, pc + 1, pc)
  if (condition.constant !== undefined) return jump(region, path, destination, pc)
  pushTruth(region, condition)
  branch(region, () => jump(region, { ...path, stack: [...stack] }, destination, pc))
  goOn(region, path, pc + 1, pc)
}

/** On at an offset: within this region, or in one of its own. */
function goOn(region: Region, path: Path, offset: number, from: number, isJump = false): void {
  const { contract } = region
  const isStart = isJump || contract.jumpdests[offset] === 1
  const isFull =
    region.instructions > LARGE ||
    region.depth > NESTING ||
    (isStart && !isJump && region.instructions > SMALL)
  const isTooHigh = path.stack.length < 24 || path.stack.length > MODELLED + 100
  if (region.path.has(offset) || isFull || isTooHigh) return leave(region, path, offset, from)
  compileBlock(region, path, offset)
}

/** Writes the stack and goes to another region, or to the start of this one. */
function leave(region: Region, path: Path, offset: number, from: number): void {
  const { body, contract } = region
  spill(region, path)
  moveStack(region, path)
  // Going back may be for ever: a slice ends some time.
  if (offset <= from) pauseWhenDue(region, () => i32(body, offset))
  if (offset === region.start) {
    op(body, WASM.br)
    return unsigned(body.code, region.depth)
  }
  get(body, SP)
  get(body, GAS)
  op(body, WASM.returnCall)
  unsigned(body.code, request(contract, offset))
}

function moveStack({ body }: Region, path: Path): void {
  const height = heightOf(path)
  if (height === 0) return
  get(body, SP)
  i32(body, 32 * height)
  op(body, WASM.i32Add)
  set(body, SP)
}

function pauseWhenDue(region: Region, pushOffset: () => void): void {
  const { body, contract, frame } = region
  const { fuel } = contract.addresses
  i32(body, 0)
  i32(body, 0)
  access(body, WASM.i32Load, fuel)
  i32(body, 1)
  op(body, WASM.i32Sub)
  const left = keep(body, I32)
  get(body, left)
  access(body, WASM.i32Store, fuel)
  get(body, left)
  i32(body, 0)
  op(body, WASM.i32LtS)
  when(body, () => {
    storeFrame(body, frame, pushOffset)
    giveBack(body, STATUS.PAUSED)
  })
}

/** By the table of what begins where. */
function jumpSomewhere(region: Region, path: Path, destination: Value, pc: number): void {
  const { body, contract, frame } = region
  if (destination.bits > 64) {
    pushUpper(region, destination)
    i64(body, 0n)
    op(body, WASM.i64Ne)
    when(body, () => giveBack(body, STATUS.INVALID_JUMP))
  }
  const offset = limb(region, destination, 0)
  push(region, offset)
  i64(body, BigInt(contract.code.length))
  op(body, WASM.i64GeU)
  when(body, () => giveBack(body, STATUS.INVALID_JUMP))
  spill(region, path)
  moveStack(region, path)
  push(region, offset)
  op(body, WASM.i32WrapI64)
  i32(body, 2)
  op(body, WASM.i32Shl)
  access(body, WASM.i32Load, contract.entries)
  const entry = keep(body, I32)
  // Zero, or negative: a region that begins behind a call.
  get(body, entry)
  i32(body, 1)
  op(body, WASM.i32LtS)
  when(body, () => {
    get(body, frame)
    push(region, offset)
    get(body, SP)
    get(body, GAS)
    op(body, WASM.call)
    unsigned(body.code, contract.runtime.land)
    op(body, WASM.return)
  })
  push(region, offset)
  i64(body, BigInt(pc))
  op(body, WASM.i64GtU, WASM.i32Eqz)
  when(body, () =>
    pauseWhenDue(region, () => {
      push(region, offset)
      op(body, WASM.i32WrapI64)
    }),
  )
  get(body, SP)
  get(body, GAS)
  get(body, entry)
  op(body, WASM.returnCallIndirect)
  unsigned(body.code, contract.regionType)
  unsigned(body.code, 0)
}

/**
 * A call or create is the runtime's; it may push another frame, and then this one goes on later, where the next block
 * begins.
 */
function callOut(region: Region, path: Path, pc: number, opcode: number): void {
  const { body, contract, frame } = region
  spill(region, path)
  moveStack(region, path)
  storeFrame(body, frame, () => i32(body, pc + 1))
  get(body, frame)
  i32(body, opcode)
  op(body, WASM.call)
  unsigned(body.code, contract.runtime.callOrCreate)
  const status = keep(body, I32)
  const next = request(contract, pc + 1)
  get(body, status)
  i32(body, STATUS.GOES_ON)
  op(body, WASM.i32Xor)
  when(body, () => {
    get(body, status)
    op(body, WASM.return)
  })
  get(body, frame)
  access(body, WASM.i32Load, FRAME.sp)
  i32(body, MARGIN - 32)
  op(body, WASM.i32Sub)
  get(body, frame)
  access(body, WASM.i64Load, FRAME.gas)
  op(body, WASM.returnCall)
  unsigned(body.code, next)
}

/** Writes down where the frame stands. The stack is written, and its height in {@link SP}. */
function storeFrame(body: Body, frame: number, pushOffset: () => void): void {
  get(body, frame)
  pushOffset()
  access(body, WASM.i32Store, FRAME.pc)
  get(body, frame)
  get(body, SP)
  i32(body, MARGIN - 32)
  op(body, WASM.i32Add)
  access(body, WASM.i32Store, FRAME.sp)
  get(body, frame)
  get(body, GAS)
  access(body, WASM.i64Store, FRAME.gas)
}

/** Gives the frame back as it stands, with a status. */
export function leaveAt(
  { addresses }: Contract,
  body: Body,
  offset: number,
  status: number,
  known?: number,
): void {
  let frame = known
  if (frame === undefined) {
    i32(body, addresses.current)
    access(body, WASM.i32Load, 0)
    frame = keep(body, I32)
  }
  storeFrame(body, frame, () => i32(body, offset))
  giveBack(body, status)
}

/** Writes to the stack what is not where it belongs. */
function spill(region: Region, { stack }: Path): void {
  const { body, contract } = region
  const moved: [place: number, value: Value][] = []
  for (const [index, value] of stack.entries()) {
    const place = index - MODELLED
    if (value.slot === place) continue
    moved.push([place, value])
    // Where functions return to: what is on the stack may be jumped to.
    const { constant } = value
    if (constant !== undefined && isJumpdest(contract, constant)) request(contract, Number(constant))
  }
  for (const [, value] of moved) detach(region, value)
  for (const [place, value] of moved) storeValue(region, value, () => get(body, SP), MARGIN + 32 * place)
}
