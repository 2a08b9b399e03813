/** Why a frame failed, from what it said. Where it said nothing, ../explain/silence.ts looks at the source. */
import type { CallFrame, Hex } from '../trace/raw-trace.ts'
import { printable } from '../trace/rpc.ts'
import type { AbiBook } from './abi-book.ts'
import { decodeValues, type EnumMembers, type ShownValue } from './value.ts'

export interface Reason {
  readonly kind: 'message' | 'custom' | 'panic' | 'nothing' | 'unknown data' | 'halt'
  /** In words, without the name of who failed: `reverted with "too late"`. */
  readonly text: string
  /** Of a custom error. */
  readonly name?: string
  readonly args?: readonly ShownValue[]
  readonly panic?: number
  readonly message?: string
  /** What it gave back. */
  readonly data?: Hex
}

/** @param books ABIs in which custom errors are looked for, the nearest first */
export const reasonOf = (
  { error, output = '0x' }: Pick<CallFrame, 'error' | 'output'>,
  books: readonly AbiBook[],
  members: EnumMembers,
): Reason => {
  if (!isRevert(error)) return { kind: 'halt', text: haltText(error ?? '') }
  if (output === '0x') return { kind: 'nothing', text: 'reverted without a reason' }
  const selector = output.slice(0, 10) as Hex
  const data = `0x${output.slice(10)}` as Hex
  if (selector === ERROR) {
    const message = decodeValues([{ type: 'string' }], data, members)?.[0]?.value
    if (typeof message === 'string')
      return { kind: 'message', text: `reverted with ${JSON.stringify(message)}`, message, data: output }
  }
  if (selector === PANIC && output.length === 74) {
    const panic = Number(BigInt(data))
    const meaning = PANICS.get(panic) ?? 'a reason that Solidity does not document'
    return {
      kind: 'panic',
      text: `panicked: ${meaning} (0x${panic.toString(16).padStart(2, '0')})`,
      panic,
      data: output,
    }
  }
  for (const { errors } of books) {
    const known = errors.get(selector)
    const args = known && decodeValues(known.inputs, data, members)
    if (known && args)
      return { kind: 'custom', text: `reverted with ${known.name}`, name: known.name, args, data: output }
  }
  const text = textIn(output)
  return { kind: 'unknown data', text: `reverted with ${text ? JSON.stringify(text) : output}`, data: output }
}

/** Bytes that are a text, as old contracts and assembly give back. */
const textIn = (data: Hex): string | undefined => {
  const text = Buffer.from(data.slice(2), 'hex').toString('utf8').replace(/\0+$/, '')
  return text.length >= 4 && /^[\x20-\x7e\n]+$/.test(text) ? text : undefined
}

/** geth says `execution reverted`; others put the reason behind it, or their own word before it. */
const isRevert = (error: string | undefined): boolean => /revert/i.test(error ?? '')

const haltText = (error: string): string =>
  HALTS.find(([pattern]) => pattern.test(error))?.[1] ?? `failed: ${printable(error)}`

/** In the words of geth, and of revm. */
const HALTS: readonly (readonly [RegExp, string])[] = [
  [/out of gas|OutOfGas|gas uint64 overflow/i, 'ran out of gas'],
  [
    /write protection|StateChangeDuringStaticCall|CallNotAllowedInsideStatic/i,
    'tried to change state within a static call',
  ],
  [/insufficient balance|OutOfFunds|insufficient funds/i, 'was to be sent more ether than its caller has'],
  [/max call depth|CallTooDeep/i, 'was called too deep: 1,024 calls are the most'],
  [/address collision|CreateCollision/i, 'was to be created where a contract is already'],
  [
    /max code size|CreateContractSizeLimit/i,
    'would be larger than 24,576 bytes, which are the most for a contract (EIP-170)',
  ],
  [/max initcode size|CreateInitCodeSizeLimit/i, 'is created by more than 49,152 bytes of code (EIP-3860)'],
  [
    /must not begin with 0xef|CreateContractStartingWithEF/i,
    'gave back code that begins with 0xEF (EIP-3541)',
  ],
  [/creation code storage out of gas/i, 'ran out of gas while its code was stored'],
  [/invalid jump|InvalidJump/i, 'jumped to where it must not'],
  [/stack (limit|overflow)|StackOverflow/i, 'overran the stack'],
  [/stack underflow|StackUnderflow/i, 'took more from the stack than there was'],
  [/return data out of bounds/i, 'read more return data than there was'],
  [/nonce uint64 overflow|NonceOverflow/i, 'cannot create: its nonce is at the end'],
  [/invalid opcode|InvalidFEOpcode|OpcodeNotFound|InvalidOpcode/i, 'ran an invalid instruction'],
]

/** First four bytes of keccak256 of `Error(string)` and `Panic(uint256)`. */
const ERROR = '0x08c379a0'
const PANIC = '0x4e487b71'

/** https://docs.soliditylang.org/en/latest/control-structures.html#panic-via-assert-and-error-via-require */
const PANICS: ReadonlyMap<number, string> = new Map([
  [0x00, 'a check that the compiler inserted'],
  [0x01, 'an assertion failed'],
  [0x11, 'arithmetic overflow or underflow'],
  [0x12, 'division or modulo by zero'],
  [0x21, 'a value outside of its enum'],
  [0x22, 'a wrongly encoded storage byte array'],
  [0x31, 'pop of an empty array'],
  [0x32, 'an index outside of the array'],
  [0x41, 'too much memory, or an array too large'],
  [0x51, 'a call of an uninitialised function'],
])
