/** A lease on a test chain: deployed, signed by whoever should, with money in the wallets. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Artifact } from '@deed/solidity'
import { type Address, type Hex, keccak256, maxUint256, toBytes } from 'viem'
import type { HDAccount } from 'viem/accounts'
import {
  account,
  act,
  type Contract,
  compileAll,
  days,
  deploy,
  type Outcome,
  read,
  type World,
} from '../../../contracts/test/world.ts'

export const landlord = account(1)
export const tenant = account(2)
export const arbiter = account(3)
export const stranger = account(9)

export const USDC = 1_000_000n
/** The lease of most tests starts on this day, and is signed 12 days before. */
export const START = '2027-02-01'
export const SIGNED = '2027-01-20'
export const FINISH = '2028-02-01'
export const RENT = 1_000n * USDC
export const WALLET = 100_000n * USDC

export interface Terms {
  readonly landlord: Address
  readonly tenant: Address
  readonly arbiter: Address
  readonly usdc: Address
  readonly rent: bigint
  readonly start: number
  readonly inventory: Hex
}

export interface Lease {
  readonly world: World
  readonly deed: Contract
  readonly token: Contract
  readonly terms: Terms
}

/** keccak256 of the file that the parties sign. */
export const TEXT = keccak256(readFileSync(new URL('../lease.deed', import.meta.url)))

export const compileLease = async (): Promise<Map<string, Artifact>> => {
  const folder = (path: string) => fileURLToPath(new URL(path, import.meta.url))
  const contracts = await compileAll(folder('../../../contracts'))
  const lease = await compileAll(folder('..'), ['Lease.sol'])
  return new Map([...contracts, ...lease])
}

/** A token of which the lease's people own plenty, and any deed may take it. */
export const deployToken = async (world: World, artifacts: Map<string, Artifact>, name = 'TestToken') => {
  const args = name === 'TestToken' ? [account(0).address, 'tUSDC', 6] : []
  const token = await deploy(world, artifacts.get(name)!, args)
  for (const { address } of [tenant, stranger])
    await done(act(world, token, account(0), 'mint', [address, WALLET]))
  return token
}

export const deployLease = async (
  world: World,
  artifacts: Map<string, Artifact>,
  token: Contract,
  changes: Partial<Terms> = {},
): Promise<Lease> => {
  const terms: Terms = {
    landlord: landlord.address,
    tenant: tenant.address,
    arbiter: arbiter.address,
    usdc: token.address,
    rent: RENT,
    start: days(START),
    inventory: keccak256(toBytes('inventory')),
    ...changes,
  }
  const deed = await deploy(world, artifacts.get('Lease')!, [TEXT, terms])
  for (const from of [tenant, stranger])
    await done(act(world, token, from, 'approve', [deed.address, maxUint256]))
  return { world, deed, token, terms }
}

/** What a party signs, and how; `changes` make it wrong. */
export interface Signing {
  readonly terms?: Partial<Terms>
  readonly text?: Hex
  readonly before?: bigint
  readonly party?: Address
  readonly chainId?: number
  readonly verifyingContract?: Address
}

const FAR = 4_000_000_000n

export const signatureOf = (
  { world, deed, terms }: Lease,
  signer: HDAccount,
  changes: Signing = {},
): Promise<Hex> =>
  signer.signTypedData({
    domain: {
      name: 'Residential lease',
      version: '1',
      chainId: changes.chainId ?? world.chainId,
      verifyingContract: changes.verifyingContract ?? deed.address,
    },
    primaryType: 'Signature',
    types: {
      Signature: [
        { name: 'text', type: 'bytes32' },
        { name: 'terms', type: 'Terms' },
        { name: 'party', type: 'address' },
        { name: 'before', type: 'uint256' },
      ],
      Terms: [
        { name: 'landlord', type: 'address' },
        { name: 'tenant', type: 'address' },
        { name: 'arbiter', type: 'address' },
        { name: 'usdc', type: 'address' },
        { name: 'rent', type: 'uint128' },
        { name: 'start', type: 'uint32' },
        { name: 'inventory', type: 'bytes32' },
      ],
    },
    message: {
      text: changes.text ?? TEXT,
      terms: { ...terms, ...changes.terms },
      party: changes.party ?? signer.address,
      before: changes.before ?? FAR,
    },
  })

/** Brings `signer`'s signature for itself, as `changes` make it. */
export const sign = async (
  lease: Lease,
  signer: HDAccount,
  changes: Signing = {},
  at?: number,
): Promise<Outcome> => {
  const signature = await signatureOf(lease, signer, changes)
  const party = changes.party ?? signer.address
  return act(lease.world, lease.deed, stranger, 'sign', [party, changes.before ?? FAR, signature], at)
}

/** Both parties sign at `at`. */
export const signBoth = async (lease: Lease, at: number): Promise<void> => {
  await done(sign(lease, landlord, {}, at))
  await done(sign(lease, tenant))
}

export const done = async (outcome: Promise<Outcome>): Promise<Outcome> => {
  const found = await outcome
  if (found.result !== 'done') throw new Error(`refused: ${found.result}`)
  return found
}

export const getter = <T = bigint>({ world, deed }: Lease, name: string, args: unknown[] = []): Promise<T> =>
  read<T>(world, deed, name, args)

export const owned = ({ world, token }: Lease, address: Address): Promise<bigint> =>
  read<bigint>(world, token, 'balanceOf', [address])

/** What the deed holds, owes to its people, and has: the first is the sum of the others in every state. */
export const books = async (lease: Lease) => {
  const free = await Promise.all(
    [landlord, tenant, arbiter, stranger].map(({ address }) =>
      getter(lease, 'balanceOf', [address, lease.token.address]),
    ),
  )
  return {
    has: await owned(lease, lease.deed.address),
    owes: (await getter(lease, 'security')) + free.reduce((sum, amount) => sum + amount, 0n),
  }
}
