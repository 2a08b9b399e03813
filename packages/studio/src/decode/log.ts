/** Logs as names and values: the events of deeds and of ERC-20 tokens; others by topic. */
import { deedAbi } from '@deed/agreement'
import { type Abi, decodeEventLog, type Hex, hexToString, trim } from 'viem'
import { money } from '../format/money.ts'
import { instant } from '../format/time.ts'
import { erc20Abi } from './abis.ts'
import type { Directory } from './directory.ts'
import { shown } from './shown.ts'

export interface LogBytes {
  readonly address: string
  readonly topics: readonly Hex[]
  readonly data: Hex
}

export interface ReadLog {
  readonly name: string
  readonly args: readonly { readonly name: string; readonly value: string }[]
}

export const readLog = (log: LogBytes, known: Directory): ReadLog | undefined => {
  const address = log.address.toLowerCase()
  for (const abi of known.deeds.has(address) ? [deedAbi, erc20Abi] : [erc20Abi, deedAbi]) {
    const decoded = readEvent(abi as Abi, log)
    if (decoded) {
      const args = Object.entries(decoded.args).map(([name, value]) => ({
        name,
        value: readable(name, value, known, address),
      }))
      return { name: decoded.name, args }
    }
  }
  return undefined
}

/** Undefined for what is no event of the interface. */
export const readEvent = (abi: Abi, { topics, data }: LogBytes) => {
  try {
    const { eventName, args } = decodeEventLog({ abi, topics: topics as [Hex, ...Hex[]], data, strict: true })
    return { name: String(eventName), args: (args ?? {}) as Record<string, unknown> }
  } catch {
    return undefined
  }
}

/** Some arguments mean more than their bytes: a field's name, an instant, an amount. */
const readable = (name: string, value: unknown, known: Directory, address: string): string => {
  if (name === 'field') return hexToString(trim(value as Hex, { dir: 'right' }))
  if (name === 'time' || name === 'due') return Number(value) === 0 ? 'none' : instant(Number(value))
  const unit = known.tokens.get(address)
  if (name === 'value' && unit && typeof value === 'bigint') return money(value, unit)
  return shown(value)
}
