/**
 * Random programs, biased to be valid and interesting: a tree of pieces, so that pieces can be taken out and the rest
 * still makes sense. Labels become offsets when a contract is assembled.
 */
import type { Random } from './random.ts'

export type Piece =
  | { readonly kind: 'bytes'; readonly bytes: readonly number[] }
  /** PUSH2 of where the label is, if it is anywhere. */
  | { readonly kind: 'push label'; readonly label: number }
  | { readonly kind: 'label'; readonly label: number }
  | { readonly kind: 'all'; readonly pieces: readonly Piece[] }

const bytes = (...list: number[]): Piece => ({ kind: 'bytes', bytes: list })
const all = (...pieces: Piece[]): Piece => ({ kind: 'all', pieces })

/** The contracts are at addresses 0xc0de00 and on; so many of them. */
export const CONTRACTS = 3
export const contractAddress = (index: number): bigint => 0xc0de00n + BigInt(index)
/** An account that delegates to the second contract (EIP-7702), and one that nobody is. */
export const DELEGATED = 0xde1e6a7en
const NOBODY = 0x0b0d1n

export function randomContract(random: Random): Piece {
  const state = { labels: 0, depth: 0 }
  const functions = Array.from({ length: random.below(3) }, () => state.labels++)
  const size = 3 + random.below(random.chance(0.1) ? 80 : 25)
  const body = sequence(random, state, functions, size)
  return all(
    // So that most of what follows finds something on the stack.
    ...Array.from({ length: random.chance(0.9) ? 12 : 0 }, () => push(random.word())),
    body,
    ending(random),
    ...functions.map((label) => all({ kind: 'label', label }, neutral(random), neutral(random), bytes(0x56))),
  )
}

/** Leaves the stack as it is: what a function does that returns by the label on top. */
const neutral = (random: Random): Piece =>
  random.pick([
    all(push(random.word()), small(random, 4), bytes(0x55)),
    all(push(random.word()), small(random, 300), bytes(0x52)),
    all(small(random, 40), small(random, 40), bytes(0xa0)),
    all(push(random.word()), push(random.word()), bytes(random.pick(BINARY)), small(random, 4), bytes(0x5d)),
  ])

interface State {
  labels: number
  depth: number
}

function sequence(random: Random, state: State, functions: readonly number[], length: number): Piece {
  return all(...Array.from({ length }, () => piece(random, state, functions)))
}

function piece(random: Random, state: State, functions: readonly number[]): Piece {
  const roll = random.below(100)
  if (roll < 22) return push(random.word(), random)
  if (roll < 46) return arithmetic(random)
  if (roll < 54) return shuffle(random)
  if (roll < 63) return memory(random)
  if (roll < 71) return storage(random)
  if (roll < 76) return bytes(random.pick(CONTEXT))
  if (roll < 80) return hashOrLog(random)
  if (roll < 87 && state.depth < 3) return branch(random, state, functions)
  if (roll < 95) return random.chance(0.75) ? call(random) : create(random)
  if (roll < 97 && functions.length > 0) return functionCall(random, state, functions)
  if (roll < 98) return bytes(random.below(256))
  if (roll < 99) return memoryOfOdds(random)
  return random.chance(0.3) ? ending(random) : bytes(0x5a)
}

/** The shortest PUSH, or now and then a longer one. */
function push(word: bigint, random?: Random): Piece {
  const hex = word.toString(16)
  let size = word === 0n ? 1 : Math.ceil(hex.length / 2)
  if (random?.chance(0.1)) size = 32
  const padded = hex.padStart(2 * size, '0')
  return bytes(
    0x5f + size,
    ...Array.from({ length: size }, (_, i) => Number.parseInt(padded.slice(2 * i, 2 * i + 2), 16)),
  )
}

const small = (random: Random, limit: number): Piece => push(BigInt(random.below(limit)))

const BINARY = [
  0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x0a, 0x0b, 0x10, 0x11, 0x12, 0x13, 0x14, 0x16, 0x17, 0x18, 0x1a,
  0x1b, 0x1c, 0x1d,
]
const UNARY = [0x15, 0x19, 0x1e]
const CONTEXT = [
  0x30, 0x32, 0x33, 0x34, 0x36, 0x38, 0x3a, 0x3d, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x4a, 0x58,
  0x59, 0x5a,
]

/** With operands of its own half of the time; shifts and byte numbers mostly in range. */
function arithmetic(random: Random): Piece {
  const roll = random.below(10)
  if (roll < 1) return all(push(random.word()), bytes(random.pick(UNARY)))
  if (roll < 2)
    return all(
      push(random.word()),
      push(random.word()),
      push(random.word()),
      bytes(random.pick([0x08, 0x09])),
    )
  const opcode = random.pick(BINARY)
  if (opcode >= 0x1b || opcode === 0x1a || opcode === 0x0b)
    return all(small(random, opcode >= 0x1b ? 260 : 34), bytes(opcode))
  if (opcode === 0x0a)
    return all(small(random, random.chance(0.8) ? 20 : 70_000), push(random.word()), bytes(opcode))
  return random.chance(0.5) ? bytes(opcode) : all(push(random.word()), push(random.word()), bytes(opcode))
}

function shuffle(random: Random): Piece {
  const n = random.below(random.chance(0.8) ? 5 : 16)
  return bytes(random.pick([0x80 + n, 0x80 + n, 0x90 + n, 0x50]))
}

function memory(random: Random): Piece {
  const at = small(random, random.chance(0.9) ? 300 : 5000)
  const roll = random.below(8)
  if (roll < 3) return all(push(random.word()), at, bytes(0x52))
  if (roll < 5) return all(at, bytes(0x51))
  if (roll < 6) return all(push(random.word()), at, bytes(0x53))
  // A copy: size, from, to.
  const copy = all(small(random, 120), small(random, 200), at)
  if (roll < 7) return all(copy, bytes(random.pick([0x37, 0x39, 0x5e])))
  return random.chance(0.5)
    ? all(small(random, 40), small(random, 40), at, bytes(0x3e))
    : all(copy, target(random), bytes(0x3c))
}

/** Offsets and sizes that nothing can hold. */
const memoryOfOdds = (random: Random): Piece =>
  all(push(random.word()), push(random.word()), bytes(random.pick([0x20, 0x51, 0x52, 0xa0, 0xf3, 0x37])))

function storage(random: Random): Piece {
  const key = small(random, 4)
  const roll = random.below(10)
  if (roll < 4) return all(push(random.chance(0.4) ? 0n : BigInt(random.below(3))), key, bytes(0x55))
  if (roll < 7) return all(key, bytes(0x54))
  if (roll < 8) return all(push(random.word()), key, bytes(0x5d))
  if (roll < 9) return all(key, bytes(0x5c))
  return all(target(random), bytes(random.pick([0x31, 0x3b, 0x3f])))
}

function hashOrLog(random: Random): Piece {
  if (random.chance(0.6))
    return all(random.chance(0.5) ? push(64n) : small(random, 300), small(random, 200), bytes(0x20))
  const topics = random.below(5)
  return all(
    ...Array.from({ length: topics }, () => push(random.word())),
    small(random, 70),
    small(random, 70),
    bytes(0xa0 + topics),
  )
}

function branch(random: Random, state: State, functions: readonly number[]): Piece {
  state.depth++
  const inner = sequence(random, state, functions, 1 + random.below(5))
  state.depth--
  const label = state.labels++
  const here: Piece = { kind: 'label', label }
  const to: Piece = { kind: 'push label', label }
  const roll = random.below(10)
  // If: what is on the stack decides.
  if (roll < 4)
    return all(
      random.chance(0.5) ? bytes(0x80) : push(random.word()),
      random.chance(0.5) ? bytes(0x15) : all(),
      to,
      bytes(0x57),
      inner,
      here,
    )
  // Jumped over, by an offset that was computed.
  if (roll < 6) return all(to, push(7n), bytes(0x01), push(7n), bytes(0x90, 0x03), bytes(0x56), inner, here)
  // A loop that counts down in memory, which its body cannot easily upset.
  const counter = push(BigInt(0x400 + 32 * state.depth))
  return all(
    small(random, 6),
    counter,
    bytes(0x52),
    here,
    inner,
    push(1n),
    counter,
    bytes(0x51, 0x03),
    bytes(0x80),
    counter,
    bytes(0x52),
    push(0xfn),
    bytes(0x16),
    to,
    bytes(0x57),
  )
}

function functionCall(random: Random, state: State, functions: readonly number[]): Piece {
  const back = state.labels++
  return all(
    { kind: 'push label', label: back },
    { kind: 'push label', label: random.pick(functions) },
    bytes(0x56),
    { kind: 'label', label: back },
  )
}

const target = (random: Random): Piece =>
  push(
    random.pick([
      contractAddress(0),
      contractAddress(1),
      contractAddress(2),
      contractAddress(1),
      contractAddress(2),
      DELEGATED,
      NOBODY,
      BigInt(random.pick([1, 2, 3, 4, 4, 5, 6, 9, 256])),
      0xa11cen,
    ]),
  )

function call(random: Random): Piece {
  const opcode = random.pick([0xf1, 0xf1, 0xf1, 0xf2, 0xf4, 0xfa])
  const value =
    opcode === 0xf1 || opcode === 0xf2 ? push(random.chance(0.75) ? 0n : BigInt(random.below(4))) : all()
  const gas = random.chance(0.6) ? bytes(0x5a) : small(random, random.chance(0.5) ? 3000 : 100_000)
  const ranges = all(small(random, 70), small(random, 200), small(random, 140), small(random, 200))
  return all(ranges, value, target(random), gas, bytes(opcode), random.chance(0.5) ? bytes(0x50) : all())
}

/** Initialisation code of up to 32 bytes in memory, then CREATE; what comes out may be called. */
function create(random: Random): Piece {
  const codes = [
    '60016000f3', // one zero byte
    '6000600055600a6000f3',
    '60ef60005360016000f3',
    '600060006000fd',
    '3d3d3d3d3d34335af13d3df3',
    '600160005560006000f3',
    '33ff',
    'fe',
    '6b600160005401600055005b5b6000526014600cf3',
    '',
  ]
  const code = random.pick(codes)
  const word = BigInt(`0x${code.padEnd(64, '0')}`)
  const isCreate2 = random.chance(0.4)
  const size = random.chance(0.9) ? code.length / 2 : random.below(40)
  return all(
    push(word),
    push(0n),
    bytes(0x52),
    isCreate2 ? small(random, 2) : all(),
    push(BigInt(size)),
    push(0n),
    push(random.chance(0.8) ? 0n : 1n),
    bytes(isCreate2 ? 0xf5 : 0xf0),
    random.chance(0.5)
      ? all(push(0n), push(0n), push(0n), push(0n), push(0n), bytes(0x85, 0x5a, 0xf1))
      : all(),
  )
}

const ending = (random: Random): Piece =>
  random.pick([
    bytes(0x00),
    all(small(random, 100), small(random, 100), bytes(0xf3)),
    all(small(random, 100), small(random, 100), bytes(0xf3)),
    all(push(0x40n), push(0n), bytes(0xfd)),
    bytes(0xfe),
    all(target(random), bytes(0xff)),
    all(),
  ])

/** Pushes of labels that are nowhere push zero, at which nothing may land. */
export function assemble(piece: Piece): Uint8Array {
  const code: number[] = []
  const places = new Map<number, number>()
  const pushes: [at: number, label: number][] = []
  const write = (part: Piece): void => {
    if (part.kind === 'all') for (const inner of part.pieces) write(inner)
    else if (part.kind === 'bytes') code.push(...part.bytes)
    else if (part.kind === 'label') {
      places.set(part.label, code.length)
      code.push(0x5b)
    } else {
      pushes.push([code.length + 1, part.label])
      code.push(0x61, 0, 0)
    }
  }
  write(piece)
  for (const [at, label] of pushes) {
    const place = places.get(label) ?? 0
    code[at] = place >> 8
    code[at + 1] = place & 0xff
  }
  return Uint8Array.from(code)
}
