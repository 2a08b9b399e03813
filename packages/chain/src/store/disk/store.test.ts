import { bytesToHex, MISS } from '@deed/evm'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createDevNode, type DevNode } from '../../dev/node.ts'
import type { Batch, Store } from '../store.ts'
import { createCache } from './cache.ts'
import { allOf } from './database.ts'
import { createTestDisk, type TestDisk } from './disk.fixture.ts'
import { SYNCED } from './journal.ts'
import { KIND } from './keys.ts'
import { migrate } from './migrations.ts'
import { createDiskStore } from './store.ts'

const HASH = (n: number) => `0x${n.toString(16).padStart(64, '0')}` as const
const ALICE = `0x${'a1'.repeat(20)}` as const
const account = (balance: bigint) => ({
  nonce: 0n,
  balance,
  codeHash: HASH(7),
  storageRoot: HASH(8),
  incarnation: 0,
})
const stateAt = (height: number, balance: bigint): Batch => ({
  put: [],
  states: [
    {
      position: { branch: 0, height },
      accounts: [[ALICE, account(balance)]],
      slots: [{ address: ALICE, incarnation: 0, slots: new Map([[1n, balance * 2n]]) }],
    },
  ],
})
const balanceAt = (store: Store, height: number) => {
  const found = store.account({ branch: 0, height }, ALICE)
  return typeof found === 'object' && found !== null ? found.balance : found
}

const nodeOn = async (disk: TestDisk): Promise<DevNode> =>
  createDevNode({ wallTime: () => 1_700_000_000n, store: await createDiskStore(disk, 'a test') })
const pay = async (node: DevNode) => {
  const [from, to] = (await node.request('eth_accounts')) as string[]
  return node.request('eth_sendTransaction', [{ from, to, value: '0x1', gas: '0x5208' }])
}

describe('reading', () => {
  it('has the newest version at hand and seeks older ones', async () => {
    const disk = createTestDisk()
    const first = await createDiskStore(disk, 'a test')
    for (const [height, balance] of [
      [1, 10n],
      [3, 30n],
      [5, 50n],
    ] as const)
      await first.write(stateAt(height, balance))
    for (const store of [first, await createDiskStore(disk, 'a test')]) {
      expect(balanceAt(store, 5)).toBe(50n)
      expect(balanceAt(store, 9)).toBe(50n)
      for (const height of [0, 1, 2, 3, 4]) expect(balanceAt(store, height)).toBe(MISS)
      expect(store.slot({ branch: 0, height: 4 }, ALICE, 0, 1n)).toBe(MISS)
      await store.load()
      expect([0, 1, 2, 3, 4].map((height) => balanceAt(store, height))).toEqual([
        undefined,
        10n,
        10n,
        30n,
        30n,
      ])
      expect(store.slot({ branch: 0, height: 4 }, ALICE, 0, 1n)).toBe(60n)
      expect(store.account({ branch: 1, height: 4 }, ALICE)).toBeUndefined()
    }
  })

  it('has every height of a batch of several, before and after some of them were taken back', async () => {
    const disk = createTestDisk()
    const first = await createDiskStore(disk, 'a test')
    await first.write(stateAt(2, 2n))
    const states = [4, 5, 7, 8, 9].flatMap((height) => stateAt(height, BigInt(height)).states!)
    await first.write({ put: [], states })
    await first.write(stateAt(11, 11n))

    const read = async (store: Store) => {
      const heights = [...Array(13).keys()]
      for (const height of heights) balanceAt(store, height)
      await store.load()
      const wrote = async (height: number) => (await store.written({ branch: 0, height })).accounts.length
      return {
        balances: heights.map((height) => balanceAt(store, height) ?? 0n),
        written: await Promise.all(heights.map(wrote)),
      }
    }
    const all = {
      balances: [0n, 0n, 2n, 2n, 4n, 5n, 5n, 7n, 8n, 9n, 9n, 11n, 11n],
      written: [0, 0, 1, 0, 1, 1, 0, 1, 1, 1, 0, 1, 0],
    }
    for (const store of [first, await createDiskStore(disk, 'a test')]) expect(await read(store)).toEqual(all)

    const cutAt = (height: number, then: readonly (readonly [number, bigint])[]) => {
      const to = (other: number) => (other <= height ? other : height)
      const balances = all.balances.map((_, at) => all.balances[to(at)]!)
      const written = all.written.map((count, at) => (at <= height ? count : 0))
      for (const [at, balance] of then) {
        balances.fill(balance, at)
        written[at] = 1
      }
      return { balances, written }
    }
    for (const height of [11, 9, 7, 6, 4, 3]) {
      const store = await createDiskStore(createTestDisk(new Map(disk.rows)), 'a test')
      await store.write({ put: [], truncate: [{ branch: 0, height }] })
      expect(await read(store)).toEqual(cutAt(height, []))
      await store.write(stateAt(12, 12n))
      expect(await read(store)).toEqual(cutAt(height, [[12, 12n]]))
    }
    for (const height of [7, 4]) {
      const store = await createDiskStore(createTestDisk(new Map(disk.rows)), 'a test')
      await store.write({ put: [], truncate: [{ branch: 0, height }] })
      const again = [8, 9].flatMap((one) => stateAt(one, BigInt(one) + 100n).states!)
      await store.write({ put: [], states: again })
      const expected = cutAt(height, [
        [8, 108n],
        [9, 109n],
      ])
      expect(await read(store)).toEqual(expected)
      await store.write({ put: [], truncate: [{ branch: 0, height: 3 }] })
      expect(await read(store)).toEqual(cutAt(3, []))
    }
  })

  it('has what is being written at hand at once, and forgets it when that fails', async () => {
    const disk = createTestDisk()
    const store = await createDiskStore(disk, 'a test')
    await store.write(stateAt(1, 10n))
    const writing = store.write({
      ...stateAt(2, 20n),
      put: [{ table: 'position', key: '0/1', value: HASH(1) }],
    })
    expect(balanceAt(store, 2)).toBe(20n)
    expect(store.record('position', '0/1')).toBe(HASH(1))
    await writing
    disk.failWith = 'IO error: 000003.log: No space left on device'
    const failing = store.write({
      ...stateAt(3, 30n),
      put: [{ table: 'position', key: '0/1', value: HASH(2) }],
    })
    expect(balanceAt(store, 3)).toBe(30n)
    await expect(failing).rejects.toMatchObject({ code: 'DEED_DISK_FULL' })
    expect(balanceAt(store, 3)).toBe(20n)
    expect(store.record('position', '0/1')).toBe(HASH(1))
  })
})

describe('syncing', () => {
  it('happens once for many writes, or before each answer', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const lazy = createTestDisk()
    const store = await createDiskStore(lazy, 'a test')
    for (let height = 1; height <= 20; height++) await store.write(stateAt(height, 1n))
    expect(lazy.syncs).toBe(0)
    await vi.advanceTimersByTimeAsync(100)
    expect(lazy.syncs).toBe(1)
    await store.write(stateAt(21, 1n))
    await store.close()
    expect(lazy.syncs).toBe(2)

    const eager = createTestDisk()
    const durable = await createDiskStore(eager, 'a test', { durable: true })
    for (let height = 1; height <= 5; height++) await durable.write(stateAt(height, 1n))
    expect(eager.syncs).toBe(5)
  })
})

describe('a full disk', () => {
  it('is told by a code, changes nothing, and leaves the chain to be read and opened again', async () => {
    const disk = createTestDisk()
    const node = await nodeOn(disk)
    const paid = await pay(node)
    // A sync that was due may come at any time.
    const rows = () => new Map([...disk.rows].filter(([key]) => key !== bytesToHex(SYNCED.key)))
    const before = rows()
    const seen = async (one: DevNode) => [
      await one.request('eth_getBlockByNumber', ['latest', true]),
      await one.request('eth_getTransactionReceipt', [paid]),
      await one.request('eth_getTransactionCount', [((await one.request('eth_accounts')) as string[])[0]]),
    ]
    const head = await seen(node)
    disk.failWith = 'IO error: 000003.log: No space left on device'
    await expect(pay(node)).rejects.toMatchObject({ code: 'DEED_DISK_FULL' })
    // There is room again, but the journal may end in half a batch.
    disk.failWith = undefined
    await expect(node.request('evm_mine')).rejects.toMatchObject({ code: 'DEED_STORE_READ_ONLY' })
    expect(await seen(node)).toEqual(head)
    expect(rows()).toEqual(before)
    await node.close()
    const again = await nodeOn(createTestDisk(disk.rows))
    expect(await seen(again)).toEqual(head)
    await pay(again)
    expect(await again.request('eth_blockNumber')).toBe('0x2')
  })

  it('can come at any write: what was answered is there when it is opened again', async () => {
    for (let writes = 0; writes < 12; writes++) {
      const disk = createTestDisk()
      const node = await nodeOn(disk)
      const answered: unknown[] = []
      let left = writes
      const { batch } = disk
      disk.batch = (operations, options) => {
        if (left-- <= 0) disk.failWith = 'IO error: File too large'
        return batch(operations, options)
      }
      try {
        for (;;) answered.push(await pay(node))
      } catch (error) {
        expect(error).toMatchObject({ code: 'DEED_DISK_FULL' })
      }
      const again = await nodeOn(createTestDisk(disk.rows))
      expect(await again.request('eth_blockNumber')).toBe(`0x${answered.length.toString(16)}`)
      for (const hash of answered)
        expect(await again.request('eth_getTransactionReceipt', [hash])).toMatchObject({ status: '0x1' })
    }
  })

  it('is told where a timer mines', async () => {
    const disk = createTestDisk()
    const warned: unknown[] = []
    const node = await createDevNode({
      wallTime: () => 1_700_000_000n,
      store: await createDiskStore(disk, 'a test'),
      warn: (error) => warned.push(error),
    })
    await node.request('evm_setIntervalMining', [2])
    await expect.poll(() => node.request('eth_blockNumber').then(Number)).toBeGreaterThan(0)
    disk.failWith = 'IO error: No space left on device'
    await expect.poll(() => warned.length).toBeGreaterThan(1)
    await node.close()
    expect(warned[0]).toMatchObject({ code: 'DEED_DISK_FULL' })
    expect(warned.at(-1)).toMatchObject({ code: 'DEED_STORE_READ_ONLY' })
  })
})

describe('bit rot', () => {
  it('is told by a code or does not matter, wherever it is', async () => {
    const disk = createTestDisk()
    const node = await nodeOn(disk)
    for (let i = 0; i < 4; i++) await pay(node)
    await node.close()
    const read = async (one: DevNode) => {
      const [alice, bob] = (await one.request('eth_accounts')) as [string, string]
      const all: unknown[] = []
      for (const at of ['0x0', '0x1', '0x2', '0x3', '0x4']) {
        const block = (await one.request('eth_getBlockByNumber', [at, true])) as { hash: string }
        all.push(block, await one.request('eth_getBlockReceipts', [block.hash]))
        for (const address of [alice, bob]) all.push(await one.request('eth_getProof', [address, [], at]))
      }
      return all
    }
    const expected = await read(await nodeOn(createTestDisk(new Map(disk.rows))))
    const keys = [...disk.rows.keys()]
    let found = 0
    const property = fc.asyncProperty(
      fc.nat({ max: keys.length - 1 }),
      fc.nat(),
      fc.nat({ max: 7 }),
      async (row, at, bit) => {
        const rows = new Map(disk.rows)
        const value = rows.get(keys[row]!)!.slice()
        value[at % value.length]! ^= 1 << bit
        rows.set(keys[row]!, value)
        let seen: unknown
        try {
          seen = await read(await nodeOn(createTestDisk(rows)))
        } catch (error) {
          expect(error).toMatchObject({ code: 'DEED_STORE_DAMAGED' })
          found++
          return
        }
        expect(seen).toEqual(expected)
      },
    )
    await fc.assert(property, { numRuns: 300 })
    expect(found).toBeGreaterThan(50)
  })
})

describe('the format', () => {
  it('goes through every migration once, and none is half done', async () => {
    const disk = createTestDisk()
    const key = Uint8Array.of(KIND.meta, 1)
    const put = (value: number) => async () => [{ type: 'put' as const, key, value: Uint8Array.of(value) }]
    await migrate(disk, 'a test', [put(1)])
    await migrate(disk, 'a test', [put(9)])
    expect(disk.getSync(key)).toEqual(Uint8Array.of(1))
    disk.failWith = 'IO error'
    await expect(migrate(disk, 'a test', [put(1), put(2)])).rejects.toThrow()
    expect(disk.getSync(key)).toEqual(Uint8Array.of(1))
    disk.failWith = undefined
    await migrate(disk, 'a test', [put(1), put(2), put(3)])
    expect(disk.getSync(key)).toEqual(Uint8Array.of(3))
    await expect(migrate(disk, 'a test', [put(1)])).rejects.toMatchObject({ code: 'DEED_FOLDER_NEWER' })
    for await (const [format] of disk.iterator(allOf(KIND.format)))
      disk.rows.delete(`0x${format[0]!.toString(16)}`)
    await expect(migrate(disk, 'a test', [put(1)])).rejects.toMatchObject({ code: 'DEED_STORE_DAMAGED' })
  })
})

describe('the cache', () => {
  it('keeps what is read, never more than its bytes, and gives back what was put', () => {
    const cache = createCache<number>(1_000)
    cache.set('often', -1, 10)
    for (let i = 0; i < 1_000; i++) {
      cache.set(String(i), i, 10)
      expect(cache.get('often')).toBe(-1)
      expect(cache.get(String(i))).toBe(i)
      expect(cache.bytes).toBeLessThanOrEqual(1_020)
    }
    expect(cache.get('0')).toBeUndefined()
    cache.delete('999')
    expect(cache.get('999')).toBeUndefined()
    cache.set('large', 1, 5_000)
    cache.clear()
    expect(cache.bytes).toBe(0)
    expect(cache.get('often')).toBeUndefined()
  })
})
