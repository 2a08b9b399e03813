/** What the tests of acts do with a lease, over and over. */
import { type Hex, keccak256, toBytes } from 'viem'
import type { HDAccount } from 'viem/accounts'
import { act, eventsOf, type Outcome, seconds } from '../../../contracts/test/world.ts'
import { done, FINISH, getter, type Lease, landlord, RENT, stranger, tenant } from './lease.ts'

export const REPORT: { hash: Hex; uri: string } = {
  hash: keccak256(toBytes('report')),
  uri: 'documents/damage.md',
}

export const noon = (day: string): number => seconds(day, '12:00:00')

export const result = async (outcome: Promise<Outcome>): Promise<string> => (await outcome).result

/** @param current The lease of the test that runs. */
export const actsOn = (current: () => Lease) => {
  const does = (who: HDAccount, fn: string, args: unknown[] = [], at?: number) =>
    act(current().world, current().deed, who, fn, args, at)
  const events = async (outcome: Promise<Outcome>) => eventsOf(current().deed, (await done(outcome)).receipt)
  const perform = (at?: number) => done(does(stranger, 'perform', [100n], at))
  const deposit = (at = noon('2027-01-22')) => done(does(tenant, 'depositPay', [], at))
  const arrears = () => getter(current(), 'arrears')
  const security = () => getter(current(), 'security')
  const free = (who: HDAccount) => getter(current(), 'balanceOf', [who.address, current().token.address])
  /** Open clauses as `number: acts`, an obligation with `!`. */
  const pending = async () => {
    const list = await getter<{ clause: number; acts: number[]; must: boolean }[]>(current(), 'pending')
    return list.map(({ clause, acts, must }) => `${clause}${must ? '!' : ''}: ${acts.join(' ')}`.trim())
  }

  /** To the day after the finish with all rent paid, so that only the handover is left. */
  const liveThere = async () => {
    await deposit()
    for (let month = 0; month < 12; month++) {
      const day = `${2027 + Math.floor((month + 1) / 12)}-${String(((month + 1) % 12) + 1).padStart(2, '0')}-01`
      await done(does(tenant, 'paymentPay', [RENT], noon(day)))
    }
    await perform(noon(FINISH))
  }
  const claim = (damage: bigint, at = noon('2028-02-10')) =>
    does(landlord, 'handoverClaim', [damage, REPORT], at)
  const dispute = (at = noon('2028-02-15')) => does(tenant, 'answerDispute', [], at)

  return { does, events, perform, deposit, arrears, security, free, pending, liveThere, claim, dispute }
}
