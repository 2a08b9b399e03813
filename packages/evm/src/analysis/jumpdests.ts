/** Which offsets of a code are valid jump destinations: a JUMPDEST that is not data of a PUSH. */

/** One byte for each byte of code: 1 where a jump may land. Kept as long as the code itself is. */
export function jumpdests(code: Uint8Array): Uint8Array {
  let map = CACHE.get(code)
  if (map === undefined) {
    map = analyse(code)
    CACHE.set(code, map)
  }
  return map
}

/** By identity: worlds hand out the same array for the same code as long as they hold it. */
const CACHE = new WeakMap<Uint8Array, Uint8Array>()

function analyse(code: Uint8Array): Uint8Array {
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
