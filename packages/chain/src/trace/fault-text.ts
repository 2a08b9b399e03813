/** Why a frame failed, in the words of go-ethereum (core/vm/errors.go), which debuggers show and match. */
import { type Address, type Fork, type HaltReason, isActive, opcodesAt, type TraceResult } from '@deed/evm'

/** Of a frame that did not succeed; `callee` and the length of its input tell precompiles apart. */
export const faultText = (
  result: TraceResult,
  fork: Fork,
  callee: Address,
  inputLength: number,
): string | undefined => {
  if (result.status === 'success') return undefined
  if (result.status === 'revert') return REVERTED
  const { reason, fault } = result
  if (reason === 'precompile failed') return precompileText(callee, inputLength)
  return haltText(reason!, fork, fault)
}

/** Of an instruction that was not executed, or of a frame that halted. */
export const haltText = (reason: HaltReason, fork: Fork, fault: TraceResult['fault']): string => {
  if (fault === undefined) return TEXTS[reason] ?? reason
  const row = ROWS[fault.opcode]
  if (reason === 'stack underflow') return `stack underflow (${fault.stackSize} <=> ${row?.inputs ?? 0})`
  if (reason === 'stack overflow') {
    const limit = STACK_LIMIT + (row?.inputs ?? 0) - (row?.outputs ?? 0)
    return `stack limit reached ${fault.stackSize} (${limit})`
  }
  if (reason === 'invalid opcode') return `invalid opcode: ${opcodeName(fault.opcode)}`
  if (reason === 'out of gas' && isSentry(fault, fork)) return SENTRY
  return TEXTS[reason] ?? reason
}

/** An opcode's name, whichever fork it belongs to. */
export const opcodeName = (opcode: number): string => NAMES[opcode]!

export const REVERTED = 'execution reverted'

/** EIP-2200: with no more than the stipend left, SSTORE fails whatever it would cost. */
const isSentry = ({ opcode, gasLeft }: { opcode: number; gasLeft: bigint }, fork: Fork): boolean =>
  opcode === SSTORE && gasLeft <= SSTORE_STIPEND && isActive('Istanbul', fork)

const precompileText = (callee: Address, inputLength: number): string => {
  const { lengths, length, text } = PRECOMPILES[BigInt(callee).toString()] ?? UNKNOWN_FAILURE
  return lengths(inputLength) ? text : length
}

interface PrecompileFailure {
  /** Whether an input may be so long. */
  readonly lengths: (inputLength: number) => boolean
  /** What it says otherwise. */
  readonly length: string
  /** What it says when the length is right; where that is for several reasons, none of them. */
  readonly text: string
}

const FAILED = 'precompile failed'
const WRONG_LENGTH = 'invalid input length'
const exactly = (bytes: number) => (length: number) => length === bytes
const multipleOf = (bytes: number) => (length: number) => length > 0 && length % bytes === 0
const failure = (lengths: PrecompileFailure['lengths'], text = FAILED, length = WRONG_LENGTH) => ({
  lengths,
  length,
  text,
})

const UNKNOWN_FAILURE: PrecompileFailure = failure(() => true)

/** What each says when it fails, by address. */
const PRECOMPILES: Readonly<Record<string, PrecompileFailure>> = {
  5: failure(() => true, 'one or more of base/exponent/modulus length exceeded 1024 bytes'), // EIP-7823
  8: failure((length) => length % 192 === 0, FAILED, 'bad elliptic curve pairing size'),
  9: failure(exactly(213), 'invalid final flag'),
  10: failure(exactly(192)),
  // EIP-2537
  11: failure(exactly(256)),
  12: failure(multipleOf(160)),
  13: failure(exactly(512)),
  14: failure(multipleOf(288)),
  15: failure(multipleOf(384)),
  16: failure(exactly(64)),
  17: failure(exactly(128)),
}

const TEXTS: { readonly [reason in HaltReason]?: string } = { 'nonce overflow': 'nonce uint64 overflow' }

const SENTRY = 'out of gas: not enough gas for reentrancy sentry'
const SSTORE = 0x55
const SSTORE_STIPEND = 2_300n
const STACK_LIMIT = 1_024

const ROWS = opcodesAt('Osaka')
/** geth calls 0x44 DIFFICULTY after the merge too. */
const NAMES = ROWS.map((row, code) =>
  code === 0x44 ? 'DIFFICULTY' : (row?.name ?? `opcode 0x${code.toString(16)} not defined`),
)
