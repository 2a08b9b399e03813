/** Sends an act's transactions one after the other, each tried first, so that nobody pays for what would be refused. */
import { type Address, BaseError, type Hash, type Hex, numberToHex } from 'viem'
import { call, waitForTransactionReceipt } from 'viem/actions'
import { client } from '../chain/client.ts'
import { revertReason } from '../decode/revert.ts'
import type { Actor } from './actor.ts'
import { onChain } from './wallets.ts'

export interface Call {
  /** What it is for, in words. */
  readonly title: string
  readonly to: Address
  readonly data: Hex
  /** In wei. */
  readonly value?: bigint
}

export class RefusedError extends Error {
  override name = 'RefusedError'
}

const RECEIPT_POLL_MS = 250
const RECEIPT_TIMEOUT_MS = 120_000
/** Enough for any act with 32 timers caught up; of a development account only, a wallet estimates by itself. */
const GAS_LIMIT = 5_000_000n

/**
 * @param tell is told what is being waited for.
 * @returns the hash of the last transaction, which is in a block.
 * @throws RefusedError with the contract's reason in words, or what the wallet answers.
 */
export const send = async (
  actor: Actor,
  chainId: number,
  calls: readonly Call[],
  tell: (what: string) => void,
): Promise<Hash> => {
  if (actor.wallet !== undefined) await onChain(actor.provider, chainId)
  // The last one stands on those before it, so that only its refusal for want of them is no refusal.
  await attempt(actor, calls.at(-1)!, calls.length > 1)
  let last: Hash = '0x'
  for (const each of calls) {
    if (calls.length > 1) await attempt(actor, each, false)
    tell(actor.wallet === undefined ? `${each.title} …` : `${each.title}: confirm it in ${actor.wallet} …`)
    last = (await actor.provider.request({
      method: 'eth_sendTransaction',
      params: [
        {
          from: actor.address,
          to: each.to,
          data: each.data,
          ...(each.value !== undefined && { value: numberToHex(each.value) }),
          ...(actor.wallet === undefined && { gas: numberToHex(GAS_LIMIT) }),
        },
      ],
    })) as Hash
    tell(`${each.title}: waits for a block …`)
    const { status } = await waitForTransactionReceipt(client, {
      hash: last,
      pollingInterval: RECEIPT_POLL_MS,
      timeout: RECEIPT_TIMEOUT_MS,
    })
    if (status === 'reverted') {
      await attempt(actor, each, false)
      throw new RefusedError('The deed refused it, for something had changed in the meantime. Try again.')
    }
  }
  return last
}

const attempt = async (actor: Actor, { to, data, value }: Call, before: boolean): Promise<void> => {
  try {
    await call(client, { account: actor.address, to, data, ...(value !== undefined && { value }) })
  } catch (error) {
    const reverted = revertData(error)
    if (reverted === undefined) throw error
    const { error: name, meaning } = revertReason(reverted)
    if (before && /allowance|InsufficientApproval/i.test(name)) return
    throw new RefusedError(meaning ? `${meaning} (${name})` : name)
  }
}

/** The bytes with which a call was reverted; undefined where something else is wrong. */
const revertData = (error: unknown): Hex | undefined => {
  if (!(error instanceof BaseError)) return undefined
  let found: Hex | undefined
  error.walk((cause) => {
    const { data } = cause as { data?: unknown }
    const hex = typeof data === 'object' && data !== null ? (data as { data?: unknown }).data : data
    if (typeof hex === 'string' && /^0x[0-9a-f]*$/i.test(hex)) found = hex as Hex
    return false
  })
  return found
}

/** One sentence of what went wrong. EIP-1193 has 4001 for a person who said no. */
export const failureWords = (error: unknown): string => {
  const { code, shortMessage, message } = error as { code?: number; shortMessage?: string; message?: string }
  if (code === 4001) return 'You said no in the wallet. Nothing has happened.'
  return shortMessage ?? message ?? String(error)
}
