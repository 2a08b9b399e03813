import { isActive } from '@deed/evm'
import { max } from '../bigint.ts'
import { EMPTY_UNCLES_HASH } from '../block/header.ts'
import type { Header } from '../block/types.ts'
import type { Rules } from '../forks.ts'

/** Difficulty of the block after `parent`, mined by work; zero since the merge. */
export const nextDifficulty = (parent: Header, timestamp: bigint, rules: Rules): bigint => {
  if (isActive('Paris', rules.fork)) return 0n
  const step = parent.difficulty / ADJUSTMENT_DIVISOR
  const adjusted = max(parent.difficulty + step * direction(parent, timestamp, rules), MINIMUM)
  return max(adjusted + bomb(parent.number + 1n, rules.bombDelay), MINIMUM)
}

/** How many steps to go up, or down if negative. */
const direction = (parent: Header, timestamp: bigint, { fork }: Rules): bigint => {
  const elapsed = timestamp - parent.timestamp
  if (!isActive('Homestead', fork)) return elapsed < 13n ? 1n : -1n
  if (!isActive('Byzantium', fork)) return max(1n - elapsed / 10n, STEEPEST) // EIP-2
  const hasUncles = parent.unclesHash !== EMPTY_UNCLES_HASH
  return max((hasUncles ? 2n : 1n) - elapsed / 9n, STEEPEST) // EIP-100
}

/** Doubles every 100,000 blocks from the 200,000th on; later forks pretend that it is earlier. */
const bomb = (number: bigint, delay: bigint): bigint => {
  const period = (number > delay ? number - delay : 0n) / 100_000n
  return period > 1n ? 2n ** (period - 2n) : 0n
}

const ADJUSTMENT_DIVISOR = 2048n
const MINIMUM = 131_072n
const STEEPEST = -99n
