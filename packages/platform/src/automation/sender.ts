/**
 * Brings the keeper's transactions into blocks: signs, stores, sends, and afterwards finds out what became of them.
 */
import type { Hex } from 'viem'
import type { Block, Chain } from '../chain/client.ts'
import type { Database } from '../database/database.ts'
import type { ActionTable } from '../database/tables.ts'
import type { KeeperAction } from '../gateway/api.ts'
import type { Log } from '../log.ts'
import type { KeeperAccount } from './account.ts'
import { addAction, setOutcome } from './actions.ts'
import { backOff } from './backoff.ts'
import { close, freeNonce, openSlots, type Slot, setState, store } from './journal.ts'
import { type Fees, feesNow, raised, send, sign } from './transaction.ts'

export interface SenderOptions {
  readonly chain: Chain
  readonly chainId: number
  readonly db: Database
  readonly account: KeeperAccount
  readonly log: Log
  /** Seconds, wall clock: a transaction is stuck by the clock of the network. */
  readonly now: () => number
  readonly tell: (action: KeeperAction | undefined) => void
  readonly onDone: (purpose: string) => Promise<void>
}

export interface Sender {
  /** Brings what is under way to an end. @returns what still waits for a block. */
  reconcile(head: Block): Promise<readonly Slot[]>
  /**
   * Sends a call with the next nonce, after it was stored together with its row in `actions`.
   * @returns false when the node does not want it; then nothing is under way.
   */
  dispatch(
    purpose: string,
    action: Omit<ActionTable, 'id' | 'outcome'>,
    call: Call,
    fees: Fees,
  ): Promise<boolean>
}

interface Call {
  readonly to: Hex
  readonly data: Hex
  readonly gas: bigint
}

/** Seven and a half blocks of Ethereum. */
const STUCK_SECONDS = 90
const MAX_REPLACEMENTS = 12

export const createSender = (options: SenderOptions): Sender => {
  const { chain, db, account, log, tell } = options
  const address = account.address.toLowerCase() as Hex

  const reconcile = async (head: Block): Promise<Slot[]> => {
    const slots = await openSlots(db, address)
    if (slots.length === 0) return []
    // Asked before the receipts: a nonce that is used by now has its receipt by then, if it is ours.
    const mined = await minedNonces(chain, address)
    const waiting: Slot[] = []
    for (const slot of slots) {
      const outcome = await outcomeOf(chain, slot)
      // A receipt from a block that the index has not taken in yet: its effects would be due a second time.
      if (outcome && outcome.block > head.number) waiting.push(slot)
      else if (outcome) await finish(slot, outcome)
      else if (slot.nonce < mined) await giveUp(slot)
      else if (await renew(head, slot)) waiting.push(slot)
    }
    return waiting
  }

  const finish = async (slot: Slot, { hash, state }: Outcome) => {
    await close(db, slot, { hash, state })
    const action = await setOutcome(db, slot.action, state, { tx: hash })
    if (state === 'done') await options.onDone(slot.purpose)
    else await backOff(db, slot.purpose, action?.time ?? 0)
    log(state === 'done' ? 'info' : 'warn', `keeper: ${state}`, { tx: hash, purpose: slot.purpose })
    tell(action)
  }

  const giveUp = async (slot: Slot) => {
    await close(db, slot)
    const detail = `nonce ${slot.nonce} was used by another transaction of the keeper's account`
    log('warn', `keeper: dropped, ${detail}`, { nonce: slot.nonce, purpose: slot.purpose })
    tell(await setOutcome(db, slot.action, 'dropped', { detail }))
  }

  /** Sends again what the node has forgotten, and replaces what is stuck. @returns whether the slot still waits. */
  const renew = async (head: Block, slot: Slot): Promise<boolean> => {
    const last = slot.attempts.at(-1)!
    const known = await chain.request({ method: 'eth_getTransactionByHash', params: [last.hash as Hex] })
    if (!known) return submit(slot.purpose, slot.action, { hash: last.hash as Hex, raw: last.raw as Hex })
    const waited = options.now() - last.stored_at
    if (waited < STUCK_SECONDS || slot.attempts.length > MAX_REPLACEMENTS) return true
    const before = { maxFeeWei: BigInt(last.max_fee_wei), tipWei: BigInt(last.tip_wei) }
    const fees = raised(before, await feesNow(chain, head))
    const { nonce, purpose, action } = slot
    log('warn', `keeper: no block for ${waited} s, sending again with a higher fee`, { nonce, ...fees })
    const call = { to: known.to!, data: known.input, gas: BigInt(known.gas) }
    const signed = await sign(account, { chainId: options.chainId, nonce, ...call }, fees)
    await store(db, rowOf(nonce, purpose, action, signed, fees))
    await submit(purpose, action, signed)
    // Whatever the node says to the new one, the old one is still there.
    return true
  }

  const dispatch: Sender['dispatch'] = async (purpose, action, call, fees) => {
    const nonce = freeNonce(await minedNonces(chain, address), await openSlots(db, address))
    const signed = await sign(account, { chainId: options.chainId, nonce, ...call }, fees)
    const id = await db.transaction().execute(async (tx) => {
      const id = await addAction(tx, { ...action, outcome: 'sent' })
      await store(tx, rowOf(nonce, purpose, id, signed, fees))
      return id
    })
    return submit(purpose, id, signed)
  }

  const rowOf = (
    nonce: number,
    purpose: string,
    action: number,
    { hash, raw }: { hash: Hex; raw: Hex },
    { maxFeeWei, tipWei }: Fees,
  ) => ({
    hash,
    account: address,
    nonce,
    raw,
    purpose,
    stored_at: options.now(),
    max_fee_wei: String(maxFeeWei),
    tip_wei: String(tipWei),
    action,
  })

  /** @returns false when the node will not take these bytes. */
  const submit = async (purpose: string, action: number, { hash, raw }: { hash: Hex; raw: Hex }) => {
    const answer = await send(chain, raw)
    if (typeof answer === 'string') {
      // Too late means that the nonce is mined: the next step finds out whether by these bytes.
      await setState(db, hash, 'sent')
      tell(await setOutcome(db, action, 'sent', { tx: hash }))
      return true
    }
    await setState(db, hash, 'dropped')
    log('warn', `keeper: the node refused the transaction: ${answer.refused}`, { tx: hash, purpose })
    const told = await setOutcome(db, action, 'dropped', { detail: answer.refused })
    await backOff(db, purpose, told?.time ?? 0)
    tell(told)
    return false
  }

  return { reconcile, dispatch }
}

interface Outcome {
  readonly hash: Hex
  readonly block: number
  readonly state: 'done' | 'reverted'
}

/** What became of a nonce, when one of its attempts is in a block. */
const outcomeOf = async (chain: Chain, { attempts }: Slot): Promise<Outcome | undefined> => {
  for (const { hash } of attempts) {
    const receipt = await chain.request({ method: 'eth_getTransactionReceipt', params: [hash as Hex] })
    if (receipt)
      return {
        hash: hash as Hex,
        block: Number(receipt.blockNumber),
        state: Number(receipt.status) === 1 ? 'done' : 'reverted',
      }
  }
  return undefined
}

const minedNonces = async (chain: Chain, address: Hex): Promise<number> =>
  Number(await chain.request({ method: 'eth_getTransactionCount', params: [address, 'latest'] }))
