import type { Address } from '@deed/evm'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { maxCostWei } from '../transaction/price.ts'
import type { Transaction } from '../transaction/types.ts'
import { addEntry, createMempool, type Mempool, nextNonce, removeEntry, updateAccount } from './mempool.ts'
import { executable, tipOf } from './order.ts'

const RICH = { nonce: 0n, balance: 10n ** 30n }
const sender = (index: number): Address => `0x${index.toString(16).padStart(40, '0')}`

interface Bid {
  readonly from: number
  readonly nonce: number
  readonly maxFee: number
  readonly tip: number
}

const transactionOf = ({ nonce, maxFee, tip }: Omit<Bid, 'from'>): Transaction => ({
  type: 2,
  chainId: 1n,
  nonce: BigInt(nonce),
  gasLimit: 21_000n,
  to: sender(99),
  value: 0n,
  data: new Uint8Array(0),
  accessList: [],
  maxFeePerGas: BigInt(maxFee),
  maxPriorityFeePerGas: BigInt(Math.min(tip, maxFee)),
  yParity: 0,
  r: 1n,
  s: 1n,
})

let hashes = 0
const add = (pool: Mempool, bid: Bid, account = RICH) => {
  const hash = `0x${(++hashes).toString(16).padStart(64, '0')}` as const
  return addEntry(
    pool,
    { transaction: transactionOf(bid), hash, sender: sender(bid.from), encoded: new Uint8Array(100) },
    account,
  )
}
const bid = (from: number, nonce: number, maxFee = 100, tip = 10): Bid => ({ from, nonce, maxFee, tip })

describe('a mempool', () => {
  it('replaces a transaction only for a tenth more of every price', () => {
    const pool = createMempool()
    add(pool, bid(1, 0, 100, 10))
    expect(add(pool, bid(1, 0, 110, 10))).toMatchObject({ code: 'DEED_POOL_UNDERPRICED' })
    expect(add(pool, bid(1, 0, 100, 11))).toMatchObject({ code: 'DEED_POOL_UNDERPRICED' })
    expect(add(pool, bid(1, 0, 109, 11))).toMatchObject({ code: 'DEED_POOL_UNDERPRICED' })
    expect(add(pool, bid(1, 0, 110, 11))).toHaveProperty('arrival')
    expect(pool.byHash.size).toBe(1)
    expect(pool.bytes).toBe(100)
  })

  it('does not take more than a sender can pay for all together', () => {
    const pool = createMempool()
    const account = { nonce: 0n, balance: 21_000n * 250n }
    expect(add(pool, bid(1, 0), account)).toHaveProperty('arrival')
    expect(add(pool, bid(1, 1), account)).toHaveProperty('arrival')
    expect(add(pool, bid(1, 2), account)).toMatchObject({ code: 'DEED_POOL_OVERDRAWN' })
    expect(add(pool, bid(1, 1, 150, 15), account)).toHaveProperty('arrival')
  })

  it('drops what an account has overtaken or cannot pay any more', () => {
    const pool = createMempool()
    for (const nonce of [0, 1, 2, 3]) add(pool, bid(1, nonce, nonce === 3 ? 1_000 : 100))
    updateAccount(pool, sender(1), { nonce: 2n, balance: 21_000n * 100n })
    expect([...pool.queues.get(sender(1))!.entries.keys()]).toEqual([2n])
    expect(nextNonce(pool, sender(1), 2n)).toBe(3n)
    updateAccount(pool, sender(1), { nonce: 3n, balance: 0n })
    expect(pool.queues.size).toBe(0)
    expect(pool.bytes).toBe(0)
  })

  it('offers in order of nonces, then tips, then arrival, whatever comes in', () => {
    const bids = fc.array(
      fc.record({
        from: fc.integer({ min: 1, max: 5 }),
        nonce: fc.nat(6),
        maxFee: fc.integer({ min: 1, max: 40 }),
        tip: fc.nat(20),
      }),
      { maxLength: 60 },
    )
    fc.assert(
      fc.property(bids, fc.nat(20), (all, baseFee) => {
        const pool = createMempool()
        for (const one of all) add(pool, one)
        const base = BigInt(baseFee)
        const chosen = executable(pool, base, 1_000)

        // The plain way: take the best of all senders' next ones, again and again.
        const next = new Map([...pool.queues].map(([from, queue]) => [from, queue.nonce]))
        const expected = []
        for (;;) {
          const heads = [...next]
            .map(([from, nonce]) => pool.queues.get(from)!.entries.get(nonce))
            .filter((entry) => entry !== undefined && tipOf(entry.transaction, base) !== undefined)
            .map((entry) => entry!)
          if (heads.length === 0) break
          heads.sort((a, b) => {
            const [tipA, tipB] = [tipOf(a.transaction, base)!, tipOf(b.transaction, base)!]
            return tipA === tipB ? a.arrival - b.arrival : tipA > tipB ? -1 : 1
          })
          expected.push(heads[0]!)
          next.set(heads[0]!.sender, heads[0]!.transaction.nonce + 1n)
        }
        expect(chosen).toEqual(expected)
      }),
    )
  })

  it('counts what it holds, whatever comes and goes', () => {
    const steps = fc.array(
      fc.record({
        from: fc.integer({ min: 1, max: 4 }),
        nonce: fc.nat(5),
        maxFee: fc.integer({ min: 1, max: 500 }),
        tip: fc.nat(9),
        leaves: fc.boolean(),
        mines: fc.boolean(),
      }),
      { maxLength: 80 },
    )
    fc.assert(
      fc.property(steps, (all) => {
        const pool = createMempool()
        for (const { leaves, mines, ...one } of all) {
          const entry = add(pool, one)
          if (leaves && 'arrival' in entry) removeEntry(pool, entry)
          const queue = pool.queues.get(sender(one.from))
          if (mines && queue !== undefined)
            updateAccount(pool, sender(one.from), { nonce: queue.nonce + 1n, balance: queue.balance })
        }
        const entries = [...pool.queues.values()].flatMap((queue) => [...queue.entries.values()])
        expect(new Set(entries)).toEqual(new Set(pool.byHash.values()))
        expect(pool.bytes).toBe(entries.length * 100)
        for (const [from, queue] of pool.queues) {
          let next = queue.nonce
          while (queue.entries.has(next)) next++
          expect(nextNonce(pool, from, queue.nonce)).toBe(next)
          expect(queue.next).toBe(next)
          const cost = [...queue.entries.values()].reduce(
            (sum, { transaction }) => sum + maxCostWei(transaction),
            0n,
          )
          expect(queue.costWei).toBe(cost)
          expect(queue.entries.size).toBeGreaterThan(0)
        }
      }),
    )
  })
})
