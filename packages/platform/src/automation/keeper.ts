/**
 * The keeper: lets timers run when they are due, and sends money that has become somebody's own to his wallet.
 *
 * It knows no particular deed: `due`, `perform`, `balanceOf` and `withdraw` of `IDeed` are all it uses. One step
 * takes in new blocks, brings transactions that are under way to an end, then simulates, stores and sends what is to
 * do now. A step changes nothing when there is nothing to do, so it can be run as often as one likes.
 */
import { deedAbi } from '@deed/agreement'
import type { Hex } from 'viem'
import { type Block, blockAt, type Chain } from '../chain/client.ts'
import type { Database } from '../database/database.ts'
import type { Index, Sync } from '../deeds/deed-index.ts'
import { dueClause } from '../deeds/standing.ts'
import { PlatformError, toApiError } from '../error.ts'
import type { KeeperAction, KeeperStatus } from '../gateway/api.ts'
import type { Log } from '../log.ts'
import type { KeeperAccount } from './account.ts'
import { actionOf, addAction, latestActions } from './actions.ts'
import { backOff, forgive, forgiveAll } from './backoff.ts'
import { reasonOf } from './reason.ts'
import { createSender } from './sender.ts'
import { estimate, feesNow } from './transaction.ts'
import { type Job, nextDue, workAt } from './work.ts'

export interface KeeperOptions {
  readonly chain: Chain
  readonly chainId: number
  readonly db: Database
  readonly index: Index
  readonly account: KeeperAccount
  readonly log: Log
  /**
   * Deeds to look after; all that the index finds without it. Where strangers can deploy, a contract that is
   * always due would have its gas paid for ever.
   */
  readonly only?: readonly Hex[]
  /** Seconds, wall clock: how long a transaction waits for its block. */
  readonly now: () => number
  readonly sleep: (milliseconds: number) => Promise<void>
  readonly onAction?: (action: KeeperAction) => void
  readonly onSync?: (sync: Sync) => void
}

export interface Keeper {
  readonly address: Hex
  /**
   * Does what there is to do at the present block (`latest`) or in the next one (`pending`: a development chain
   * makes no blocks while nobody sends anything, but its clock goes on).
   */
  step(at: 'latest' | 'pending'): Promise<Step>
  /**
   * Resolves when at the present head nothing is due, nothing is under way and everything is noted. The same blocks
   * lead to the same transactions in the same order.
   * @throws `DEED_KEEPER_NOT_SETTLED` when the chain mines nothing for a minute.
   */
  settle(): Promise<void>
  status(): Promise<KeeperStatus>
  /** The same, of what is known without asking. */
  state(): KeeperStatus['state']
}

interface Step {
  /** Transactions sent. */
  readonly sent: number
  /** Transactions that wait for a block. */
  readonly open: number
  readonly head: Block
  /** Chain time for which the step was made. */
  readonly now: number
  /** Chain time of the next thing to do, as far as it is known. */
  readonly next: number | undefined
}

/** Transactions under way at once: nodes keep at least 16 of an account that follow each other. */
const MAX_IN_FLIGHT = 16
/** A job that was done so often and is still to do is not done by doing it. */
const MAX_WITHOUT_PROGRESS = 3
const GAS_RETRY_SECONDS = 60
const ACTIONS_SHOWN = 200
const SETTLE_POLL_MS = 100
const SETTLE_PATIENCE_SECONDS = 60

export const createKeeper = (options: KeeperOptions): Keeper => {
  const { chain, db, index, account, log } = options
  const address = account.address.toLowerCase() as Hex
  const only = options.only && new Set(options.only.map((deed) => deed.toLowerCase()))
  /** By purpose: the job as it was last seen, and how often it has been done since. */
  const seen = new Map<string, { mark: string; times: number }>()
  let acting = false
  let warning: PlatformError | undefined
  /** Wall clock; before it, an account without gas is not tried again. */
  let gasRetry = 0
  let turn: Promise<unknown> = Promise.resolve()

  const state = () => (warning ? 'no-gas' : acting ? 'acting' : 'idle')
  const tell = (action: KeeperAction | undefined) => action && options.onAction?.(action)
  const sender = createSender({
    ...options,
    tell,
    // A job that was done and is still to do keeps its failures.
    onDone: async (purpose) => {
      const job = seen.get(purpose)
      if (job) job.times++
      if (!job || job.times === 1) await forgive(db, purpose)
    },
  })

  /** @returns whether a transaction was sent. */
  const act = async (job: Job, head: Block, now: number, at: 'latest' | 'pending') => {
    const call = { to: job.deed, data: job.data }
    const reason = await reasonOf(chain, db, job)
    const row = { time: now, deed: job.deed, action: job.action, reason, tx: null, detail: null }
    const refuse = async (detail: string) => {
      const until = await backOff(db, job.purpose, now)
      log('warn', `keeper: did not ${job.action}: ${detail}`, { deed: job.deed, reason, until })
      tell(await actionOf(db, await addAction(db, { ...row, outcome: 'refused', detail })))
      return false
    }
    const times = seen.get(job.purpose)?.mark === job.mark ? seen.get(job.purpose)!.times : 0
    if (times >= MAX_WITHOUT_PROGRESS) {
      // One more attempt after each wait, and the waits grow.
      seen.set(job.purpose, { mark: job.mark, times: MAX_WITHOUT_PROGRESS - 1 })
      return refuse(`done ${times} times, and still to do`)
    }
    if (await isVoid(chain, job, at)) return false
    const gas = await estimate(chain, address, call, at)
    if ('refused' in gas) return refuse(gas.refused)
    const fees = await feesNow(chain, head)
    const balance = await chain.getBalance({ address })
    if (balance < gas.gasLimit * fees.maxFeeWei) throw noGas(address, balance, gas.gasLimit * fees.maxFeeWei)

    seen.set(job.purpose, { mark: job.mark, times })
    log('info', `keeper: ${job.action}, because ${reason}`, { deed: job.deed })
    return sender.dispatch(job.purpose, row, { ...call, gas: gas.gasLimit }, fees)
  }

  const step = async (at: 'latest' | 'pending'): Promise<Step> => {
    const synced = await index.sync()
    options.onSync?.(synced)
    const { head, reset } = synced
    if (reset) {
      await forgiveAll(db)
      seen.clear()
    }
    const now = at === 'pending' ? Math.max(head.time, (await pendingTime(chain)) ?? 0) : head.time
    const slots = await sender.reconcile(head)
    const open = new Set(slots.map((slot) => slot.purpose))
    const { jobs, retry, purposes } = await workAt(db, now, open, only)
    // What has nothing to do has made progress: the same rent of the next month counts from the beginning.
    for (const purpose of seen.keys()) if (!purposes.has(purpose)) seen.delete(purpose)
    if (warning && at === 'pending' && options.now() < gasRetry) jobs.length = 0
    let sent = 0
    try {
      for (const job of jobs.slice(0, MAX_IN_FLIGHT - slots.length)) {
        if (await act(job, head, now, at)) sent++
      }
      if (jobs.length > 0) settleWarning(undefined)
    } catch (error) {
      if (!(error instanceof PlatformError) || error.code !== NO_GAS) throw error
      settleWarning(error)
      gasRetry = options.now() + GAS_RETRY_SECONDS
    }
    const due = (await nextDue(db, now, only))?.due
    const next = due !== undefined && retry !== undefined ? Math.min(due, retry) : (due ?? retry)
    return { sent, open: slots.length, head, now, next }
  }

  /** Said once, not with every attempt. */
  const settleWarning = (error: PlatformError | undefined) => {
    if (error && !warning) log('error', `keeper: ${error.message}`, { code: error.code, ...error.details })
    if (!error && warning) log('info', 'keeper: has gas again')
    warning = error
  }

  /** One step at a time, whoever asks for it. */
  const inTurn = (at: 'latest' | 'pending'): Promise<Step> => {
    const run = turn.then(async () => {
      acting = true
      try {
        return await step(at)
      } finally {
        acting = false
      }
    })
    turn = run.catch(() => {})
    return run
  }

  return {
    address,
    step: inTurn,
    async settle() {
      let moved = options.now()
      for (let last = -1; ; ) {
        const { sent, open, head } = await inTurn('latest')
        if (sent === 0 && open === 0) return
        if (sent > 0 || head.number !== last) moved = options.now()
        else if (options.now() - moved > SETTLE_PATIENCE_SECONDS) throw notSettled(open)
        else await options.sleep(SETTLE_POLL_MS)
        last = head.number
      }
    },
    state,
    async status() {
      const [next, actions, balance] = await Promise.all([
        nextDue(db, 0, only),
        latestActions(db, ACTIONS_SHOWN),
        chain.getBalance({ address }).catch(() => undefined),
      ])
      return {
        state: balance === undefined ? 'away' : state(),
        address,
        ...(balance !== undefined && { balanceWei: String(balance) }),
        ...(next && { next: { ...next, clause: await dueClause(chain, next.deed, next.due) } }),
        ...(warning && { warning: toApiError(warning) }),
        actions,
      }
    },
  }
}

/** Time of the block that would be made now; undefined where a node has no pending block. */
const pendingTime = async (chain: Chain): Promise<number | undefined> => {
  try {
    return (await blockAt(chain, 'pending'))?.time
  } catch {
    return undefined
  }
}

/** Somebody else was faster: the index will see it with the next block. */
const isVoid = async (chain: Chain, { deed: address, party, token, due }: Job, at: 'latest' | 'pending') => {
  const contract = { abi: deedAbi, address, blockTag: at } as const
  if (party && token)
    return (await chain.readContract({ ...contract, functionName: 'balanceOf', args: [party, token] })) === 0n
  const [, time] = await chain.readContract({ ...contract, functionName: 'due' })
  return time > due!
}

const NO_GAS = 'DEED_KEEPER_NO_GAS'

const noGas = (address: Hex, balanceWei: bigint, neededWei: bigint) =>
  new PlatformError(
    NO_GAS,
    `The keeper's account ${address} cannot pay for gas: it has ${balanceWei} wei and needs ${neededWei} wei. Send it money; it goes on by itself.`,
    { address, balanceWei: String(balanceWei), neededWei: String(neededWei) },
  )

const notSettled = (open: number) =>
  new PlatformError(
    'DEED_KEEPER_NOT_SETTLED',
    `${open} transactions of the keeper found no block in ${SETTLE_PATIENCE_SECONDS} s. Does the chain mine?`,
    { open },
  )
