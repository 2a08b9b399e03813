/** Why a call was reverted, from the bytes that it returned. */
import { deedAbi } from '@deed/agreement'
import { type Abi, decodeErrorResult, type Hex, hexToString, trim } from 'viem'
import { erc20Abi } from './abis.ts'
import { shown } from './call.ts'

/** https://docs.soliditylang.org/en/latest/control-structures.html#panic-via-assert-and-error-via-require */
const PANICS: Record<string, string> = {
  '1': 'an assertion failed',
  '17': 'arithmetic overflow',
  '18': 'division by zero',
  '33': 'a value outside of its enum',
  '34': 'a wrongly encoded storage byte array',
  '49': 'pop of an empty array',
  '50': 'an index out of bounds',
  '65': 'too much memory',
  '81': 'a call of an uninitialised function',
}

export const revertReason = (data: Hex): string => {
  if (data === '0x') return 'It gave no reason.'
  try {
    // Error(string) and Panic(uint256) are known to viem beside the given interface.
    const abi = [...deedAbi, ...erc20Abi] as Abi
    const { errorName, args = [] } = decodeErrorResult({ abi, data })
    const values = args as readonly unknown[]
    if (errorName === 'Error') return String(values[0])
    if (errorName === 'Panic') return `Panic ${values[0]}: ${PANICS[String(values[0])] ?? 'unknown'}`
    return `${errorName}(${values.map((value) => readable(errorName, value)).join(', ')})`
  } catch {
    return `Unknown error ${data.length > 74 ? `${data.slice(0, 74)}…` : data}`
  }
}

const readable = (error: string, value: unknown): string =>
  error === 'OutOfBounds' || error === 'NotCovered'
    ? `"${hexToString(trim(value as Hex, { dir: 'right' }))}"`
    : shown(value)
