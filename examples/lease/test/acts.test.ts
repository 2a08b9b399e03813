/** Acts and timers from the deposit to the end of the tenancy: by whom, from when to when, and what they do. */
import type { Artifact } from '@deed/solidity'
import type { Hex } from 'viem'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  type Contract,
  days,
  openWorld,
  revert,
  seconds,
  snapshot,
  travel,
  type World,
} from '../../../contracts/test/world.ts'
import { actsOn, noon, result } from './acting.ts'
import {
  arbiter,
  compileLease,
  deployLease,
  deployToken,
  done,
  FINISH,
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
  USDC,
} from './lease.ts'

let world: World
let artifacts: Map<string, Artifact>
let token: Contract
let lease: Lease
let clean: Hex

beforeAll(async () => {
  artifacts = await compileLease()
  world = await openWorld(seconds('2027-01-01'))
  token = await deployToken(world, artifacts)
  lease = await deployLease(world, artifacts, token)
  await signBoth(lease, seconds(SIGNED))
  clean = await snapshot(world)
})

beforeEach(async () => {
  await revert(world, clean)
  clean = await snapshot(world)
})

const { does, events, perform, deposit, arrears, security, free, pending, liveThere, claim, dispute } =
  actsOn(() => lease)

describe('2. Deposit', () => {
  test('is paid by Tenant alone, and opens five clauses', async () => {
    expect(await pending()).toEqual(['2!: 1'])
    for (const who of [landlord, arbiter, stranger]) {
      expect(await result(does(who, 'depositPay'))).toBe(`NotYourAct(${who.address})`)
    }
    const at = noon('2027-01-22')
    expect(await events(does(tenant, 'depositPay', [], at))).toEqual([
      `Acted(2, 1, ${tenant.address})`,
      'Closed(2)',
      `Stated(security, 0x${(2n * RENT).toString(16).padStart(64, '0')})`,
      `Opened(3, ${at}, ${seconds('2027-02-01')})`,
      `Opened(4, ${at}, ${seconds('2027-02-06')})`,
      // By finish + 60 days: 1 February 2028 + 60 = 1 April, the whole day.
      `Opened(5, ${at}, ${seconds('2028-04-02')})`,
      `Opened(6, ${at}, ${seconds('2028-02-02')})`,
      `Opened(8, ${at}, ${seconds('2028-02-02')})`,
    ])
    expect([await security(), await owned(lease, lease.deed.address)]).toEqual([2n * RENT, 2n * RENT])
    expect(await result(does(tenant, 'depositPay'))).toBe('ClauseNotOpen(2)')
    expect(await pending()).toEqual(['3:', '4:', '5:', '6:', '8:'])
  })

  test('counts in the last second before the start', async () => {
    expect(await result(does(tenant, 'depositPay', [], seconds(START) - 1))).toBe('done')
  })

  test('comes too late in the first second of the start; then the deed ends in breach', async () => {
    expect(await result(does(tenant, 'depositPay', [], seconds(START)))).toBe('ClauseNotOpen(2)')
    expect(await events(does(stranger, 'perform', [100n], seconds(START) + 5))).toEqual([
      `Elapsed(2, ${seconds(START)})`,
      'Closed(2)',
      `Breached(2, ${tenant.address})`,
      `Ended(${seconds(START)})`,
    ])
    expect(await getter<boolean>(lease, 'ended')).toBe(true)
  })
})

describe('3. Rent', () => {
  test('is charged from the first second of its day', async () => {
    await deposit()
    expect(await result(does(stranger, 'perform', [1n], seconds(START) - 1))).toBe('NothingDue()')
    expect(await events(does(stranger, 'perform', [1n], seconds(START)))).toEqual([
      `Elapsed(3, ${seconds(START)})`,
      `Opened(3, ${seconds(START)}, ${seconds('2027-03-01')})`,
      `Stated(arrears, 0x${RENT.toString(16).padStart(64, '0')})`,
    ])
  })

  test('is charged twelve times; then the handover begins and nothing else is open but payment', async () => {
    await liveThere()
    expect(await arrears()).toBe(0n)
    expect(await pending()).toEqual(['5:', '9: 1'])
    expect(await getter(lease, 'due')).toEqual([0, seconds('2028-02-16')])
    expect(await free(landlord)).toBe(12n * RENT)
  })
})

describe('4. Late fee', () => {
  test('is 5% of what is unpaid when the grace is over', async () => {
    await deposit()
    await done(does(tenant, 'paymentPay', [RENT - 333_333_333n], seconds('2027-02-06') - 1))
    await perform(seconds('2027-02-06'))
    // 5% of 333.333333 = 16.66666665, rounded down.
    expect(await arrears()).toBe(333_333_333n + 16_666_666n)
  })

  test('is never more than 60 USDC', async () => {
    await deposit()
    await perform(seconds('2027-03-06'))
    expect(await arrears()).toBe(2n * RENT + 50n * USDC + 60n * USDC)
  })

  test('is not charged if all is paid in the last second of the grace', async () => {
    await deposit()
    await done(does(tenant, 'paymentPay', [RENT], seconds('2027-02-06') - 1))
    await perform(seconds('2027-02-06'))
    expect(await arrears()).toBe(0n)
  })

  test('is charged a second later', async () => {
    await deposit()
    expect(await result(does(tenant, 'paymentPay', [RENT], seconds('2027-02-06')))).toBe('done')
    expect(await arrears()).toBe(50n * USDC)
  })
})

describe('5. Payment', () => {
  test('by anyone, in parts, becomes the landlord’s at once', async () => {
    await deposit()
    await perform(noon(START))
    expect(await pending()).toContain('5: 1')
    expect(await events(does(stranger, 'paymentPay', [1n]))).toEqual([
      `Acted(5, 1, ${stranger.address})`,
      `Stated(arrears, 0x${(RENT - 1n).toString(16).padStart(64, '0')})`,
      `Credited(${landlord.address}, ${token.address}, 1)`,
    ])
    await done(does(tenant, 'paymentPay', [RENT - 1n]))
    expect([await arrears(), await free(landlord)]).toEqual([0n, RENT])
  })

  test('is more than nothing and never more than what is owed', async () => {
    await deposit()
    await perform(noon(START))
    expect(await result(does(tenant, 'paymentPay', [0n]))).toBe('OutOfBounds(amount)')
    expect(await result(does(tenant, 'paymentPay', [RENT + 1n]))).toBe('OutOfBounds(amount)')
    expect(await arrears()).toBe(RENT)
  })

  test('needs the deposit first', async () => {
    expect(await result(does(tenant, 'paymentPay', [1n]))).toBe('ClauseNotOpen(5)')
  })
})

describe('6. and 7. Notice and leaving', () => {
  test('are Tenant’s alone', async () => {
    await deposit()
    await travel(world, noon(START))
    for (const who of [landlord, arbiter, stranger]) {
      expect(await result(does(who, 'noticeGiveNotice'))).toBe(`NotYourAct(${who.address})`)
    }
  })

  test('are possible from the first second of the start', async () => {
    await deposit()
    expect(await result(does(tenant, 'noticeGiveNotice', [], seconds(START) - 1))).toBe(
      'ConditionNotMet(6, 1)',
    )
    expect(await pending()).toContain('6:')
    await travel(world, seconds(START))
    expect(await pending()).toContain('6: 1')
    await perform()
    // A month from 1 February is 1 March, which is also the next rent.
    expect(await events(does(tenant, 'noticeGiveNotice', [], seconds(START, '00:00:09')))).toEqual([
      `Acted(6, 1, ${tenant.address})`,
      'Closed(6)',
      `Stated(leave-day, 0x${days('2027-03-01').toString(16).padStart(64, '0')})`,
      `Opened(7, ${seconds(START, '00:00:09')}, ${seconds('2027-03-01')})`,
    ])
    expect(await result(does(tenant, 'noticeGiveNotice'))).toBe('ClauseNotOpen(6)')
    // On 1 March rent comes before leaving, and finds that there is nothing to charge.
    await perform(seconds('2027-03-01'))
    expect(await arrears()).toBe(RENT + 50n * USDC)
    expect(await pending()).toEqual(['5: 1', '9: 1'])
  })

  test('are possible until a month from today is the finish', async () => {
    await deposit()
    expect(await result(does(tenant, 'noticeGiveNotice', [], noon('2028-01-01')))).toBe(
      'ConditionNotMet(6, 1)',
    )
  })

  test('on the last day before that', async () => {
    await deposit()
    expect(await result(does(tenant, 'noticeGiveNotice', [], seconds('2028-01-01') - 1))).toBe('done')
    expect(await getter(lease, 'leaveDay')).toBe(days('2028-01-31'))
    const before = await arrears()
    await perform(seconds('2028-01-31') - 1)
    // January has 31 days, of which 30 are lived in: 1,000 * 30 / 31; and the capped fee of 6 January.
    expect((await arrears()) - before).toBe((RENT * 30n) / 31n + 60n * USDC)
    await perform(seconds('2028-01-31'))
    expect(await pending()).toEqual(['5: 1', '9: 1'])
  })
})

describe('8. Termination', () => {
  test('is Landlord’s, once two rents are unpaid', async () => {
    await deposit()
    await perform(noon('2027-02-28'))
    expect(await result(does(landlord, 'terminationTerminate'))).toBe('ConditionNotMet(8, 1)')
    await perform(seconds('2027-03-01'))
    // 1,000 + 50 + 1,000. Down to the last unit below two rents it is not allowed, at two rents it is.
    await done(does(tenant, 'paymentPay', [50n * USDC + 1n]))
    expect(await result(does(landlord, 'terminationTerminate'))).toBe('ConditionNotMet(8, 1)')
    expect(await pending()).toContain('8:')
    await perform(seconds('2027-03-06'))
    await done(does(tenant, 'paymentPay', [60n * USDC - 1n]))
    expect(await arrears()).toBe(2n * RENT)
    expect(await pending()).toContain('8: 1')
    for (const who of [tenant, arbiter, stranger]) {
      expect(await result(does(who, 'terminationTerminate'))).toBe(`NotYourAct(${who.address})`)
    }
    expect(await result(does(landlord, 'terminationTerminate', [], noon('2027-03-10')))).toBe('done')
    expect(await pending()).toEqual(['5: 1', '9: 1'])
    expect(await getter(lease, 'due')).toEqual([0, seconds('2027-03-25')])
  })

  test('closes a leaving that was under way', async () => {
    await deposit()
    await done(does(tenant, 'noticeGiveNotice', [], noon('2027-03-20')))
    expect(await getter(lease, 'leaveDay')).toBe(days('2027-04-20'))
    await done(does(landlord, 'terminationTerminate', [], noon('2027-03-25')))
    await done(claim(1n, noon('2027-04-05')))
    await done(dispute(noon('2027-04-10')))
    // Leaving on 20 April would begin the handover once more.
    expect(await result(does(stranger, 'perform', [1n], noon('2027-04-21')))).toBe('NothingDue()')
    expect(await pending()).toEqual(['5: 1', '11: 1 2'])
  })

  test('is over with the day of the finish', async () => {
    await deposit()
    await perform(seconds(FINISH))
    expect(await result(does(landlord, 'terminationTerminate'))).toBe('ClauseNotOpen(8)')
  })
})
