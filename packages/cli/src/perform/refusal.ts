/** What a contract says when it refuses, in words. */
import { type Abi, BaseError, decodeErrorResult, type Hex, hexToString, isHex, trim } from 'viem'
import { CommandError } from '../fault.ts'
import { shownTime } from './stage.ts'

export interface Refusal {
  /** Name of the error: `OutOfBounds`. */
  readonly name: string
  /** With its arguments, short strings as text: `OutOfBounds(rent)`. */
  readonly shown: string
}

/** The refusal in an error of viem's, or undefined if it is about something else. */
export const refusalIn = (error: unknown, abi: Abi): Refusal | undefined => {
  const data = revertData(error)
  if (data === undefined) return undefined
  if (data === '0x') return { name: 'revert', shown: 'a revert without a reason' }
  try {
    const { errorName, args = [], abiItem } = decodeErrorResult({ abi, data })
    const inputs = 'inputs' in abiItem ? abiItem.inputs : []
    const shown = (args as readonly unknown[]).map((arg, i) => shownArgument(arg, inputs[i]?.type))
    if (errorName === 'Error') return { name: 'Error', shown: `"${shown[0]}"` }
    return { name: errorName, shown: `${errorName}(${shown.join(', ')})` }
  } catch {
    return { name: data.slice(0, 10), shown: `the error ${data}` }
  }
}

const revertData = (error: unknown): Hex | undefined => {
  if (!(error instanceof BaseError)) return undefined
  let found: Hex | undefined
  error.walk((inner) => {
    const { data } = inner as { data?: unknown }
    const raw = typeof data === 'object' && data !== null ? (data as { data?: unknown }).data : data
    if (isHex(raw)) found = raw
    return found !== undefined
  })
  return found
}

const shownArgument = (value: unknown, type: string | undefined): string => {
  if (type !== 'bytes32') return String(value)
  const text = hexToString(trim(value as Hex, { dir: 'right' }))
  return /^[A-Za-z][A-Za-z0-9-]*$/.test(text) ? text : String(value)
}

const ADVICE: Record<string, string> = {
  OutOfBounds: 'The text gives the bounds: choose a value within them, by --term or in the scenario',
  BadSignature: 'Sign again with the key of that party, on this chain and for this deed',
  NotYourAct: 'Only the party that the text names may do this',
  ClauseNotOpen: 'The clause waits for nobody at that time: see the timeline above',
  ConditionNotMet: 'The condition of the text does not hold at that time: see the timeline above',
  ERC20InsufficientBalance: 'Give the party more money in "wallets" of the scenario',
}

export const refused = (what: string, refusal: Refusal, time?: number): CommandError =>
  new CommandError(
    `DEED_${refusal.name === 'revert' ? 'REFUSED' : codeName(refusal.name)}`,
    `${what} was refused with ${refusal.shown}${time === undefined ? '' : ` at ${shownTime(time)}`}. ${
      ADVICE[refusal.name] ?? 'The contract says why by that name'
    }.`,
  )

/** `OutOfBounds` -> `OUT_OF_BOUNDS`. A selector that nobody knows stays REFUSED. */
const codeName = (name: string): string =>
  name.startsWith('0x')
    ? 'REFUSED'
    : name.replace(/(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, '_').toUpperCase()
