/**
 * One instance of the module with its memory, and the ways in and out of that: words, addresses and hashes lie there as
 * little-endian limbs.
 */
import type { EngineCall, Hash, Hex } from '../engine.ts'
import type { Fork } from '../forks.ts'
import { EMPTY_CODE_HASH } from '../keccak.ts'
import { decodeModule } from '../wasm/decode.ts'
import { hostOf } from './host.ts'
import { MODULE } from './module.ts'

export interface Machine {
  readonly exports: Exports
  /** Addresses of things that do not move. */
  readonly at: {
    readonly argument: number
    readonly noCode: number
    readonly rules: number
    readonly context: number
    readonly words: number
    readonly opcodes: number
    readonly current: number
    readonly fuel: number
    readonly operands: number
  }
  // Views of the memory; new ones when it grows.
  bytes: Uint8Array
  integers: Uint32Array
  limbs: BigUint64Array

  /** The run that is under way. */
  call: EngineCall | undefined
  /** Whose context is written down. */
  block: EngineCall['block'] | undefined
  fork: Fork | undefined
  /** Of this run's accounts, by the id in their record. */
  readonly addresses: Hex[]
  readonly codes: CodeCache
  readonly onHot: OnHot | undefined
  /** In the table of functions: where compiled code begins, and the first place that is free. */
  tableStart: number
  tableEnd: number
}

/** Records of codes that the world has. */
interface CodeCache {
  readonly records: Map<Hash, number>
  /** By the id in the record; the first is that of no code. */
  readonly hashes: Hash[]
  /** Bytes that they take with what was made of them. */
  size: number
  /** How often all were forgotten. */
  life: number
}

/** Told once of a code that is hot; the number is its record. */
export type OnHot = (machine: Machine, code: number) => void

interface Exports {
  readonly memory: WebAssembly.Memory
  readonly table: WebAssembly.Table
  entriesRoom(code: number): number
  setCompiled(code: number, entries: number): void
  dropEntries(entries: number, size: number): void
  begin(): void
  account(): number
  warm(account: number): void
  warmKey(account: number): void
  startCall(caller: number, to: number, gas: bigint, input: number, size: number): void
  startCreate(caller: number, created: number, gas: bigint, input: number, size: number): void
  drive(blocks: number): number
  lend(size: bigint): number
  makeReturnData(size: number): number
  codeRecord(): number
  codeRoom(code: number, size: number): void
  noteDelegation(code: number): void
  forgetCode(code: number): void
  forgetCodeRecords(): void
  collectChanges(): number
  collectDestroyed(): number
  getReturnData(): number
  getReturnSize(): number
  getLastLog(): number
  getLogCount(): number
  getRefund(): bigint
  readonly resultStatus: WebAssembly.Global
  readonly resultGas: WebAssembly.Global
}

let compiled: WebAssembly.Module | undefined

/** Throws where WebAssembly may not be compiled. */
export function createMachine(hot?: { readonly after: number; readonly tell: OnHot }): Machine {
  compiled ??= new WebAssembly.Module(decodeModule(MODULE))
  const machine = {
    addresses: [],
    codes: { records: new Map(), hashes: [EMPTY_CODE_HASH], size: 0, life: 0 },
    onHot: hot?.tell,
    call: undefined,
    block: undefined,
    fork: undefined,
  } as unknown as Machine
  const { exports } = new WebAssembly.Instance(compiled, { host: hostOf(machine) })
  const address = (name: string) => (exports[name] as WebAssembly.Global).value as number
  Object.assign(machine, {
    exports,
    at: {
      argument: address('argument'),
      noCode: address('noCode'),
      rules: address('rulesAddress'),
      context: address('contextAddress'),
      words: address('words'),
      opcodes: address('opcodes'),
      current: address('currentAddress'),
      fuel: address('fuelAddress'),
      operands: address('operandsAddress'),
    },
  })
  viewMemory(machine)
  machine.tableStart = machine.exports.table.length
  machine.tableEnd = machine.tableStart
  if (hot !== undefined) machine.integers[address('hotAddress') >>> 2] = hot.after
  return machine
}

/** To be called when the memory has grown. */
export function viewMemory(machine: Machine): void {
  // While the instance is being made, it has no exports yet.
  const buffer = machine.exports?.memory.buffer
  if (buffer === undefined) return
  machine.bytes = new Uint8Array(buffer)
  machine.integers = new Uint32Array(buffer)
  machine.limbs = new BigUint64Array(buffer)
}

export function writeWord({ limbs }: Machine, at: number, word: bigint): void {
  const limb = at >>> 3
  limbs[limb] = BigInt.asUintN(64, word)
  if (word < LIMB) {
    limbs[limb + 1] = 0n
    limbs[limb + 2] = 0n
    limbs[limb + 3] = 0n
    return
  }
  limbs[limb + 1] = BigInt.asUintN(64, word >> 64n)
  limbs[limb + 2] = BigInt.asUintN(64, word >> 128n)
  limbs[limb + 3] = BigInt.asUintN(64, word >> 192n)
}

const LIMB = 1n << 64n

export function readWord({ limbs }: Machine, at: number): bigint {
  const limb = at >>> 3
  const low = limbs[limb]!
  const middle = limbs[limb + 1]!
  const high = limbs[limb + 2]!
  const top = limbs[limb + 3]!
  if (high === 0n && top === 0n) return middle === 0n ? low : (middle << 64n) | low
  return (((((top << 64n) | high) << 64n) | middle) << 64n) | low
}

/** Writes the bytes of a 0x string, the last one lowest; what is above them in a word becomes zero. */
export function writeHex({ bytes }: Machine, at: number, hex: string): void {
  let to = at
  for (let i = hex.length - 2; i >= 2; i -= 2) {
    bytes[to++] = (NIBBLE[hex.charCodeAt(i)]! << 4) | NIBBLE[hex.charCodeAt(i + 1)]!
  }
  while (to < at + 32) bytes[to++] = 0
}

/** The lowest `size` bytes of a word, a multiple of four. */
export function readHex({ bytes }: Machine, at: number, size: number): Hex {
  let hex = '0x'
  // Four bytes a string: joined one by one they take 386 ns for a word instead of 234.
  for (let i = at + size - 1; i >= at; i -= 4) {
    const a = bytes[i]!
    const b = bytes[i - 1]!
    const c = bytes[i - 2]!
    const d = bytes[i - 3]!
    // biome-ignore format: two digits a byte
    hex += String.fromCharCode(
      DIGIT[a >> 4]!, DIGIT[a & 15]!, DIGIT[b >> 4]!, DIGIT[b & 15]!,
      DIGIT[c >> 4]!, DIGIT[c & 15]!, DIGIT[d >> 4]!, DIGIT[d & 15]!,
    )
  }
  return hex as Hex
}

/** Character codes of hexadecimal digits. */
const DIGIT = Uint8Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0))

/** Value of a hexadecimal digit by its character code. */
const NIBBLE = Uint8Array.from({ length: 128 }, (_, code) => Number.parseInt(String.fromCharCode(code), 16))
