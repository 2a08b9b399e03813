/** What the interpreter wants to know about a code besides its bytes; kept as long as the code itself is. */

export interface CodeAnalysis {
  /** One byte for each byte of code: 1 where a jump may land, on a JUMPDEST that is not data of a PUSH. */
  readonly jumpdests: Uint8Array
  /**
   * By offset, the words of wide PUSHes that were executed before: joining 32 bytes allocates ten bigints, and
   * masks, topics and selectors are pushed again and again.
   */
  readonly constants: (bigint | undefined)[]
}

export function analysisOf(code: Uint8Array): CodeAnalysis {
  let analysis = CACHE.get(code)
  if (analysis === undefined) {
    analysis = { jumpdests: jumpdests(code), constants: new Array(code.length) }
    CACHE.set(code, analysis)
  }
  return analysis
}

/** By identity: worlds hand out the same array for the same code as long as they hold it. */
const CACHE = new WeakMap<Uint8Array, CodeAnalysis>()

function jumpdests(code: Uint8Array): Uint8Array {
  const map = new Uint8Array(code.length)
  for (let pc = 0; pc < code.length; pc++) {
    const opcode = code[pc]!
    if (opcode === JUMPDEST) map[pc] = 1
    else if (opcode >= PUSH1 && opcode <= PUSH32) pc += opcode - PUSH1 + 1
  }
  return map
}

const JUMPDEST = 0x5b
const PUSH1 = 0x60
const PUSH32 = 0x7f
