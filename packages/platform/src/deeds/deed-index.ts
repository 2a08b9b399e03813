/**
 * The index: finds deeds by their events, and keeps their events, what is due and what can be withdrawn.
 *
 * It follows the chain from the last block it has taken in, in bounded ranges of logs, without polling single
 * deeds: a deed changes only with an event. What a reorganisation (or `evm_revert`) took back is found by block
 * hash, removed, and read again.
 */
import { deedAbi } from '@deed/agreement'
import { type Hex, type RpcLog, toEventSelector } from 'viem'
import { type Block, blockAt, type Chain } from '../chain/client.ts'
import type { Database } from '../database/database.ts'
import { PlatformError } from '../error.ts'
import { readStanding, type Standing } from './standing.ts'

export interface Index {
  /** Takes in everything up to the present head. Calls at the same time share one run. */
  sync(): Promise<Sync>
}

export interface Sync {
  readonly head: Block
  /** Deeds of which something changed. */
  readonly changed: readonly Hex[]
  /** Blocks were taken back. */
  readonly reset: boolean
}

export interface IndexOptions {
  /** No deed is older than this block. Default 0. */
  readonly fromBlock?: number
  /**
   * Forgets what else was about the old chain, when it is another chain than the last time. In one transaction with
   * the index: whoever is killed in between must not take the one for the other.
   */
  readonly onOtherChain?: (tx: Database) => Promise<void>
}

/** Blocks of one `eth_getLogs`; halved when a node finds it too much. */
const LOG_RANGE = 2_000
/** Blocks after which the index notes how far it is. */
const STRETCH = 20_000
/** Standings of deeds read at once. */
const READERS = 20
/** Chains that move while they are read: after so many times it is not bad luck. */
const ATTEMPTS = 5

const EVENT_TOPICS = deedAbi
  .filter((item) => item.type === 'event')
  .map((item) => toEventSelector(item)) as readonly Hex[]
/** A deed shows itself by one of these before any other. */
const FIRST_TOPICS = new Set(
  deedAbi
    .filter((item) => item.type === 'event' && ['Signed', 'Begun', 'Opened'].includes(item.name))
    .map((item) => toEventSelector(item as never)),
)

export const createIndex = (chain: Chain, db: Database, options: IndexOptions = {}): Index => {
  let running: Promise<Sync> | undefined
  /** Senders of events that look like a deed's and are none. */
  const strangers = new Set<Hex>()
  return {
    sync() {
      running ??= sync(chain, db, strangers, options).finally(() => {
        running = undefined
      })
      return running
    },
  }
}

interface Place {
  readonly genesis: Hex
  readonly number: number
  readonly hash: Hex
}

const sync = async (
  chain: Chain,
  db: Database,
  strangers: Set<Hex>,
  options: IndexOptions,
): Promise<Sync> => {
  const changed = new Set<Hex>()
  let reset = false
  for (let moves = 0; moves < ATTEMPTS; ) {
    const head = await present(chain, 'latest')
    let place = await placeOf(db)
    if (place?.hash === head.hash) return { head, changed: [...changed], reset }

    if (!place || head.parentHash !== place.hash) {
      const kept = await verify(chain, db, place, options)
      reset ||= kept.reset
      for (const deed of kept.changed) changed.add(deed)
      place = kept.place
    }
    if (reset) strangers.clear()
    // A long way is gone in stretches, each of which is kept: whoever is stopped goes on from there.
    const number = Math.min(place.number + STRETCH, head.number)
    const end = number === head.number ? head : await present(chain, number)
    const logs = await logsOf(chain, place.number + 1, number)
    // Logs come without proof of their chain: they belong to this block if it still is where it was.
    if ((await present(chain, number)).hash !== end.hash) {
      moves++
      continue
    }
    await take(chain, db, strangers, logs, changed)
    await setPlace(db, { genesis: place.genesis, number, hash: end.hash, time: end.time })
    if (end === head) return { head, changed: [...changed], reset }
  }
  throw new PlatformError(
    'DEED_CHAIN_UNSTEADY',
    `The chain changed its head ${ATTEMPTS} times while its logs were read. The index tries again with the next block.`,
  )
}

const present = async (chain: Chain, at: 'latest' | number): Promise<Block> => {
  const block = await blockAt(chain, at)
  if (block) return block
  throw new PlatformError('DEED_CHAIN_NO_BLOCK', `The node does not have block ${at}.`, { block: at })
}

const placeOf = (db: Database): Promise<Place | undefined> =>
  db.selectFrom('place').select(['genesis', 'number', 'hash']).executeTakeFirst() as Promise<
    Place | undefined
  >

const setPlace = async (db: Database, place: Place & { time: number }) => {
  await db
    .insertInto('place')
    .values({ id: 1, ...place })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(place))
    .execute()
}

/**
 * The last place that is still on the chain; what came after it is removed. Among the blocks with events, those
 * that are still there come before those that are not, so the border is found by halving.
 */
const verify = async (
  chain: Chain,
  db: Database,
  place: Place | undefined,
  { fromBlock = 0, onOtherChain }: IndexOptions,
) => {
  const genesis = (await present(chain, 0)).hash
  const start: Place = { genesis, number: fromBlock - 1, hash: '0x' }
  if (!place) return { place: start, reset: false, changed: [] as Hex[] }
  const isThere = async (block: { number: number; hash: string }) =>
    (await blockAt(chain, block.number))?.hash === block.hash
  if (place.genesis === genesis && (await isThere(place)))
    return { place, reset: false, changed: [] as Hex[] }

  const otherChain = place.genesis !== genesis
  const blocks = otherChain
    ? []
    : await db
        .selectFrom('events')
        .select(['block as number', 'block_hash as hash'])
        .distinct()
        .orderBy('block')
        .execute()
  let [low, high] = [0, blocks.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (await isThere(blocks[middle]!)) low = middle + 1
    else high = middle
  }
  const kept = low > 0 ? ({ genesis, ...blocks[low - 1]! } as Place) : start
  const changed = await forgetAfter(chain, db, kept, otherChain ? onOtherChain : undefined)
  return { place: kept, reset: true, changed }
}

const forgetAfter = async (
  chain: Chain,
  db: Database,
  kept: Place,
  forgetMore: IndexOptions['onOtherChain'],
): Promise<Hex[]> => {
  const lost = await db
    .selectFrom('events')
    .select('deed')
    .distinct()
    .where('block', '>', kept.number)
    .orderBy('deed')
    .execute()
  await db.transaction().execute(async (tx) => {
    await forgetMore?.(tx)
    await tx.deleteFrom('events').where('block', '>', kept.number).execute()
    await tx.deleteFrom('deeds').where('since_block', '>', kept.number).execute()
    for (const { deed } of lost) await tx.deleteFrom('credits').where('deed', '=', deed).execute()
    await tx
      .insertInto('place')
      .values({ id: 1, time: 0, ...kept })
      .onConflict((conflict) => conflict.column('id').doUpdateSet({ ...kept }))
      .execute()
  })
  const deeds = lost.map(({ deed }) => deed as Hex)
  await refresh(chain, db, deeds)
  return deeds
}

/** Logs with a deed's topics from block `from` to block `to`, in order. */
const logsOf = async (chain: Chain, from: number, to: number): Promise<RpcLog[]> => {
  const logs: RpcLog[] = []
  let range = Math.min(LOG_RANGE, to - from + 1)
  for (let start = from; start <= to; ) {
    const end = Math.min(start + range - 1, to)
    try {
      const params = { fromBlock: hex(start), toBlock: hex(end), topics: [[...EVENT_TOPICS]] }
      logs.push(...(await chain.request({ method: 'eth_getLogs', params: [params] })))
      start = end + 1
    } catch (error) {
      // Nodes refuse ranges with too many logs, each with a text of its own.
      if (range === 1) throw error
      range = Math.ceil(range / 2)
    }
  }
  return logs
}

const hex = (value: number) => `0x${value.toString(16)}` as const

const take = async (
  chain: Chain,
  db: Database,
  strangers: Set<Hex>,
  logs: readonly RpcLog[],
  changed: Set<Hex>,
) => {
  if (logs.length === 0) return
  const known = new Set(
    (await db.selectFrom('deeds').select('address').execute()).map((row) => row.address as Hex),
  )
  const times = new Map<number, number>()
  const touched = new Set<Hex>()
  for (const log of logs) {
    const deed = log.address.toLowerCase() as Hex
    if (!known.has(deed) && (strangers.has(deed) || !FIRST_TOPICS.has(log.topics[0]!))) continue
    const block = Number(log.blockNumber)
    if (!times.has(block)) times.set(block, (await present(chain, block)).time)
    const blockTime = times.get(block)!
    if (!known.has(deed)) {
      const standing = await readStanding(chain, deed)
      if (!standing) {
        strangers.add(deed)
        continue
      }
      await insertDeed(db, deed, standing, block, blockTime)
      known.add(deed)
    }
    await db
      .insertInto('events')
      .values({
        block,
        log_index: Number(log.logIndex),
        block_hash: log.blockHash!,
        block_time: blockTime,
        tx: log.transactionHash!,
        deed,
        topics: JSON.stringify(log.topics),
        data: log.data,
      })
      .onConflict((conflict) => conflict.columns(['block', 'log_index']).doNothing())
      .execute()
    touched.add(deed)
    changed.add(deed)
  }
  await refresh(chain, db, [...touched])
}

const insertDeed = (db: Database, address: Hex, { text, parties }: Standing, block: number, time: number) =>
  db
    .insertInto('deeds')
    .values({
      address,
      text,
      parties: JSON.stringify(parties),
      since_block: block,
      since_time: time,
      begun: 0,
      ended: 0,
      due: null,
      events: 0,
    })
    .onConflict((conflict) => conflict.column('address').doNothing())
    .execute()

/** Reads again what is due and what can be withdrawn, for deeds with new events. */
const refresh = async (chain: Chain, db: Database, deeds: readonly Hex[]) => {
  for (let start = 0; start < deeds.length; start += READERS)
    await Promise.all(deeds.slice(start, start + READERS).map((deed) => refreshOne(chain, db, deed)))
}

const CREDITED = toEventSelector('Credited(address,address,uint256)')

const refreshOne = async (chain: Chain, db: Database, deed: Hex) => {
  const row = await db.selectFrom('deeds').select('address').where('address', '=', deed).executeTakeFirst()
  if (!row) return
  const rows = await db.selectFrom('events').select('topics').where('deed', '=', deed).execute()
  const pairs = new Set<string>()
  for (const { topics } of rows) {
    const [topic, party, token] = JSON.parse(topics) as Hex[]
    if (topic === CREDITED) pairs.add(`0x${party!.slice(26)} 0x${token!.slice(26)}`)
  }
  const accounts = [...pairs].sort().map((pair) => pair.split(' ') as [Hex, Hex])
  const standing = await readStanding(chain, deed, accounts)
  await db.transaction().execute(async (tx) => {
    await tx
      .updateTable('deeds')
      .set({
        begun: Number(standing?.begun ?? false),
        ended: Number(standing?.ended ?? false),
        due: standing?.due ?? null,
        events: rows.length,
      })
      .where('address', '=', deed)
      .execute()
    await tx.deleteFrom('credits').where('deed', '=', deed).execute()
    for (const { party, token, amount } of standing?.credits ?? [])
      if (amount > 0n)
        await tx
          .insertInto('credits')
          .values({ deed, party, token, amount: String(amount) })
          .execute()
  })
}
