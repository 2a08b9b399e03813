/** A chain without blocks: calls on our engine, each on a ledger that the one before left. Ledgers are never changed. */
import {
  type Address,
  type BlockContext,
  EMPTY_CODE_HASH,
  type Engine,
  type Hash,
  type Log,
  tier1,
  type World,
} from '@deed/evm'

interface Holder {
  readonly nonce: bigint
  readonly balance: bigint
  readonly codeHash: Hash
  readonly slots: ReadonlyMap<bigint, bigint>
}

export type Ledger = ReadonlyMap<Address, Holder>

export interface Chain {
  readonly engine: Engine
  readonly codes: Map<Hash, Uint8Array>
}

export interface Call {
  readonly from: Address
  /** None: `data` is creation code, and `created` the address of what it makes. */
  readonly to?: Address
  readonly created?: Address
  readonly data: Uint8Array
  readonly value?: bigint
  /** Seconds since 1970. */
  readonly time: number
}

export interface Result {
  readonly ok: boolean
  /** What it answers, or why it refuses. */
  readonly output: Uint8Array
  readonly logs: readonly Log[]
  /** As it is afterwards: the same if the call failed. */
  readonly ledger: Ledger
  readonly gasUsed: bigint
}

export const CHAIN_ID = 31337n
const GAS = 30_000_000n
const RICH_WEI = 1n << 200n

export const newChain = (): Chain => ({ engine: tier1, codes: new Map() })

export const newLedger = (people: readonly Address[]): Ledger =>
  new Map(
    people.map((address) => [
      address,
      { nonce: 1n, balance: RICH_WEI, codeHash: EMPTY_CODE_HASH, slots: new Map() },
    ]),
  )

export const balanceOf = (ledger: Ledger, address: Address): bigint => ledger.get(address)?.balance ?? 0n

export const run = ({ engine, codes }: Chain, ledger: Ledger, call: Call): Result => {
  const { from, to, created, data, value = 0n, time } = call
  const outcome = engine.run({
    fork: 'Osaka',
    world: worldOf(ledger, codes),
    block: blockAt(time),
    transaction: { origin: from, gasPrice: 0n, blobVersionedHashes: [] },
    warm: { addresses: [], slots: [] },
    message:
      to === undefined
        ? { kind: 'create', caller: from, created: created!, value, data, gas: GAS }
        : { kind: 'call', caller: from, to, value, data, gas: GAS },
  })
  if (outcome.status === 'miss') throw new Error('a ledger in memory has no misses')
  if (outcome.status === 'halt') throw new Error(`the call halted: ${outcome.reason}`)
  const { output, logs, changes, gasLeft } = outcome
  const gasUsed = GAS - gasLeft
  if (outcome.status === 'revert') return { ok: false, output, logs: [], ledger, gasUsed }
  const after = new Map(ledger)
  for (const [address, change] of changes) {
    if (!change.account) {
      after.delete(address)
      continue
    }
    const before = ledger.get(address)?.slots
    const slots = change.storage.size === 0 && before ? before : new Map(before)
    if (change.storage.size > 0)
      for (const [key, slot] of change.storage) (slots as Map<bigint, bigint>).set(key, slot)
    if (change.code) codes.set(change.account.codeHash, change.code)
    after.set(address, { ...change.account, slots })
  }
  return { ok: true, output, logs, ledger: after, gasUsed }
}

const worldOf = (ledger: Ledger, codes: ReadonlyMap<Hash, Uint8Array>): World => ({
  account: (address) => {
    const holder = ledger.get(address)
    return holder && { ...holder, hasStorage: holder.slots.size > 0 }
  },
  slot: (address, key) => ledger.get(address)?.slots.get(key) ?? 0n,
  code: (hash) => codes.get(hash) ?? NOTHING,
  blockHash: () => `0x${'00'.repeat(32)}`,
})

const NOTHING = new Uint8Array()

const blockAt = (time: number): BlockContext => ({
  number: 1n,
  timestamp: BigInt(time),
  beneficiary: '0x0000000000000000000000000000000000000000',
  gasLimit: GAS,
  baseFeePerGas: 0n,
  difficulty: 0n,
  prevRandao: 0n,
  blobBaseFee: 1n,
  chainId: CHAIN_ID,
})
