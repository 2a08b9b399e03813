import { readFileSync } from 'node:fs'
import type { Artifact } from '@deed/solidity'
import { zeroAddress } from 'viem'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  account,
  act,
  type Contract,
  days,
  deploy,
  eventsOf,
  openWorld,
  revert,
  seconds,
  snapshot,
  travel,
  type World,
} from '../../../contracts/test/world.ts'
import {
  arbiter,
  compileLease,
  deployLease,
  deployToken,
  done,
  getter,
  type Lease,
  landlord,
  RENT,
  SIGNED,
  START,
  sign,
  signatureOf,
  stranger,
  TEXT,
  type Terms,
  tenant,
  USDC,
} from './lease.ts'

let world: World
let artifacts: Map<string, Artifact>
let token: Contract
let lease: Lease
let clean: `0x${string}`

beforeAll(async () => {
  artifacts = await compileLease()
  world = await openWorld(seconds('2027-01-01'))
  token = await deployToken(world, artifacts)
  lease = await deployLease(world, artifacts, token)
  await travel(world, seconds(SIGNED))
  clean = await snapshot(world)
})

beforeEach(async () => {
  await revert(world, clean)
  clean = await snapshot(world)
})

const begun = () => getter<boolean>(lease, 'begun')
const signedAt = (address: string) => getter(lease, 'signedAt', [address])

describe('deployment refuses', () => {
  const cases: [what: string, terms: Partial<Terms>, error: string][] = [
    ['zero rent', { rent: 0n }, 'OutOfBounds(rent)'],
    ['rent below 100 USDC', { rent: 100n * USDC - 1n }, 'OutOfBounds(rent)'],
    ['rent above 20,000 USDC', { rent: 20_000n * USDC + 1n }, 'OutOfBounds(rent)'],
    ['a start before 2027', { start: days('2026-12-31') }, 'OutOfBounds(start)'],
    ['a start after 2030', { start: days('2031-01-01') }, 'OutOfBounds(start)'],
    ['no landlord', { landlord: zeroAddress }, 'OutOfBounds(Landlord)'],
    ['no tenant', { tenant: zeroAddress }, 'OutOfBounds(Tenant)'],
    ['no arbiter', { arbiter: zeroAddress }, 'OutOfBounds(Arbiter)'],
    ['money that is no contract', { usdc: stranger.address }, 'OutOfBounds(USDC)'],
  ]
  test.each(cases)('%s', async (_, terms, error) => {
    await expect(deployLease(world, artifacts, token, terms)).rejects.toThrow(error)
  })

  test('money with other decimals', async () => {
    const cents = await deploy(world, artifacts.get('CentToken')!)
    await expect(deployLease(world, artifacts, token, { usdc: cents.address })).rejects.toThrow(
      'OutOfBounds(USDC)',
    )
  })

  test('and accepts the bounds themselves', async () => {
    for (const terms of [
      { rent: 100n * USDC, start: days('2030-12-31') },
      { rent: 20_000n * USDC, start: days('2027-01-01') },
    ]) {
      await expect(deployLease(world, artifacts, token, terms)).resolves.toBeDefined()
    }
  })
})

describe('signatures', () => {
  test('of both parties begin the deed, in any order, brought by anyone', async () => {
    const first = await done(sign(lease, tenant))
    expect(eventsOf(lease.deed, first.receipt)).toEqual([`Signed(${tenant.address}, ${TEXT})`])
    expect(await begun()).toBe(false)
    const at = seconds(SIGNED, '15:00:00')
    const second = await done(sign(lease, landlord, {}, at))
    expect(eventsOf(lease.deed, second.receipt)).toEqual([
      `Signed(${landlord.address}, ${TEXT})`,
      `Begun(${at})`,
      // "By start - 1 day" is over with the first second of the start.
      `Opened(2, ${at}, ${seconds(START)})`,
    ])
    expect(await begun()).toBe(true)
    expect(await signedAt(landlord.address)).toBe(BigInt(at))
  })

  test('are asked for before any act', async () => {
    expect((await act(world, lease.deed, tenant, 'depositPay')).result).toBe(`NotSigned(${landlord.address})`)
    await done(sign(lease, landlord))
    expect((await act(world, lease.deed, tenant, 'depositPay')).result).toBe(`NotSigned(${tenant.address})`)
    expect(await getter(lease, 'pending')).toEqual([])
  })

  const wrong: [what: string, change: () => Parameters<typeof sign>[2]][] = [
    ['for another chain', () => ({ chainId: 1 })],
    ['for another deed', () => ({ verifyingContract: token.address })],
    ['of another text', () => ({ text: `0x${'00'.repeat(32)}` })],
    ['that has run out', () => ({ before: BigInt(seconds(SIGNED)) })],
    ['made for another party', () => ({ party: landlord.address })],
  ]
  test.each(wrong)('%s are refused', async (_, change) => {
    const { result } = await sign(lease, tenant, change(), seconds(SIGNED) + 1)
    const party = change()?.party ?? tenant.address
    expect(result).toBe(`BadSignature(${party})`)
    expect(await signedAt(party)).toBe(0n)
  })

  test('show every value that the words leave open, and hold for no other', async () => {
    const words = readFileSync(new URL('../lease.deed', import.meta.url), 'utf8')
    const open = /^- (.+) (?:are parties|is a third party|is money .*|is .*, agreed at signing)\.$/gm
    const names = [...words.matchAll(open)].flatMap(([, list]) => list!.split(' and '))
    expect(names.map((name) => name.toLowerCase())).toEqual(Object.keys(lease.terms))
    const others: Terms = {
      landlord: stranger.address,
      tenant: stranger.address,
      arbiter: stranger.address,
      usdc: stranger.address,
      rent: RENT + 1n,
      start: days(START) - 1,
      inventory: TEXT,
    }
    for (const [field, value] of Object.entries(others)) {
      const { result } = await sign(lease, tenant, { terms: { [field]: value } })
      expect([field, result]).toEqual([field, `BadSignature(${tenant.address})`])
    }
  })

  test('count in the last second that they name', async () => {
    const before = BigInt(seconds(SIGNED) + 60)
    expect((await sign(lease, tenant, { before }, Number(before))).result).toBe('done')
  })

  test('whose last second was changed are refused', async () => {
    const signature = await signatureOf(lease, tenant, { before: 1_900_000_000n })
    const { result } = await act(world, lease.deed, stranger, 'sign', [
      tenant.address,
      1_900_000_001n,
      signature,
    ])
    expect(result).toBe(`BadSignature(${tenant.address})`)
  })

  test('are taken once', async () => {
    await done(sign(lease, tenant))
    const time = await signedAt(tenant.address)
    expect((await sign(lease, tenant)).result).toBe(`BadSignature(${tenant.address})`)
    expect(await signedAt(tenant.address)).toBe(time)
  })

  test('of one lease do not sign another with the same terms', async () => {
    const other = await deployLease(world, artifacts, token)
    const signature = await signatureOf(lease, tenant)
    const { result } = await act(world, other.deed, stranger, 'sign', [
      tenant.address,
      4_000_000_000n,
      signature,
    ])
    expect(result).toBe(`BadSignature(${tenant.address})`)
  })

  test('of people who are no parties are refused', async () => {
    for (const nobody of [arbiter, stranger]) {
      expect((await sign(lease, nobody)).result).toBe(`NotYourAct(${nobody.address})`)
    }
  })

  test('that are cut short, or none at all, are refused', async () => {
    const signature = await signatureOf(lease, tenant)
    for (const bad of ['0x', signature.slice(0, -2), `${signature}00`, `0x${'00'.repeat(65)}`]) {
      const { result } = await act(world, lease.deed, stranger, 'sign', [tenant.address, 4_000_000_000n, bad])
      expect(result).toBe(`BadSignature(${tenant.address})`)
    }
  })

  test('on the day of the start come too late', async () => {
    await done(sign(lease, landlord))
    expect((await sign(lease, tenant, {}, seconds(START))).result).toBe('ConditionNotMet(1, 0)')
    expect([await begun(), await signedAt(tenant.address)]).toEqual([false, 0n])
  })

  test('in the last second before the start are in time, and the deposit is due a second later', async () => {
    await done(sign(lease, landlord))
    await done(sign(lease, tenant, {}, seconds(START) - 1))
    expect(await getter(lease, 'due')).toEqual([0, seconds(START)])
  })

  test('of a contract wallet are checked by ERC-1271', async () => {
    const owner = account(5)
    const wallet = await deploy(world, artifacts.get('ContractWallet')!, [owner.address])
    const ofWallet = await deployLease(world, artifacts, token, { tenant: wallet.address })
    await done(sign(ofWallet, landlord))
    expect((await sign(ofWallet, tenant, { party: wallet.address })).result).toBe(
      `BadSignature(${wallet.address})`,
    )
    expect((await sign(ofWallet, owner, { party: wallet.address })).result).toBe('done')
    expect(await getter(ofWallet, 'begun')).toBe(true)
  })
})

test('the domain says what to sign for (EIP-5267)', async () => {
  const [fields, name, version, chainId, contract] = await getter<unknown[]>(lease, 'eip712Domain')
  expect([fields, name, version, chainId, contract]).toEqual([
    '0x0f',
    'Residential lease',
    '1',
    BigInt(world.chainId),
    lease.deed.address,
  ])
})

test('what was agreed can be read', async () => {
  const { terms } = lease
  for (const [field, value] of Object.entries(terms))
    expect(String(await getter(lease, field)).toLowerCase()).toBe(String(value).toLowerCase())
  expect(await getter(lease, 'text')).toBe(TEXT)
  expect(await getter(lease, 'parties')).toEqual([landlord.address, tenant.address])
  expect(await getter(lease, 'deposit')).toBe(2n * RENT)
  expect(await getter(lease, 'finish')).toBe(days('2028-02-01'))
  expect(await getter(lease, 'leaveDay')).toBe(days('2028-02-01'))
})
