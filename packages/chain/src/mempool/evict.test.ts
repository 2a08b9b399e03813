/** What a full pool does, and what it lets go after a time. */
import type { Address } from '@deed/evm'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { maxGasPrice } from '../transaction/price.ts'
import type { Transaction } from '../transaction/types.ts'
import { createLifetimes } from './lifetime.ts'
import { addEntry, createMempool, type Entry, type Mempool, removeEntry, restoreEntry } from './mempool.ts'

const RICH = { nonce: 0n, balance: 10n ** 30n }
const sender = (index: number): Address => `0x${index.toString(16).padStart(40, '0')}`

interface Bid {
  readonly from: number
  readonly nonce: number
  readonly price: number
  readonly size?: number
}

let hashes = 0
const add = (pool: Mempool, { from, nonce, price, size = 100 }: Bid) => {
  const transaction: Transaction = {
    type: 0,
    chainId: 1n,
    nonce: BigInt(nonce),
    gasLimit: 21_000n,
    to: sender(99),
    value: 0n,
    data: new Uint8Array(0),
    gasPrice: BigInt(price),
    yParity: 0,
    r: 1n,
    s: 1n,
  }
  const hash = `0x${(++hashes).toString(16).padStart(64, '0')}` as const
  return addEntry(pool, { transaction, hash, sender: sender(from), encoded: new Uint8Array(size) }, RICH)
}
const bounded = (transactions: number, bytes = 1e9, perSender = 1e9) =>
  createMempool({ transactions, bytes, perSender })
const prices = (pool: Mempool) =>
  [...pool.byHash.values()].map((entry) => Number(maxGasPrice(entry.transaction))).sort((a, b) => a - b)

describe('a full pool', () => {
  it('lets the cheapest go for one that offers more, and refuses one that does not', () => {
    const pool = bounded(3)
    for (const [from, price] of [
      [1, 10],
      [2, 30],
      [3, 20],
    ] as const)
      add(pool, { from, nonce: 0, price })
    expect(add(pool, { from: 4, nonce: 0, price: 10 })).toMatchObject({ code: 'DEED_POOL_FULL' })
    expect(add(pool, { from: 4, nonce: 0, price: 11 })).toHaveProperty('arrival')
    expect(prices(pool)).toEqual([11, 20, 30])
  })

  it('lets the last of equals go, and nothing for one behind a gap', () => {
    const pool = bounded(3)
    for (const nonce of [0, 1, 2]) add(pool, { from: 1, nonce, price: 10 })
    expect(add(pool, { from: 2, nonce: 1, price: 99 })).toMatchObject({ code: 'DEED_POOL_FULL' })
    add(pool, { from: 2, nonce: 0, price: 99 })
    expect([...pool.queues.get(sender(1))!.entries.keys()]).toEqual([0n, 1n])
  })

  it("spares its sender's own, without which a newcomer could not be mined", () => {
    const pool = bounded(2)
    add(pool, { from: 1, nonce: 0, price: 1 })
    add(pool, { from: 2, nonce: 0, price: 5 })
    add(pool, { from: 1, nonce: 1, price: 50 })
    expect([...pool.queues.keys()]).toEqual([sender(1)])
    expect(add(pool, { from: 1, nonce: 2, price: 500 })).toMatchObject({ code: 'DEED_POOL_FULL' })
    expect(prices(pool)).toEqual([1, 50])
  })

  it('makes room for what is large, or for nothing', () => {
    const pool = bounded(100, 1_000)
    for (const from of [1, 2, 3, 4]) add(pool, { from, nonce: 0, price: from * 10, size: 250 })
    expect(add(pool, { from: 5, nonce: 0, price: 25, size: 600 })).toMatchObject({ code: 'DEED_POOL_FULL' })
    expect(prices(pool)).toEqual([10, 20, 30, 40])
    expect(add(pool, { from: 5, nonce: 0, price: 35, size: 600 })).toHaveProperty('arrival')
    expect(prices(pool)).toEqual([35, 40])
    // One that takes another's place may be larger too, and then others give way.
    expect(add(pool, { from: 4, nonce: 0, price: 50, size: 900 })).toHaveProperty('arrival')
    expect(prices(pool)).toEqual([50])
    expect(pool.bytes).toBe(900)
  })

  it('lets one go for one, also among those that left and were put back', () => {
    const pool = bounded(3)
    const entries = [1, 2, 3].map((from) => add(pool, { from, nonce: 0, price: from }) as Entry)
    add(pool, { from: 4, nonce: 0, price: 1 })
    for (const entry of entries) removeEntry(pool, entry)
    for (const entry of entries) restoreEntry(pool, entry, RICH)
    expect(add(pool, { from: 4, nonce: 0, price: 9 })).toHaveProperty('arrival')
    expect(prices(pool)).toEqual([2, 3, 9])
    expect(pool.byHash.size).toBe(3)
  })

  it('makes all the room that it needs, also among those that were put back', () => {
    const pool = bounded(100, 300)
    const entries = [1, 2, 3].map((from) => add(pool, { from, nonce: 0, price: from }) as Entry)
    add(pool, { from: 4, nonce: 0, price: 1 })
    for (const entry of entries) removeEntry(pool, entry)
    for (const entry of entries) restoreEntry(pool, entry, RICH)
    expect(add(pool, { from: 4, nonce: 0, price: 9, size: 200 })).toHaveProperty('arrival')
    expect(prices(pool)).toEqual([3, 9])
    expect(pool.bytes).toBe(300)
  })

  it('has a bound for each sender', () => {
    const pool = bounded(10, 1e9, 2)
    for (const nonce of [0, 1]) add(pool, { from: 1, nonce, price: 1 })
    expect(add(pool, { from: 1, nonce: 2, price: 100 })).toMatchObject({ code: 'DEED_POOL_FULL' })
    expect(add(pool, { from: 1, nonce: 1, price: 2 })).toHaveProperty('arrival')
  })

  it('always lets exactly the cheapest go, whatever comes and goes', () => {
    const steps = fc.array(
      fc.record({
        from: fc.integer({ min: 1, max: 4 }),
        nonce: fc.nat(3),
        price: fc.integer({ min: 1, max: 30 }),
        after: fc.constantFrom('nothing', 'leaves', 'mined'),
      }),
      { maxLength: 60 },
    )
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 6 }), (all, most) => {
        const pool = bounded(most)
        for (const { after, ...bid } of all) {
          const before = [...pool.byHash.values()]
          const queue = pool.queues.get(sender(bid.from))
          const isReplacement = queue?.entries.has(BigInt(bid.nonce)) === true
          const isBehindGap = BigInt(bid.nonce) > (queue?.next ?? 0n)
          const worst = before
            .filter((entry) => entry.sender !== sender(bid.from))
            .sort(
              (a, b) =>
                Number(maxGasPrice(a.transaction) - maxGasPrice(b.transaction)) || b.arrival - a.arrival,
            )[0]
          const added = add(pool, bid)
          expect(pool.byHash.size).toBeLessThanOrEqual(most)
          if (!isReplacement && before.length === most) {
            const mayEnter =
              !isBehindGap && worst !== undefined && maxGasPrice(worst.transaction) < BigInt(bid.price)
            expect('arrival' in added).toBe(mayEnter)
            const left = before.filter((entry) => !pool.byHash.has(entry.hash))
            expect(left).toEqual(mayEnter ? [worst] : [])
          } else expect(before.filter((entry) => !pool.byHash.has(entry.hash)).length).toBeLessThanOrEqual(1)
          if (after === 'leaves' && 'arrival' in added) removeEntry(pool, added)
          // A block takes what its sender could have mined next, and the account begins anew in this model.
          const now = pool.queues.get(sender(bid.from))
          if (after === 'mined' && now !== undefined)
            for (const one of now.entries.values())
              if (one.transaction.nonce < now.next) removeEntry(pool, one)
        }
      }),
    )
  })
})

describe('a transaction behind a gap', () => {
  it('is let go after three hours, and one that could be mined is not', () => {
    let now = 0
    const hours = 60 * 60_000
    const pool = createMempool()
    const lifetimes = createLifetimes(() => now)
    const take = (bid: Bid) => {
      const entry = add(pool, bid) as Entry
      lifetimes.begin(entry)
      return entry
    }
    take({ from: 1, nonce: 0, price: 1 })
    const first = take({ from: 1, nonce: 2, price: 1 })
    now += 2 * hours
    take({ from: 2, nonce: 7, price: 1 })
    expect(lifetimes.over(pool)).toEqual([])
    now += 1 * hours + 1
    expect(lifetimes.over(pool)).toEqual([first.hash])
    removeEntry(pool, first)
    // The pool is not looked through at every turn.
    now += 30_000
    expect(lifetimes.over(pool)).toEqual([])
    now += 2 * hours
    expect(lifetimes.over(pool)).toHaveLength(1)
  })

  it('that is in a pool from before begins to wait when it is first seen', () => {
    let now = 0
    const pool = createMempool()
    add(pool, { from: 1, nonce: 5, price: 1 })
    const lifetimes = createLifetimes(() => now)
    now += 4 * 60 * 60_000
    expect(lifetimes.over(pool)).toEqual([])
    now += 4 * 60 * 60_000
    expect(lifetimes.over(pool)).toHaveLength(1)
  })
})
