/** Makes the keeper's transactions: what they may cost, what they pay for gas, and what a node says to them. */
import { BaseError, type Hex, keccak256 } from 'viem'
import { type Block, type Chain, refusal } from '../chain/client.ts'
import type { KeeperAccount } from './account.ts'

/** More than 32 timers of any deed cost; a contract that asks for more is none that Deed made. */
const MAX_GAS = 4_000_000n
/** Room for timers that fall due between the estimate and the block: three at most 60,000 gas each. */
const SPARE_GAS = 200_000n
/** When a node has no opinion. */
const DEFAULT_TIP_WEI = 1_000_000_000n
/** A replacement must raise both fees by a tenth to be taken; nodes round differently. */
const BUMP_PERCENT = 113n

export interface Fees {
  readonly maxFeeWei: bigint
  readonly tipWei: bigint
}

export interface Signed {
  readonly raw: Hex
  readonly hash: Hex
}

/**
 * Simulates a call and measures it: one request does both.
 * @returns the gas to give, or why the call would be refused.
 */
export const estimate = async (
  chain: Chain,
  from: Hex,
  call: { to: Hex; data: Hex },
  at: 'latest' | 'pending',
): Promise<{ gasLimit: bigint } | { refused: string }> => {
  try {
    const gas = BigInt(await chain.request({ method: 'eth_estimateGas', params: [{ from, ...call }, at] }))
    const gasLimit = (gas * 5n) / 4n + SPARE_GAS
    return gasLimit <= MAX_GAS
      ? { gasLimit }
      : { refused: `it would cost ${gas} gas; at most ${MAX_GAS} is paid` }
  } catch (error) {
    if (!isAnswer(error)) throw error
    return { refused: refusal(error) }
  }
}

/** Twice the present base fee lasts for six full blocks. */
export const feesNow = async (chain: Chain, head: Block): Promise<Fees> => {
  const tipWei = await chain
    .request({ method: 'eth_maxPriorityFeePerGas' })
    .then(BigInt)
    .catch(() => DEFAULT_TIP_WEI)
  return { maxFeeWei: head.baseFeeWei * 2n + tipWei, tipWei }
}

/** Fees of a replacement: enough to be taken instead of `before`, and enough for now. */
export const raised = (before: Fees, now: Fees): Fees => {
  const max = (a: bigint, b: bigint) => (a > b ? a : b)
  const bump = (wei: bigint) => (wei * BUMP_PERCENT + 99n) / 100n
  return {
    maxFeeWei: max(bump(before.maxFeeWei), now.maxFeeWei),
    tipWei: max(bump(before.tipWei), now.tipWei),
  }
}

export const sign = async (
  account: KeeperAccount,
  fields: { chainId: number; nonce: number; to: Hex; data: Hex; gas: bigint },
  fees: Fees,
): Promise<Signed> => {
  const raw = await account.signTransaction({
    type: 'eip1559',
    ...fields,
    maxFeePerGas: fees.maxFeeWei,
    maxPriorityFeePerGas: fees.tipWei,
  })
  return { raw, hash: keccak256(raw) }
}

/**
 * Sends signed bytes.
 * @returns `taken` also when the node had them already; `late` when the nonce is used, by these bytes or by others;
 * otherwise why the node does not want them.
 */
export const send = async (chain: Chain, raw: Hex): Promise<'taken' | 'late' | { refused: string }> => {
  try {
    await chain.request({ method: 'eth_sendRawTransaction', params: [raw] })
    return 'taken'
  } catch (error) {
    if (!isAnswer(error)) throw error
    const reason = refusal(error)
    if (/already known|already imported|known transaction|already in the pool/i.test(reason)) return 'taken'
    if (/nonce too low|nonce is too low|already been used/i.test(reason)) return 'late'
    return { refused: reason }
  }
}

/** The node answered with a JSON-RPC error, so the request reached it. */
const isAnswer = (error: unknown) =>
  error instanceof BaseError &&
  error.walk((cause) => typeof (cause as { code?: unknown }).code === 'number') !== null
