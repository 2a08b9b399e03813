/** What the lease costs: the limits of the language's design, on transactions with all their overhead. */
import { keccak256, toBytes } from 'viem'
import type { HDAccount } from 'viem/accounts'
import { expect, test } from 'vitest'
import { act, openWorld, revert, seconds, snapshot } from '../../../contracts/test/world.ts'
import {
  arbiter,
  compileLease,
  deployLease,
  deployToken,
  done,
  landlord,
  RENT,
  SIGNED,
  sign,
  stranger,
  tenant,
} from './lease.ts'

/** EIP-170. Over 22,000 bytes the base would have to move signing and calendar into a library. */
const SIZE_LIMIT = 22_000
/** Intrinsic gas of a transaction and its calldata come on top of an act's own 150,000. */
const ACT_GAS = 150_000n + 21_000n
const TIMER_GAS = 60_000n + 25_000n
const YEAR_GAS = 26n * 25_000n

test('code, acts and timers stay within their limits', async () => {
  const artifacts = await compileLease()
  const world = await openWorld(seconds('2027-01-01'))
  const token = await deployToken(world, artifacts)
  const lease = await deployLease(world, artifacts, token)
  const code = await world.client.getCode({ address: lease.deed.address })
  expect(code!.length / 2 - 1).toBeLessThan(SIZE_LIMIT)

  const gas = async (who: HDAccount, fn: string, args: unknown[] = [], at?: number) =>
    (await done(act(world, lease.deed, who, fn, args, at))).receipt.gasUsed
  const acts: Record<string, bigint> = {
    'first signature': (await done(sign(lease, landlord, {}, seconds(SIGNED)))).receipt.gasUsed,
    'last signature': (await done(sign(lease, tenant))).receipt.gasUsed,
    deposit: await gas(tenant, 'depositPay'),
  }
  const deposited = await snapshot(world)
  const timers: Record<string, bigint> = {
    rent: await gas(stranger, 'perform', [1n], seconds('2027-02-01')),
  }
  acts['first payment'] = await gas(tenant, 'paymentPay', [RENT / 2n])
  acts.payment = await gas(tenant, 'paymentPay', [RENT / 4n])
  acts.withdrawal = await gas(stranger, 'withdraw', [landlord.address, token.address])
  timers['late fee'] = await gas(stranger, 'perform', [1n], seconds('2027-02-06'))
  acts.notice = await gas(tenant, 'noticeGiveNotice')

  await revert(world, deposited)
  const again = await snapshot(world)
  const year = await gas(stranger, 'perform', [100n], seconds('2028-03-01'))
  await revert(world, again)
  await gas(stranger, 'perform', [100n], seconds('2028-02-01'))
  acts.claim = await gas(landlord, 'handoverClaim', [
    500n,
    { hash: keccak256(toBytes('r')), uri: 'documents/damage.md' },
  ])
  acts.dispute = await gas(tenant, 'answerDispute')
  acts.ruling = await gas(arbiter, 'rulingRule', [300n])

  expect(Object.entries(acts).filter(([, used]) => used > ACT_GAS)).toEqual([])
  expect(Object.entries(timers).filter(([, used]) => used > TIMER_GAS)).toEqual([])
  expect(year).toBeLessThan(YEAR_GAS)
})
