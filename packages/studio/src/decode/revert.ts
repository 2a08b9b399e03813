/** Why a call was reverted, from the bytes that it returned. */
import { deedAbi } from '@deed/agreement'
import { type Abi, decodeErrorResult, type Hex, hexToString, trim } from 'viem'
import { erc20Abi, erc721Abi } from './abis.ts'
import { shown } from './shown.ts'

/** https://docs.soliditylang.org/en/latest/control-structures.html#panic-via-assert-and-error-via-require */
const PANICS: Record<string, string> = {
  '1': 'An assertion failed.',
  '17': 'Arithmetic overflow.',
  '18': 'Division by zero.',
  '33': 'A value outside of its enum.',
  '34': 'A wrongly encoded storage byte array.',
  '49': 'Pop of an empty array.',
  '50': 'An index out of bounds.',
  '65': 'Too much memory.',
  '81': 'A call of an uninitialised function.',
}

/** What the errors of a deed mean, and what to do. */
const MEANING: Record<string, string> = {
  NotSigned: 'The deed has not begun: not every party has signed.',
  BadSignature: 'The signature is not this party’s for these terms, or its time is over.',
  NotYourAct: 'This act belongs to somebody else.',
  ClauseNotOpen: 'The clause is not open: its time has not come, or is over.',
  ConditionNotMet: 'The condition that the text sets for this act did not hold.',
  OutOfBounds: 'The value is outside of the bounds that were agreed.',
  PartialTransfer: 'The token did not deliver the whole amount.',
  StalePrice: 'The price feed’s answer was too old.',
  BehindSchedule: 'Too many timers were due for one call: perform has to be called first.',
  NothingDue: 'Nothing was due. Another keeper may have been first.',
  NotCovered: 'The deed holds less than this needs.',
  ERC20InsufficientBalance: 'The account holds less of the token than this takes.',
  ERC20InsufficientAllowance: 'The account has not allowed the token to be taken: approve comes first.',
  ERC721IncorrectOwner: 'The token belongs to another account.',
  ERC721InsufficientApproval: 'The account has not allowed the token to be taken: approve comes first.',
  ERC721NonexistentToken: 'There is no such token.',
}

export interface Reason {
  /** The error as the contract names it. */
  readonly error: string
  readonly meaning?: string
}

export const revertReason = (data: Hex): Reason => {
  if (data === '0x') return { error: 'It gave no reason.' }
  try {
    // Error(string) and Panic(uint256) are known to viem beside the given interface.
    const abi = [...deedAbi, ...erc20Abi, ...erc721Abi] as Abi
    const { errorName, args = [] } = decodeErrorResult({ abi, data })
    const values = args as readonly unknown[]
    if (errorName === 'Error') return { error: String(values[0]) }
    const meaning = errorName === 'Panic' ? PANICS[String(values[0])] : MEANING[errorName]
    const error = `${errorName}(${values.map((value) => readable(errorName, value)).join(', ')})`
    return { error, ...(meaning && { meaning }) }
  } catch {
    return { error: `Unknown error ${data.length > CHARACTERS ? `${data.slice(0, CHARACTERS)}…` : data}` }
  }
}

/** A selector and two words. */
const CHARACTERS = 2 + 8 + 128

const readable = (error: string, value: unknown): string =>
  error === 'OutOfBounds' || error === 'NotCovered'
    ? `"${hexToString(trim(value as Hex, { dir: 'right' }))}"`
    : shown(value)
