/** Lives of a lease for `lockstep.test.ts`, drawn so that they come to its bounds and to its rare states. */
import fc from 'fast-check'
import { type Hex, keccak256, toBytes } from 'viem'
import type { HDAccount } from 'viem/accounts'
import { days } from '../../../contracts/test/world.ts'
import { arbiter, landlord, stranger, tenant } from './lease.ts'
import {
  act,
  clauses,
  type Outcome,
  type Party,
  pending,
  perform,
  type State,
  type Who,
  withdraw,
} from './model.ts'

/** Something that somebody does. */
export interface Move {
  readonly at: number
  readonly who: Who
  readonly fn: string
  readonly args: readonly unknown[]
  /** What the words say comes of it. */
  readonly means: (s: State) => Outcome
}

const DAY = 86_400
/** All of it is over by then: a lease ends by its finish and 61 days at the latest. */
export const YEARS = 8 * 366 * DAY

export const accounts: Record<Who, HDAccount> = {
  Landlord: landlord,
  Tenant: tenant,
  Arbiter: arbiter,
  Stranger: stranger,
}
export const people = Object.keys(accounts) as Who[]
export const parties: Party[] = ['Landlord', 'Tenant']

/** Functions of the contract, by clause and act. */
export const functions: Readonly<Record<string, string>> = {
  '2.1': 'depositPay',
  '5.1': 'paymentPay',
  '6.1': 'noticeGiveNotice',
  '8.1': 'terminationTerminate',
  '9.1': 'handoverClaim',
  '10.1': 'answerDispute',
  '10.2': 'answerAccept',
  '11.1': 'rulingRule',
  '11.2': 'rulingDecline',
}
const routes = Object.entries(clauses).flatMap(([clause, { routes = [] }]) =>
  routes.map((route, i) => ({ clause: Number(clause), number: i + 1, route })),
)
const REPORT = { hash: keccak256(toBytes('report')), uri: 'documents/damage.md' }

const drawn = fc.noBias(fc.nat(99))
/** Numbers that choose among what the state offers, so that any list of steps can be taken. */
const step = fc.record({
  what: drawn,
  which: drawn,
  who: drawn,
  when: drawn,
  offset: fc.constantFrom(-1, -1, -1, 0, 0, 0, 1, 1, 43_200, -DAY, DAY - 1, DAY, 3 * DAY, 9 * DAY),
  amount: drawn,
})
export type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

/** Months of 28 to 31 days, and a grace that ends on 29 February or on the last day of another month. */
const edges = `2028-02-29 2027-01-31 2027-03-31 2027-08-31 2028-01-30 2028-02-24 2027-02-23 2027-01-01 2030-12-31
  2027-12-27 2027-05-31 2028-03-01`
/**
 * How lives begin, by words that lead to states which chance alone rarely meets: `8.1` is act 1 of clause 8 as soon as it
 * is possible, `6.1!` as soon as it no longer is, `9.1=` with as much as it may give, `+70` as many days of silence.
 */
const stories = [
  ...['', '2.1', '2.1', '2.1', '2.1 8.1', '2.1 +33 5.1 8.1', '2.1 +70 6.1 8.1', '2.1 6.1!', '2.1 6.1'],
  ...['2.1 9.1 10.2', '2.1 6.1 9.1 10.1', '2.1 9.1 10.1 11.1', '2.1 9.1= 10.1 11.1=', '2.1 9.1 10.1 11.2'],
  '2.1 9.1 10.1 +31',
]

export const lives = fc.record({
  start: fc.oneof(
    fc.constantFrom(...edges.split(/\s+/).map(days)),
    fc.integer({ min: days('2027-01-01'), max: days('2030-12-31') }),
  ),
  rent: fc.oneof(
    fc.constantFrom(100_000_000n, 20_000_000_000n, 1_000_000_000n, 1_234_567_891n, 100_000_001n),
    fc.bigInt(100_000_000n, 20_000_000_000n),
  ),
  /** Seconds from the last signature to the start; with none it comes too late. */
  signed: fc.constantFrom(0, 1, 2, 3, DAY, DAY + 1, 3 * DAY, 12 * DAY, 12 * DAY, 30 * DAY),
  story: fc.constantFrom(...stories).map((words) => words.split(' ').filter((word) => word !== '')),
  /** Whether somebody tries each act of the story before whom it is for. */
  hasty: fc.boolean(),
  steps: fc.array(step, { minLength: 40, maxLength: 40 }),
})

/** What an act's word in a story says, by whom it is for or by somebody else. */
export const moveOfWord = (s: State, clock: number, word: string, hasty: boolean): Move => {
  const { clause, number, route } = routes.find((each) => word.startsWith(`${each.clause}.${each.number}`))!
  const isPossible = (at: number) =>
    pending(perform(s, 1_000, at).state, at).some((each) => each.clause === clause && each.acts.length > 0)
  let at = clock + 1
  while (at < clock + YEARS && !isPossible(at)) at = nextChange(s, at)
  if (word.endsWith('!')) while (isPossible(at)) at = nextChange(s, at)
  const right = route.by === 'Anyone' ? 'Tenant' : route.by
  const who = hasty ? pick(people, people.indexOf(right) + 1 + (at % 3)) : right
  const then = perform(s, 1_000, at).state
  const left = then.arrears - 2n * s.terms.rent
  const high = route.gives?.[2](then)
  if (high === undefined || word.endsWith('=')) return actOf(at, clause, number, who, high)
  return actOf(at, clause, number, who, clause === 5 && left > 0n ? left : oddHalf(high))
}

/** Odd, so that a share of it has something to round. */
const oddHalf = (amount: bigint): bigint => (amount / 2n) | 1n

/** The first instant after `at` at which a timer runs or a day begins. */
const nextChange = (s: State, at: number): number => {
  const dues = Object.values(perform(s, 1_000, at).state.open)
  return Math.min(...dues, (Math.floor(at / DAY) + 1) * DAY)
}

export const moveOfStep = (s: State, clock: number, drawn: Step, token: Hex): Move => {
  const { what, which, amount } = drawn
  const at = instantOf(s, clock, drawn)
  const anyone = pick(people, drawn.who)
  if (what >= 85) {
    const max = pick([1, 2, 3, 100], which)
    return { at, who: anyone, fn: 'perform', args: [BigInt(max)], means: (s) => perform(s, max, at) }
  }
  if (what >= 78) return withdrawal(at, anyone, pick(parties, which), token)
  // Of most acts it is their time, and of most of these it is the right one who acts.
  const then = perform(s, 1_000, at).state
  const timely = routes.filter(({ clause }) => what < 65 && then.open[clause] !== undefined)
  const { clause, number, route } = pick(timely.length > 0 ? timely : routes, which)
  const who = drawn.who < 80 && route.by !== 'Anyone' ? route.by : anyone
  return actOf(at, clause, number, who, route.gives && amountOf(then, route.gives[2](then), amount))
}

export const withdrawal = (at: number, who: Who, party: Party, token: Hex): Move => {
  const args = [accounts[party].address, token]
  return { at, who, fn: 'withdraw', args, means: (s) => withdraw(s, party, at) }
}

const actOf = (at: number, clause: number, number: number, who: Who, amount: bigint | undefined): Move => {
  const args = amount === undefined ? [] : clause === 9 ? [amount, REPORT] : [amount]
  const fn = functions[`${clause}.${number}`]!
  return { at, who, fn, args, means: (s) => act(s, clause, number, who, amount, at) }
}

/** Near the present, or near an instant at which something changes. */
const instantOf = (s: State, clock: number, { when, offset }: Step): number => {
  const dues = Object.values(s.open).sort((a, b) => a - b)
  const tomorrow = Math.floor(clock / DAY) + 1
  const others = [s.terms.start, s.leaveDay, tomorrow, tomorrow + 30].map((day) => day * DAY)
  let base = clock
  if (when >= 25 && when < 75) base = dues[0] ?? clock
  if (when >= 75 && when < 85) base = pick([...dues, clock], when)
  if (when >= 85 && when < 99) base = pick(others, when)
  if (when === 99) base = clock + 700 * DAY
  return Math.max(base + offset, clock + 1)
}

/** Near a bound, or what matters to termination, or what a fee rounds off. */
const amountOf = ({ terms }: State, high: bigint, n: number): bigint => {
  const left = high - 2n * terms.rent
  const near = [high, high, high, high - 1n, high + 1n, left, left + 1n, high / 2n, high % 20n, 0n, 1n, 7n]
  const amount = pick([...near, (high * BigInt(n)) / 100n], n)
  return amount < 0n ? 0n : amount
}

const pick = <T>(list: readonly T[], n: number): T => list[n % list.length]!
