import { quantity } from '../../hex.ts'
import { controlOf } from '../control.ts'
import { quantity as decodeQuantity, integer, isObject, refuse } from '../decode.ts'
import type { Context } from '../method.ts'

/** Blocks of one `hardhat_mine` or `evm_mine`. */
export const MAX_MINED_BLOCKS = 100_000
/** Milliseconds between blocks of interval mining: at most a day. */
const MAX_INTERVAL_MS = 86_400_000

/** One block, at a time if one is given: a number, or ganache's `{timestamp, blocks}`. */
export const evmMine = async ({ node }: Context, options: unknown) => {
  const at = 'argument 0 (timestamp)'
  const fields = isObject(options) ? options : { timestamp: options }
  const timestamp = fields.timestamp == null ? undefined : integer(fields.timestamp, at)
  const blocks = fields.blocks == null ? 1n : decodeQuantity(fields.blocks, 'argument 0 (options).blocks')
  if (blocks > MAX_MINED_BLOCKS)
    refuse('argument 0 (options).blocks', `at most ${MAX_MINED_BLOCKS} blocks`, fields.blocks)
  await controlOf(node).mine(Number(blocks), timestamp)
  return quantity(0)
}

/** As Hardhat and anvil have it: blocks and the seconds between them, zero meaning as the clock says. */
export const hardhatMine = async ({ node }: Context, blocks: bigint, interval: bigint) => {
  if (blocks > MAX_MINED_BLOCKS)
    refuse('argument 0 (blocks)', `at most ${MAX_MINED_BLOCKS} blocks`, Number(blocks))
  await controlOf(node).mine(Number(blocks), undefined, interval === 0n ? undefined : interval)
  return null
}

/** Seconds by which the chain's clock is ahead afterwards, as a decimal string, as Hardhat has it. */
export const evmIncreaseTime = async ({ node }: Context, seconds: bigint) =>
  (await controlOf(node).increaseTime(seconds)).toString()

export const evmSetTime = async ({ node }: Context, timestamp: bigint) =>
  Number(await controlOf(node).setTime(timestamp))

export const evmSetNextBlockTimestamp = async ({ node }: Context, timestamp: bigint) => {
  await controlOf(node).setNextBlockTimestamp(timestamp)
  return null
}

export const evmSnapshot = async ({ node }: Context) => quantity(await controlOf(node).snapshot())

/** `false` for a snapshot that is not there, as every development chain answers. */
export const evmRevert = ({ node }: Context, id: bigint) => controlOf(node).revert(id)

export const evmSetAutomine = async ({ node }: Context, on: boolean) => {
  await controlOf(node).setAutomine(on)
  return true
}

export const evmSetIntervalMining = async ({ node }: Context, interval: number) => {
  if (!Number.isInteger(interval) || interval < 0 || interval > MAX_INTERVAL_MS)
    refuse('argument 0 (intervalMs)', `whole milliseconds from 0 to ${MAX_INTERVAL_MS}`, interval)
  await controlOf(node).setIntervalMining(interval)
  return true
}
