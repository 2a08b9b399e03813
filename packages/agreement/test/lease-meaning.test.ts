/**
 * The interpreter against a model of the lease that was written from its words alone, with arithmetic and a calendar
 * of its own (`examples/lease/test/model.ts`): whatever anybody does and whenever, both say the same of it.
 */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import * as words from '../../../examples/lease/test/model.ts'
import { act } from '../src/meaning/act.ts'
import { pending } from '../src/meaning/pending.ts'
import { isRefused, type Outcome, type State } from '../src/meaning/state.ts'
import { create, perform, sign, withdraw } from '../src/meaning/steps.ts'
import { indexOf, shippedModel } from './models.ts'

const model = shippedModel('lease')
const value = (name: string) => indexOf(model.values, name)
const DAY = 86_400
const PEOPLE = ['Landlord', 'Tenant', 'Arbiter', 'Stranger'] as const
const WALLET = 50_000_000_000n
const RUNS = Number(process.env.DEED_RUNS ?? 400)

/** Acts by clause and number, and whether they give an amount. */
const ACTS = [
  [2, 1],
  [5, 1, true],
  [6, 1],
  [8, 1],
  [9, 1, true],
  [10, 1],
  [10, 2],
  [11, 1, true],
  [11, 2],
] as const

const step = fc.record({
  what: fc.nat(99),
  which: fc.nat(99),
  who: fc.nat(99),
  when: fc.nat(99),
  amount: fc.nat(120),
  offset: fc.constantFrom(-1, 0, 1, DAY - 1, DAY, 3 * DAY, 20 * DAY, 40 * DAY, 700 * DAY),
})

const lives = fc.record({
  start: fc.integer({ min: 20_819, max: 22_279 }),
  rent: fc.oneof(fc.constantFrom(100_000_000n, 20_000_000_000n), fc.bigInt(100_000_000n, 20_000_000_000n)),
  early: fc.constantFrom(0, 1, DAY, 12 * DAY, 200 * DAY),
  steps: fc.array(step, { minLength: 60, maxLength: 60 }),
})

const seen = new Set<string>()
const acted = new Set<string>()
const REASONS = [
  ...['ClauseNotOpen', 'ConditionNotMet', 'ERC20InsufficientBalance'],
  ...['NotSigned', 'NotYourAct', 'NothingDue', 'OutOfBounds', 'done'],
].sort()

/** As the other model names it. */
const shown = (outcome: Outcome): string =>
  isRefused(outcome)
    ? outcome.refused.replace(/^(NotYourAct|NotSigned|BadSignature|BehindSchedule|NothingDue)\(.*/, '$1')
    : 'done'

it('says of every life of a lease what its words say', () => {
  const property = fc.property(lives, ({ start, rent, early, steps }) => {
    const wallets = Object.fromEntries(PEOPLE.map((name) => [name, [WALLET]]))
    const agreed = {
      parties: ['Landlord', 'Tenant', 'Arbiter'],
      values: { [value('rent')]: rent, [value('start')]: BigInt(start), [value('inventory')]: 1n },
    }
    let [mine, theirs] = [
      stateOf(create(model, agreed, wallets)),
      words.newState(
        { rent, start },
        { Landlord: WALLET, Tenant: WALLET, Arbiter: WALLET, Stranger: WALLET },
      ),
    ]
    const both = (clock: number, my: Outcome, their: words.Outcome) => {
      expect(shown(my)).toBe(their.result)
      seen.add(their.result.replace(/\(.*/, ''))
      if (isRefused(my)) return
      mine = my.state
      theirs = their.state
      expect(cellsOf(mine)).toEqual(cells(theirs))
      expect(pending(model, mine, clock)).toEqual(words.pending(theirs, clock))
    }
    let clock = start * DAY - early
    both(clock, sign(model, mine, 'Landlord', clock), words.sign(theirs, 'Landlord', clock))
    both(clock, sign(model, mine, 'Tenant', clock), words.sign(theirs, 'Tenant', clock))
    for (const drawn of steps) {
      const dues = Object.values(theirs.open).sort((a, b) => a - b)
      clock = Math.max(
        clock,
        (drawn.when < 60 ? clock : (dues[drawn.when % Math.max(dues.length, 1)] ?? clock)) + drawn.offset,
      )
      const who = PEOPLE[drawn.who % 4]!
      if (drawn.what >= 90) {
        const max = 1 + (drawn.which % 40)
        both(clock, perform(model, mine, max, clock), words.perform(theirs, max, clock))
        continue
      }
      if (drawn.what >= 85) {
        const party = drawn.which % 2 === 0 ? 'Landlord' : 'Tenant'
        both(clock, withdraw(model, mine, party, 0, clock), words.withdraw(theirs, party, clock))
        continue
      }
      const timely = ACTS.filter(
        ([clause]) => words.perform(theirs, 99, clock).state.open[clause] !== undefined,
      )
      // Of those whose time it is often the last, so that disputes come to their end.
      const list = drawn.what < 80 && timely.length > 0 ? (drawn.what < 40 ? timely.slice(-2) : timely) : ACTS
      const [clause, route, gives] = list[drawn.which % list.length]!
      const right = words.clauses[clause]!.routes![route - 1]!.by
      const caller = drawn.who < 80 && right !== 'Anyone' ? right : who
      const most = clause === 5 ? theirs.arrears : clause === 9 ? theirs.security : theirs.damage
      const amount = gives ? (most * BigInt(drawn.amount)) / 100n : undefined
      const call = {
        clause: clause - 1,
        route,
        caller,
        ...(clause === 5
          ? { amount: amount! }
          : { given: clause === 9 ? [amount!, 7n] : gives ? [amount!] : [] }),
      }
      const outcome = act(model, mine, call, clock)
      both(clock, outcome, words.act(theirs, clause, route, caller, amount, clock))
      if (!isRefused(outcome)) acted.add(`${clause}.${route}`)
    }
  })
  fc.assert(property, { numRuns: RUNS, seed: 1 })
  expect([...seen].sort()).toEqual(REASONS)
  expect([...acted].sort()).toEqual(ACTS.map(([clause, route]) => `${clause}.${route}`).sort())
})

const stateOf = (outcome: Outcome): State => {
  if (isRefused(outcome)) throw new Error(outcome.refused)
  return outcome.state
}

const cellsOf = (state: State) => ({
  begun: state.begun,
  ended: state.ended,
  open: Object.fromEntries(state.clauses.flatMap(({ due }, i) => (due === 0 ? [] : [[i + 1, due]]))),
  security: state.holdings[0],
  arrears: state.debts[0],
  damage: state.values[value('damage')] ?? 0n,
  award: state.values[value('award')] ?? 0n,
  leaveDay: Number(state.values[value('leave-day')]),
  free: [state.free.Landlord?.[0] ?? 0n, state.free.Tenant?.[0] ?? 0n],
  wallets: PEOPLE.map((name) => state.wallets[name]![0]),
})

const cells = (state: words.State) => ({
  begun: state.begun,
  ended: state.ended,
  open: { ...state.open },
  security: state.security,
  arrears: state.arrears,
  damage: state.damage,
  award: state.award,
  leaveDay: state.leaveDay,
  free: [state.free.Landlord, state.free.Tenant],
  wallets: PEOPLE.map((name) => state.wallets[name]),
})
