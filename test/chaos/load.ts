/**
 * What goes on when a chain is killed: kinds of work, each of which notes what was acknowledged. After the chain has
 * come back, everything that is noted must be there.
 */
import { ask, type Connection } from '../../bench/chain/connection.ts'
import type { Chain } from './chain.ts'
import type { Random } from './random.ts'

/** What the chain has said to be so. */
export interface Acknowledged {
  /** Block hash by number. */
  readonly blocks: Map<number, string>
  /** By transaction. */
  readonly receipts: Map<string, Place>
  /** Transactions that wait. */
  readonly waiting: Set<string>
  /** Snapshots by id, with the block that they are of. */
  readonly snapshots: Map<string, number>
  /** The chain's clock is at least there. */
  clock: number
  /** Balances that were set, by account. */
  readonly balances: Map<string, string>
}

interface Place {
  readonly hash: string
  readonly number: number
}

export const nothingAcknowledged = (): Acknowledged => ({
  blocks: new Map(),
  receipts: new Map(),
  waiting: new Set(),
  snapshots: new Map(),
  clock: 0,
  balances: new Map(),
})

export type Kind = (chain: Chain, noted: Acknowledged, random: Random, isOver: () => boolean) => Promise<void>

const CLIENTS = 8

/** Runs one piece of work after the other over a connection of its own, until the chain is gone. */
const loop = async (
  chain: Chain,
  isOver: () => boolean,
  work: (connection: Connection) => Promise<void>,
): Promise<void> => {
  const connection = await chain.connect()
  try {
    while (!isOver()) await work(connection)
  } catch (error) {
    if (!isOver()) throw error
  } finally {
    connection.close()
  }
}

const accountsOf = async (chain: Chain): Promise<string[]> =>
  (await chain.request('eth_accounts')) as string[]

const pay = (connection: Connection, from: string, to: string): Promise<string> =>
  ask(connection, 'eth_sendTransaction', [{ from, to, value: '0x1', gas: '0x5208' }]) as Promise<string>

const noteReceipt = async (connection: Connection, noted: Acknowledged, hash: string): Promise<void> => {
  const receipt = (await ask(connection, 'eth_getTransactionReceipt', [hash])) as {
    blockHash: string
    blockNumber: string
  }
  const number = Number(receipt.blockNumber)
  noted.receipts.set(hash, { hash: receipt.blockHash, number })
  noted.blocks.set(number, receipt.blockHash)
}

const noteHead = async (connection: Connection, noted: Acknowledged): Promise<void> => {
  const head = (await ask(connection, 'eth_getBlockByNumber', ['latest', false])) as {
    number: string
    hash: string
    timestamp: string
  }
  noted.blocks.set(Number(head.number), head.hash)
  noted.clock = Math.max(noted.clock, Number(head.timestamp))
}

export const KINDS: Readonly<Record<string, Kind>> = {
  /** Each transaction in a block at once, of many clients. */
  transfers: async (chain, noted, _random, isOver) => {
    const accounts = await accountsOf(chain)
    await chain.request('evm_setAutomine', [true])
    await Promise.all(
      Array.from({ length: CLIENTS }, (_, client) =>
        loop(chain, isOver, async (connection) => {
          await noteReceipt(
            connection,
            noted,
            await pay(connection, accounts[client]!, accounts[client + 1]!),
          )
        }),
      ),
    )
  },

  /** Transactions wait for blocks that somebody else asks for. */
  waiting: async (chain, noted, random, isOver) => {
    const accounts = await accountsOf(chain)
    await chain.request('evm_setAutomine', [false])
    const senders = Array.from({ length: CLIENTS - 1 }, (_, client) =>
      loop(chain, isOver, async (connection) => {
        noted.waiting.add(await pay(connection, accounts[client]!, accounts[client + 1]!))
      }),
    )
    const miner = loop(chain, isOver, async (connection) => {
      await new Promise((resolve) => setTimeout(resolve, random(20)))
      await ask(connection, 'evm_mine')
      await noteHead(connection, noted)
    })
    await Promise.all([...senders, miner])
  },

  /** Many empty blocks, and time that is moved. */
  time: (chain, noted, random, isOver) =>
    loop(chain, isOver, async (connection) => {
      await ask(connection, 'hardhat_mine', [`0x${(1 + random(400)).toString(16)}`])
      await noteHead(connection, noted)
      const ahead = 1 + random(100_000)
      await ask(connection, 'evm_increaseTime', [ahead])
      noted.clock += ahead
    }),

  /** Snapshots are taken, and some gone back to; nobody else is there. */
  snapshots: async (chain, noted, random, isOver) => {
    const [from, to] = await accountsOf(chain)
    await chain.request('evm_setAutomine', [true])
    await loop(chain, isOver, async (connection) => {
      const head = Number(await ask(connection, 'eth_blockNumber'))
      const id = (await ask(connection, 'evm_snapshot')) as string
      noted.snapshots.set(id, head)
      for (let i = random(4); i > 0; i--)
        await noteReceipt(connection, noted, await pay(connection, from!, to!))
      if (random(3) > 0) return
      const [back, number] = [...noted.snapshots].at(-1 - random(Math.min(3, noted.snapshots.size)))!
      // From when it is asked for until it is acknowledged, either may be so.
      forgetAbove(noted, number)
      for (const other of [...noted.snapshots.keys()])
        if (Number(other) >= Number(back)) noted.snapshots.delete(other)
      noted.clock = 0
      await ask(connection, 'evm_revert', [back])
    })
  },

  /** State that is set from outside. */
  edits: (chain, noted, random, isOver) =>
    loop(chain, isOver, async (connection) => {
      const account = `0x${(0xed0000 + random(50)).toString(16).padStart(40, '0')}`
      const wei = `0x${(1 + random(1_000_000)).toString(16)}`
      noted.balances.delete(account)
      await ask(connection, 'hardhat_setBalance', [account, wei])
      noted.balances.set(account, wei)
      if (random(10) === 0) {
        await ask(connection, 'evm_mine')
        await noteHead(connection, noted)
      }
    }),
}

const forgetAbove = (noted: Acknowledged, number: number): void => {
  for (const at of [...noted.blocks.keys()]) if (at > number) noted.blocks.delete(at)
  for (const [hash, place] of [...noted.receipts]) if (place.number > number) noted.receipts.delete(hash)
  noted.waiting.clear()
  noted.balances.clear()
}
