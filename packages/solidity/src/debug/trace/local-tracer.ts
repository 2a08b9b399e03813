/**
 * The tracer of ./path-tracer.js: as text for nodes that run it, and run here over the instructions that a node
 * lists which does not.
 */
import { readFileSync } from 'node:fs'
import type { CallFrame, Paths } from './raw-trace.ts'

const MODULE = readFileSync(new URL('./path-tracer.js', import.meta.url), 'utf8')

/** An expression in JavaScript, as geth takes it for a tracer's name. */
export const PATH_TRACER = MODULE.slice(MODULE.indexOf('{'), MODULE.lastIndexOf('}') + 1)

/** One instruction of geth's default trace. */
export interface StructLog {
  readonly pc: number
  readonly op: string
  readonly depth: number
  readonly stack?: readonly string[] | null
  readonly error?: unknown
}

interface Log {
  getPC(): number
  readonly op: { toNumber(): number }
  readonly stack: { peek(at: number): bigint }
  readonly memory: { slice(from: number, to: number): string }
}

interface Tracer {
  step(log: Log): void
  fault(log: Log): void
  enter(): void
  exit(): void
  result(): Paths
}

/** Instructions of one transaction that are looked at: about what 16 million gas can pay for. */
const MAX_STEPS = 5_000_000

/**
 * Paths out of listed instructions. They do not tell of calls of accounts without code, which the tree of calls does.
 * Memory is left out of the list, where it would be most of it; what is hashed is known if it was written by whole words, as
 * keys of mappings are.
 *
 * @returns `undefined` for a node that lists none
 */
export const pathsOf = async (
  call: CallFrame,
  steps: AsyncIterable<StructLog>,
): Promise<Paths | undefined> => {
  const tracer = new Function('toHex', `return ${PATH_TRACER}`)((image: string) => image) as Tracer
  const open: { readonly frame: CallFrame; next: number; readonly memory: Map<number, bigint> }[] = []
  let caller: CallFrame | undefined
  let count = 0
  const leave = () => {
    open.pop()
    if (open.length > 0) tracer.exit()
  }
  const skip = () => {
    // The call before ran no code.
    if (caller === undefined) return
    tracer.enter()
    tracer.exit()
    caller = undefined
  }

  for await (const { pc, op, depth, stack, error } of steps) {
    if (++count > MAX_STEPS) break
    if (open.length === 0) open.push({ frame: call, next: 0, memory: new Map() })
    else if (depth > open.length && caller) {
      tracer.enter()
      open.push({ frame: caller, next: 0, memory: new Map() })
      caller = undefined
    } else skip()
    while (open.length > depth) leave()
    const top = open.at(-1)!
    const peek = (at: number): bigint => word(stack?.at(-1 - at))
    const log: Log = {
      getPC: () => pc,
      op: { toNumber: () => OPCODES[op] ?? OTHER },
      stack: { peek },
      memory: { slice: (from, to) => readWords(top.memory, from, to) },
    }
    if (error) {
      tracer.fault(log)
      continue
    }
    tracer.step(log)
    if (op === 'MSTORE') top.memory.set(Number(peek(0)), peek(1))
    else if (CALLS.has(op)) caller = top.frame.calls?.[top.next++]
  }
  if (count === 0) return undefined
  skip()
  while (open.length > 1) leave()
  const paths = tracer.result()
  return count > MAX_STEPS ? { ...paths, isCut: true } : paths
}

const word = (text: string | undefined): bigint =>
  text === undefined || text === '' ? 0n : BigInt(text.startsWith('0x') ? text : `0x${text}`)

const readWords = (memory: ReadonlyMap<number, bigint>, from: number, to: number): string => {
  let hex = '0x'
  for (let at = from; at < to; at += 32) {
    const known = memory.get(at)
    if (known === undefined || at + 32 > to) throw new RangeError('not written by whole words')
    hex += known.toString(16).padStart(64, '0')
  }
  return hex
}

const CALLS: ReadonlySet<string> = new Set([
  'CALL',
  'CALLCODE',
  'DELEGATECALL',
  'STATICCALL',
  'CREATE',
  'CREATE2',
  'SELFDESTRUCT',
])

/** Those that the tracer asks about; a PUSH because data follow it. */
const OPCODES: Readonly<Record<string, number>> = {
  STOP: 0x00,
  KECCAK256: 0x20,
  SHA3: 0x20,
  EXTCODESIZE: 0x3b,
  SSTORE: 0x55,
  RETURN: 0xf3,
  SELFDESTRUCT: 0xff,
  ...Object.fromEntries(Array.from({ length: 32 }, (_, n) => [`PUSH${n + 1}`, 0x60 + n])),
}
/** An opcode that means nothing to it. */
const OTHER = 0x5b

/** Cuts geth's answer into instructions as it comes, because all of it may be larger than a string can be. */
export async function* structLogs(text: AsyncIterable<string>): AsyncGenerator<StructLog> {
  let kept = ''
  let begun = false
  for await (const piece of text) {
    kept += piece
    if (!begun) {
      const at = kept.indexOf('"structLogs":[')
      if (at < 0) continue
      begun = true
      kept = kept.slice(at + '"structLogs":['.length)
    }
    let from = 0
    for (let end = kept.indexOf('}'); end >= 0; end = kept.indexOf('}', end + 1)) {
      const open = kept.indexOf('{', from)
      if (open < 0 || open > end) return
      const entry = parse(kept.slice(open, end + 1))
      if (!entry) continue
      yield entry
      from = end + 1
    }
    kept = kept.slice(from)
  }
}

/** Undefined where an object within it has ended and not yet itself. */
const parse = (text: string): StructLog | undefined => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
