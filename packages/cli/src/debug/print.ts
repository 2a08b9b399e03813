/** A transaction and what became of it, as text. */
import {
  type Explanation,
  renderBalances,
  renderFailure,
  renderNames,
  renderStorage,
  renderTree,
} from '@deed/solidity/debug'
import { formatEther, formatGwei } from 'viem'
import type { Terminal } from '../terminal.ts'
import type { MinedTransaction } from './transaction.ts'

export const printTransaction = (
  transaction: MinedTransaction,
  explanation: Explanation,
  { style }: Terminal,
): string => {
  const ended =
    explanation.status === 'success' ? style('green', 'succeeded') : style(['bold', 'red'], 'failed')
  const sections = [
    section('Calls', renderTree(explanation, { style })),
    section('Storage', renderStorage(explanation, { style })),
    section('Balances', renderBalances(explanation, { style })),
    section('Contracts', renderNames(explanation, { style })),
    section('Not told', explanation.notes),
  ]
  return [
    `${style('bold', 'Transaction')} ${transaction.hash} ${ended}`,
    ...head(transaction, explanation).map(([name, value]) => `  ${style('dim', name.padEnd(8))}  ${value}`),
    ...(explanation.failure ? ['', ...renderFailure(explanation, { style })] : []),
    ...sections.flatMap(({ title, lines }) =>
      lines.length > 0 ? ['', style('bold', title), ...lines.map((line) => `  ${line}`)] : [],
    ),
  ].join('\n')
}

const section = (title: string, lines: readonly string[]) => ({ title, lines })

const head = (transaction: MinedTransaction, { contracts }: Explanation): [string, string][] => {
  const { block, timestamp, from, nonce, to, created, valueWei, gasUsed, gasLimit, feeWei, gasPriceWei } =
    transaction
  const named = (address: string) => {
    const name = contracts[address.toLowerCase() as `0x${string}`]?.name
    return name ? `${name} ${address}` : address
  }
  const value = BigInt(valueWei)
  return [
    ['block', `${block}, ${shownTime(timestamp)}`],
    ['from', `${from}, nonce ${nonce}`],
    to ? ['to', named(to)] : ['creates', created ? named(created) : 'nothing'],
    ...(value === 0n ? [] : [['value', `${formatEther(value)} ETH`] satisfies [string, string]]),
    ['gas', `${gasUsed.toLocaleString('en')} of ${gasLimit.toLocaleString('en')}`],
    ['fee', `${formatEther(BigInt(feeWei))} ETH at ${formatGwei(BigInt(gasPriceWei))} gwei`],
  ]
}

/** A development chain can be set far beyond what a date can say. */
const shownTime = (seconds: number): string => {
  const time = new Date(seconds * 1_000)
  return Number.isNaN(time.getTime())
    ? `${seconds} s`
    : `${time.toISOString().slice(0, 19).replace('T', ' ')} UTC`
}
