/** How a region is left: the stack is written, and the frame goes on elsewhere. */
import { FRAME, STATUS } from '../tier1/layout.ts'
import { WASM } from '../wasm/instructions.ts'
import { unsigned } from '../wasm/writer.ts'
import { access, type Body, get, giveBack, I32, i32, i64, keep, op, set, when } from './body.ts'
import { type Contract, request } from './contract.ts'
import type { Path, Region } from './region.ts'
import { detach, GAS, limb, MARGIN, push, pushUpper, SP, storeValue, type Value } from './value.ts'

/** Words below a region's entry that instructions in it may reach. */
export const MODELLED = 40

/** Words above those at the region's entry. */
export const heightOf = ({ stack }: Path): number => stack.length - MODELLED

export const isJumpdest = ({ code, jumpdests }: Contract, destination: bigint): boolean =>
  destination < BigInt(code.length) && jumpdests[Number(destination)] === 1

/** Writes the stack and goes to another region, or to the start of this one. */
export function leave(region: Region, path: Path, offset: number, from: number): void {
  const { body, contract } = region
  spill(region, path)
  moveStack(region, path)
  // Going back may be for ever: a slice ends some time.
  if (offset <= from) pauseWhenDue(region, () => i32(body, offset))
  if (offset === region.start) {
    op(body, WASM.br)
    unsigned(body.code, region.depth)
    return
  }
  get(body, SP)
  get(body, GAS)
  op(body, WASM.returnCall)
  unsigned(body.code, request(contract, offset))
}

export function moveStack({ body }: Region, path: Path): void {
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
export function jumpSomewhere(region: Region, path: Path, destination: Value, pc: number): void {
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
export function callOut(region: Region, path: Path, pc: number, opcode: number): void {
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
export function spill(region: Region, { stack }: Path): void {
  const { body, contract } = region
  const moved: [place: number, value: Value][] = []
  for (let index = 0; index < stack.length; index++) {
    const value = stack[index]!
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
