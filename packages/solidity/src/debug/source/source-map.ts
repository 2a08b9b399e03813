/**
 * Which source each instruction was compiled from.
 * https://docs.soliditylang.org/en/latest/internals/source_mappings.html
 */

/** Of one piece of code, by the number of the instruction. */
export interface SourceMap {
  /** First byte of the range in the source. */
  readonly start: Int32Array
  /** Bytes. */
  readonly length: Int32Array
  /** Number of the source; -1 where the compiler made the instruction of nothing that was written. */
  readonly source: Int32Array
  /** 1: jumps into a function; 2: returns from one; 0: neither. */
  readonly jump: Uint8Array
  /** Number of the instruction at a byte of the code; -1 within the data of a PUSH. */
  readonly instructionAt: Int32Array
  /** By the number of the instruction. */
  readonly opcode: Uint8Array
}

export const JUMP_IN = 1
export const JUMP_OUT = 2

/**
 * @param code As it runs or, with placeholders, as it was compiled.
 * @param compressed `s:l:f:j:m;…`, each field left out where it is that of the instruction before.
 */
export const parseSourceMap = (code: string, compressed: string): SourceMap => {
  const entries = compressed === '' ? [] : compressed.split(';')
  const count = entries.length
  const map = {
    start: new Int32Array(count),
    length: new Int32Array(count),
    source: new Int32Array(count),
    jump: new Uint8Array(count),
    ...instructionsOf(code),
  }
  let [start, length, source, jump] = [0, 0, -1, 0]
  for (let at = 0; at < count; at++) {
    const entry = entries[at]!
    if (entry !== '') {
      const [s, l, f, j] = entry.split(':')
      if (s) start = Number(s)
      if (l) length = Number(l)
      if (f) source = Number(f)
      if (j) jump = j === 'i' ? JUMP_IN : j === 'o' ? JUMP_OUT : 0
    }
    map.start[at] = start
    map.length[at] = length
    map.source[at] = source
    map.jump[at] = jump
  }
  return map
}

/** Hexadecimal as the code may hold it: with `0x`, and with a library's placeholder in the data of a PUSH20. */
const instructionsOf = (code: string): Pick<SourceMap, 'instructionAt' | 'opcode'> => {
  const bytes = (code.length - 2) / 2
  const instructionAt = new Int32Array(bytes).fill(-1)
  const opcode = new Uint8Array(bytes)
  let number = 0
  for (let pc = 0; pc < bytes; number++) {
    instructionAt[pc] = number
    opcode[number] = Number.parseInt(code.slice(2 + 2 * pc, 4 + 2 * pc), 16)
    pc += instructionSize(opcode[number]!)
  }
  return { instructionAt, opcode: opcode.slice(0, number) }
}

/** Bytes that an instruction takes: a PUSH has its data behind it. */
const instructionSize = (opcode: number): number =>
  opcode >= PUSH1 && opcode <= PUSH32 ? opcode - PUSH1 + 2 : 1

const PUSH1 = 0x60
const PUSH32 = 0x7f
