/** Runs one contract again and again on one engine, in a world of its own: what benchmarks and `deed bench evm` measure. */
import { createAddress } from './created.ts'
import type { Address, BlockContext, Engine, Outcome, World, WorldAccount } from './engine.ts'
import type { Fork } from './forks.ts'
import { bytesToHex } from './hex.ts'
import { EMPTY_CODE_HASH, keccakHash } from './keccak.ts'

/** A contract in a world where nobody else is, but for what its initialisation made. */
export interface Installed {
  readonly world: World
  readonly address: Address
}

export type Ended = Exclude<Outcome, { status: 'miss' }>

const CALLER: Address = '0x1000000000000000000000000000000000000001'
const GAS = 1_000_000_000_000n

/** Runs initialisation code, and keeps what it changed. */
export function deploy(
  engine: Engine,
  initcode: Uint8Array,
  { fork = 'Osaka' as Fork, gas = GAS } = {},
): Installed | Ended {
  const created = createAddress(CALLER, 0n)
  const accounts = new Map<Address, WorldAccount>([
    [CALLER, { nonce: 1n, balance: 10n ** 30n, codeHash: EMPTY_CODE_HASH, hasStorage: false }],
  ])
  const world = worldOf(accounts, new Map(), new Map())
  const outcome = ended(
    engine.run({
      ...context(fork),
      world,
      message: { kind: 'create', caller: CALLER, created, value: 0n, data: initcode, gas },
    }),
  )
  if (outcome.status !== 'success') return outcome
  const slots = new Map<Address, ReadonlyMap<bigint, bigint>>()
  const codes = new Map<string, Uint8Array>()
  for (const [address, { account, code, storage }] of outcome.changes) {
    if (account === undefined) continue
    accounts.set(address, { ...account, hasStorage: storage.size > 0 })
    slots.set(address, storage)
    if (code !== undefined) codes.set(account.codeHash, code)
  }
  return { world: worldOf(accounts, slots, codes), address: created }
}

/** Puts code where it is, without running anything. */
export function install(code: Uint8Array): Installed {
  const address = createAddress(CALLER, 0n)
  const codeHash = keccakHash(code)
  const accounts = new Map<Address, WorldAccount>([
    [CALLER, { nonce: 1n, balance: 10n ** 30n, codeHash: EMPTY_CODE_HASH, hasStorage: false }],
    [address, { nonce: 1n, balance: 0n, codeHash, hasStorage: false }],
  ])
  return { world: worldOf(accounts, new Map(), new Map([[codeHash, code]])), address }
}

export interface Measured {
  readonly outcome: Ended
  readonly gasUsed: bigint
  /** Of each run in turn, the first included. */
  readonly milliseconds: readonly number[]
}

/** @param now milliseconds */
export function measure(
  engine: Engine,
  { world, address }: Installed,
  data: Uint8Array,
  runs: number,
  now: () => number,
  { fork = 'Osaka' as Fork, gas = GAS, effects = false } = {},
): Measured {
  const call = {
    ...context(fork),
    world,
    message: { kind: 'call', caller: CALLER, to: address, value: 0n, data, gas },
    // As `eth_call`, of which nobody learns what it changed.
    resultOnly: !effects,
  } as const
  const milliseconds: number[] = []
  let outcome: Ended | undefined
  for (let i = 0; i < runs; i++) {
    const start = now()
    outcome = ended(engine.run(call))
    milliseconds.push(now() - start)
  }
  return { outcome: outcome!, gasUsed: gas - outcome!.gasLeft, milliseconds }
}

function ended(outcome: Outcome): Ended {
  if (outcome.status === 'miss') throw new Error('A world in memory has no misses.')
  return outcome
}

const BLOCK: BlockContext = {
  number: 1n,
  timestamp: 1_700_000_000n,
  beneficiary: '0x0000000000000000000000000000000000000000',
  gasLimit: 2n ** 63n,
  baseFeePerGas: 0n,
  difficulty: 0n,
  prevRandao: 0n,
  blobBaseFee: 1n,
  chainId: 31337n,
}

const context = (fork: Fork) => ({
  fork,
  block: BLOCK,
  transaction: { origin: CALLER, gasPrice: 0n, blobVersionedHashes: [] },
  warm: { addresses: [], slots: [] },
})

const worldOf = (
  accounts: ReadonlyMap<Address, WorldAccount>,
  slots: ReadonlyMap<Address, ReadonlyMap<bigint, bigint>>,
  codes: ReadonlyMap<string, Uint8Array>,
): World => ({
  account: (address) => accounts.get(address),
  slot: (address, key) => slots.get(address)?.get(key) ?? 0n,
  code: (hash) => codes.get(hash) ?? new Uint8Array(),
  blockHash: (number) => keccakHash(bytesOf(number)),
})

const bytesOf = (number: bigint): Uint8Array => new TextEncoder().encode(String(number))

/** For printing: the output as hexadecimal. */
export const outputOf = ({ output }: Ended): string => bytesToHex(output)
