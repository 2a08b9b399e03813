/** Money: tokens that misbehave, withdrawals, and that nothing is ever lost or made. */
import type { Artifact } from '@deed/solidity'
import fc from 'fast-check'
import { encodeFunctionData, type Hex, keccak256, toBytes } from 'viem'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  account,
  act,
  eventsOf,
  openWorld,
  read,
  revert,
  seconds,
  snapshot,
  travel,
  type World,
} from '../../../contracts/test/world.ts'
import {
  arbiter,
  books,
  compileLease,
  deployLease,
  deployToken,
  done,
  getter,
  type Lease,
  landlord,
  owned,
  RENT,
  SIGNED,
  START,
  signBoth,
  stranger,
  tenant,
  WALLET,
} from './lease.ts'

const REPORT = { hash: keccak256(toBytes('report')), uri: 'documents/damage.md' }
const ENDED = '2028-06-01'

let world: World
let artifacts: Map<string, Artifact>
let clean: Hex

beforeAll(async () => {
  artifacts = await compileLease()
  world = await openWorld(seconds('2027-01-01'))
  clean = await snapshot(world)
})

beforeEach(async () => {
  await revert(world, clean)
  clean = await snapshot(world)
})

const signedLease = async (token = 'TestToken'): Promise<Lease> => {
  const lease = await deployLease(world, artifacts, await deployToken(world, artifacts, token))
  await signBoth(lease, seconds(SIGNED))
  return lease
}

const deposit = ({ deed }: Lease) => act(world, deed, tenant, 'depositPay')
const withdraw = ({ deed, token }: Lease, who = tenant.address) =>
  act(world, deed, stranger, 'withdraw', [who, token.address])

describe('withdraw', () => {
  test('by anyone pays the party, all of it, once', async () => {
    const lease = await signedLease()
    await done(deposit(lease))
    await done(act(world, lease.deed, tenant, 'paymentPay', [RENT], seconds(START)))
    const { receipt } = await done(withdraw(lease, landlord.address))
    expect(eventsOf(lease.deed, receipt)).toEqual([
      `Withdrawn(${landlord.address}, ${lease.token.address}, ${RENT})`,
    ])
    expect(await owned(lease, landlord.address)).toBe(RENT)
    expect(await owned(lease, stranger.address)).toBe(WALLET)
    const again = await done(withdraw(lease, landlord.address))
    expect(again.receipt.logs).toEqual([])
    expect(await owned(lease, landlord.address)).toBe(RENT)
  })

  test('lets time come up to date first, so that one call after years pays everything', async () => {
    const lease = await signedLease()
    await done(deposit(lease))
    await travel(world, seconds('2031-01-01'))
    await done(withdraw(lease, landlord.address))
    expect(await owned(lease, landlord.address)).toBe(2n * RENT)
    expect(await books(lease)).toEqual({ has: 0n, owes: 0n })
  })

  test('of a party that nobody can pay holds up nobody else', async () => {
    const lease = await signedLease('BlockingToken')
    await done(deposit(lease))
    await done(act(world, lease.token, stranger, 'setBlocked', [landlord.address]))
    await done(act(world, lease.deed, tenant, 'paymentPay', [RENT], seconds(START)))
    await done(act(world, lease.deed, tenant, 'noticeGiveNotice'))
    await done(act(world, lease.deed, stranger, 'perform', [100n], seconds(ENDED)))
    expect((await withdraw(lease, landlord.address)).result).toBe('Error(blocked)')
    await done(withdraw(lease, tenant.address))
    expect(await owned(lease, tenant.address)).toBe(WALLET - RENT)
    await done(act(world, lease.token, stranger, 'setBlocked', [arbiter.address]))
    await done(withdraw(lease, landlord.address))
    expect(await owned(lease, landlord.address)).toBe(RENT)
  })
})

describe('a token that', () => {
  test('takes a fee on the way is refused', async () => {
    const lease = await signedLease('FeeToken')
    const amount = 2n * RENT
    expect((await deposit(lease)).result).toBe(
      `PartialTransfer(${lease.token.address}, ${amount}, ${amount - amount / 100n})`,
    )
    expect(await getter(lease, 'security')).toBe(0n)
  })

  test('answers false instead of failing is refused, in and out', async () => {
    const lease = await signedLease('FalseToken')
    const failed = `SafeERC20FailedOperation(${lease.token.address})`
    await done(act(world, lease.token, stranger, 'setBroken', [true]))
    expect((await deposit(lease)).result).toBe(failed)
    await done(act(world, lease.token, stranger, 'setBroken', [false]))
    await done(deposit(lease))
    await done(act(world, lease.deed, tenant, 'paymentPay', [RENT], seconds(START)))
    await done(act(world, lease.token, stranger, 'setBroken', [true]))
    expect((await withdraw(lease, landlord.address)).result).toBe(failed)
    expect(await getter(lease, 'balanceOf', [landlord.address, lease.token.address])).toBe(RENT)
  })

  test('calls back finds every door shut', async () => {
    const lease = await signedLease('ReentrantToken')
    const doors: [fn: string, args: unknown[]][] = [
      ['depositPay', []],
      ['paymentPay', [1n]],
      ['withdraw', [landlord.address, lease.token.address]],
      ['perform', [1n]],
      ['performUpkeep', ['0x']],
      ['noticeGiveNotice', []],
      ['sign', [tenant.address, 2n ** 40n, '0x']],
    ]
    for (const [functionName, args] of doors) {
      const before = await snapshot(world)
      const call = encodeFunctionData({ abi: lease.deed.abi, functionName, args } as never)
      await done(act(world, lease.token, stranger, 'setCall', [lease.deed.address, call]))
      // The token swallows the refusal, so the payment itself goes through.
      await done(deposit(lease))
      expect(await read(world, lease.token, 'succeeded')).toBe(false)
      // ReentrancyGuardReentrantCall()
      expect(await read(world, lease.token, 'answer')).toBe('0x3ee5aeb5')
      expect(await books(lease)).toEqual({ has: 2n * RENT, owes: 2n * RENT })
      await revert(world, before)
    }
  })
})

test('a token that calls back on the way out pays once', async () => {
  const lease = await signedLease('ReentrantToken')
  await done(deposit(lease))
  await done(act(world, lease.deed, tenant, 'paymentPay', [RENT], seconds(START)))
  const { abi, address } = lease.deed
  for (const [functionName, args] of [
    ['withdraw', [landlord.address, lease.token.address]],
    ['perform', [1n]],
    ['terminationTerminate', []],
  ] as [string, unknown[]][]) {
    const before = await snapshot(world)
    const call = encodeFunctionData({ abi, functionName, args } as never)
    await done(act(world, lease.token, stranger, 'setCall', [address, call]))
    await done(withdraw(lease, landlord.address))
    expect(await read(world, lease.token, 'answer')).toBe('0x3ee5aeb5')
    expect(await owned(lease, landlord.address)).toBe(RENT)
    expect(await books(lease)).toEqual({ has: 2n * RENT, owes: 2n * RENT })
    await revert(world, before)
  }
})

test('a payment without allowance or money changes nothing', async () => {
  const lease = await signedLease()
  await done(act(world, lease.token, tenant, 'approve', [lease.deed.address, 2n * RENT - 1n]))
  expect((await deposit(lease)).result).toMatch(/^ERC20InsufficientAllowance/)
  await done(act(world, lease.token, tenant, 'approve', [lease.deed.address, 2n * RENT]))
  await done(act(world, lease.token, tenant, 'transfer', [account(7).address, WALLET - 2n * RENT + 1n]))
  expect((await deposit(lease)).result).toMatch(/^ERC20InsufficientBalance/)
  expect(await books(lease)).toEqual({ has: 0n, owes: 0n })
  expect(await getter(lease, 'due')).toEqual([0, seconds(START)])
})

test('the token takes approvals by signature (ERC-2612)', async () => {
  const lease = await signedLease()
  const owner = account(6)
  const [value, deadline] = [5n, 2n ** 40n]
  const signature = await owner.signTypedData({
    domain: {
      name: 'Deed test money',
      version: '1',
      chainId: world.chainId,
      verifyingContract: lease.token.address,
    },
    primaryType: 'Permit',
    types: {
      Permit: [
        { name: 'owner', type: 'address' },
        { name: 'spender', type: 'address' },
        { name: 'value', type: 'uint256' },
        { name: 'nonce', type: 'uint256' },
        { name: 'deadline', type: 'uint256' },
      ],
    },
    message: { owner: owner.address, spender: lease.deed.address, value, nonce: 0n, deadline },
  })
  const [r, s, v] = [
    signature.slice(0, 66),
    `0x${signature.slice(66, 130)}`,
    Number(`0x${signature.slice(130)}`),
  ]
  await done(
    act(world, lease.token, stranger, 'permit', [
      owner.address,
      lease.deed.address,
      value,
      deadline,
      v,
      r,
      s,
    ]),
  )
  expect(await read(world, lease.token, 'allowance', [owner.address, lease.deed.address])).toBe(value)
  expect((await act(world, lease.token, stranger, 'mint', [owner.address, 1n])).result).toBe(
    `OwnableUnauthorizedAccount(${stranger.address})`,
  )
})

describe('whatever anybody does', () => {
  const people = [landlord, tenant, arbiter, stranger]
  const amount = fc.oneof(fc.constantFrom(0n, 1n, RENT, 2n * RENT, 2n * RENT + 1n), fc.bigInt(0n, 3n * RENT))
  const step = fc.record({
    who: fc.constantFrom(...people),
    what: fc.oneof(
      fc.tuple(fc.constant('paymentPay'), fc.tuple(amount)),
      fc.tuple(fc.constant('handoverClaim'), fc.tuple(amount, fc.constant(REPORT))),
      fc.tuple(fc.constant('rulingRule'), fc.tuple(amount)),
      fc.tuple(fc.constant('perform'), fc.tuple(fc.bigInt(0n, 5n))),
      fc.tuple(
        fc.constantFrom(
          'noticeGiveNotice',
          'terminationTerminate',
          'answerDispute',
          'answerAccept',
          'rulingDecline',
        ),
        fc.constant([]),
      ),
      fc.tuple(fc.constant('withdraw'), fc.tuple(fc.constantFrom(...people.map(({ address }) => address)))),
    ),
    /** Most steps are days apart, some a second, some months. */
    wait: fc.oneof(
      fc.constant(1),
      fc.integer({ min: 1, max: 86_400 * 10 }),
      fc.integer({ min: 1, max: 86_400 * 90 }),
    ),
  })

  test('the deed has what it owes after every step, and nothing after the end', async () => {
    const lease = await signedLease()
    await done(deposit(lease))
    const { deed, token } = lease
    const begun = await snapshot(world)
    let start = begun
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
        await revert(world, start)
        start = await snapshot(world)
        let time = seconds(SIGNED) + 100
        for (const { who, what, wait } of steps) {
          const [fn, args] = what
          time += wait
          await act(world, deed, who, fn, fn === 'withdraw' ? [...args, token.address] : [...args], time)
          const { has, owes } = await books(lease)
          expect(owes).toBe(has)
        }
        // "This deed ends by finish + 61 days at the latest."
        await act(world, deed, stranger, 'perform', [1_000n], Math.max(time + 1, seconds('2028-04-02')))
        expect(await getter<boolean>(lease, 'ended')).toBe(true)
        for (const { address } of people) await done(withdraw(lease, address))
        expect(await books(lease)).toEqual({ has: 0n, owes: 0n })
        const wallets = await Promise.all(people.map(({ address }) => owned(lease, address)))
        expect(wallets.reduce((sum, each) => sum + each, 0n)).toBe(2n * WALLET)
      }),
      { numRuns: 20 },
    )
  })
})
