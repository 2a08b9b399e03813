/** Acts and timers from the handover to the end of the deed: by whom, from when to when, and what they do. */
import type { Artifact } from '@deed/solidity'
import type { Hex } from 'viem'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  type Contract,
  openWorld,
  revert,
  seconds,
  snapshot,
  travel,
  type World,
} from '../../../contracts/test/world.ts'
import { actsOn, noon, REPORT, result } from './acting.ts'
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

describe('9. Handover', () => {
  test('allows Landlord one claim, of at most the deposit', async () => {
    await liveThere()
    for (const who of [tenant, arbiter, stranger]) {
      expect(await result(does(who, 'handoverClaim', [1n, REPORT]))).toBe(`NotYourAct(${who.address})`)
    }
    expect(await result(claim(2n * RENT + 1n))).toBe('OutOfBounds(damage)')
    expect(await events(claim(2n * RENT, noon('2028-02-11')))).toEqual([
      `Acted(9, 1, ${landlord.address})`,
      'Closed(9)',
      `Stated(damage, 0x${(2n * RENT).toString(16).padStart(64, '0')})`,
      expect.stringMatching(new RegExp(`^Stated\\(report, ${REPORT.hash}`)),
      `Opened(10, ${noon('2028-02-11')}, ${seconds('2028-02-19')})`,
    ])
    expect(await getter<Hex>(lease, 'report')).toBe(REPORT.hash)
    expect(await result(claim(1n, noon('2028-02-12')))).toBe('ClauseNotOpen(9)')
  })

  test('counts in the last second of the fourteenth day', async () => {
    await liveThere()
    expect(await result(claim(1n, seconds('2028-02-16') - 1))).toBe('done')
  })

  test('is over a second later, whether or not anybody called', async () => {
    await liveThere()
    expect(await result(claim(1n, seconds('2028-02-16')))).toBe('ClauseNotOpen(9)')
    expect(await events(does(stranger, 'perform', [1n]))).toEqual([
      `Elapsed(9, ${seconds('2028-02-16')})`,
      'Closed(9)',
      `Opened(12, ${seconds('2028-02-16')}, 0)`,
      `Stated(security, 0x${'0'.repeat(64)})`,
      `Credited(${tenant.address}, ${token.address}, ${2n * RENT})`,
      `Ended(${seconds('2028-02-16')})`,
    ])
  })
})

describe('10. Answer', () => {
  test('is Tenant’s alone', async () => {
    await liveThere()
    await done(claim(300n))
    expect(await pending()).toEqual(['5:', '10: 1 2'])
    for (const fn of ['answerDispute', 'answerAccept']) {
      for (const who of [landlord, arbiter, stranger]) {
        expect(await result(does(who, fn))).toBe(`NotYourAct(${who.address})`)
      }
    }
  })

  test('accepting pays the claim at once and returns the rest', async () => {
    await liveThere()
    await done(claim(300n))
    await done(does(tenant, 'answerAccept'))
    expect([await free(landlord), await free(tenant)]).toEqual([12n * RENT + 300n, 2n * RENT - 300n])
    expect(await getter<boolean>(lease, 'ended')).toBe(true)
  })

  test('silence accepts after the seventh day', async () => {
    await liveThere()
    await done(claim(300n))
    await travel(world, seconds('2028-02-18') - 1)
    expect(await getter(lease, 'due')).toEqual([0, seconds('2028-02-18')])
    await perform(seconds('2028-02-18'))
    expect([await free(landlord), await free(tenant)]).toEqual([12n * RENT + 300n, 2n * RENT - 300n])
  })

  test('a dispute counts in the last second of the seventh day, and not a second later', async () => {
    await liveThere()
    await done(claim(300n))
    const before = await snapshot(world)
    expect(await result(dispute(seconds('2028-02-18') - 1))).toBe('done')
    await revert(world, before)
    expect(await result(dispute(seconds('2028-02-18')))).toBe('ClauseNotOpen(10)')
  })

  test('nobody answers a claim that was not made', async () => {
    await liveThere()
    expect(await result(dispute())).toBe('ClauseNotOpen(10)')
  })
})

describe('11. Ruling', () => {
  const DAMAGE = 1_001n

  beforeEach(async () => {
    await liveThere()
    await done(claim(DAMAGE))
    await done(dispute())
  })

  test('is Arbiter’s alone, and at most the claim', async () => {
    expect(await pending()).toEqual(['5:', '11: 1 2'])
    for (const who of [landlord, tenant, stranger]) {
      expect(await result(does(who, 'rulingRule', [1n]))).toBe(`NotYourAct(${who.address})`)
      expect(await result(does(who, 'rulingDecline'))).toBe(`NotYourAct(${who.address})`)
    }
    expect(await result(does(arbiter, 'rulingRule', [DAMAGE + 1n]))).toBe('OutOfBounds(award)')
    await done(does(arbiter, 'rulingRule', [DAMAGE]))
    expect([await free(landlord), await free(tenant)]).toEqual([12n * RENT + DAMAGE, 2n * RENT - DAMAGE])
    expect(await getter(lease, 'award')).toBe(DAMAGE)
  })

  test('may award nothing', async () => {
    await done(does(arbiter, 'rulingRule', [0n]))
    expect([await free(landlord), await free(tenant)]).toEqual([12n * RENT, 2n * RENT])
  })

  // Half of 1,001 is 500.5, rounded down.
  const shared = async () => {
    expect([await free(landlord), await free(tenant)]).toEqual([12n * RENT + 500n, 2n * RENT - 500n])
    expect(await getter<boolean>(lease, 'ended')).toBe(true)
  }

  test('declined, the loss is shared', async () => {
    await done(does(arbiter, 'rulingDecline'))
    await shared()
  })

  test('not given within 30 days, the loss is shared', async () => {
    // 15 February 2028 + 30 days = 16 March, the whole day.
    expect(await result(does(arbiter, 'rulingRule', [0n], seconds('2028-03-17')))).toBe('ClauseNotOpen(11)')
    await perform()
    await shared()
  })

  test('given in the last second, it counts', async () => {
    expect(await result(does(arbiter, 'rulingRule', [0n], seconds('2028-03-17') - 1))).toBe('done')
  })
})

describe('12. Refund', () => {
  test('takes unpaid rent from the deposit, and the end leaves nothing behind', async () => {
    await deposit()
    await done(does(tenant, 'paymentPay', [500n * USDC], noon(START)))
    await perform(seconds('2027-02-06'))
    await done(does(tenant, 'noticeGiveNotice', [], noon('2027-02-07')))
    await perform(noon('2027-12-01'))
    // 500 + fee 25; March by the day: 1,000 * 6 / 31; fee of 6 March: 5%. Leaving on 7 March.
    const march = (RENT * 6n) / 31n
    const first = 525n * USDC + march
    const owed = first + (first * 5n) / 100n
    expect([await arrears(), await security()]).toEqual([0n, 0n])
    expect([await free(landlord), await free(tenant)]).toEqual([500n * USDC + owed, 2n * RENT - owed])
    expect(await getter<boolean>(lease, 'ended')).toBe(true)
    expect(await pending()).toEqual([])
  })
})
