/**
 * The meaning of the lease: `lease.deed` as a table, and the rules of the language that perform any such table. It
 * was written from the words alone and shares nothing with the contract, neither its calendar nor its arithmetic,
 * so that what both say is what the words say. Days are counted from 1970, instants are seconds, money is in
 * millionths of a USDC.
 */

export type Who = 'Landlord' | 'Tenant' | 'Arbiter' | 'Stranger'
export type Party = 'Landlord' | 'Tenant'

export interface Terms {
  readonly rent: bigint
  readonly start: number
}

/** What an act gives: an amount, or nothing. */
export type Given = bigint | undefined

export interface State {
  readonly terms: Terms
  /** Instant of the step that is performed, or of the last one. */
  now: number
  readonly signed: Party[]
  begun: boolean
  ended: boolean
  /** Due instants of the open clauses. */
  readonly open: Record<number, number>
  /** Rounds that have run of clauses that repeat. */
  readonly rounds: Record<number, number>
  security: bigint
  arrears: bigint
  damage: bigint
  award: bigint
  leaveDay: number
  /** What has become a party's own and waits in the deed. */
  readonly free: Record<Party, bigint>
  readonly wallets: Record<Who, bigint>
  breaches: number
}

export interface Outcome {
  readonly state: State
  /** `done`, or the name of what refused it, as the contract names it. */
  readonly result: string
}

type Effect = (s: State, given: bigint) => void

interface Route {
  readonly by: Who | 'Anyone'
  readonly must?: true
  /** "at any time": the clause stays open. */
  readonly often?: true
  /** What is given has this name, and these bounds. */
  readonly gives?: readonly [field: string, low: bigint, high: (s: State) => bigint]
  readonly only?: (s: State) => boolean
  /** Money that the act brings. */
  readonly pays?: (s: State, given: bigint) => bigint
  readonly effects: readonly Effect[]
}

interface Clause {
  /** First second after the wait, or the instant of the next round. */
  readonly due?: (s: State) => number
  readonly times?: number
  readonly each?: readonly Effect[]
  readonly routes?: readonly Route[]
  /** "Otherwise", "Afterwards", "On", or the effects of a clause that waits for nothing. */
  readonly otherwise: readonly Effect[]
}

const STEPS = 32
const DAY = 86_400
const USDC = 1_000_000n

// ---- the words of the lease ------------------------------------------------------------------------------------

const finish = ({ terms }: State) => addMonths(terms.start, 12)
const nextRent = (s: State) => addMonths(s.terms.start, s.rounds[3] ?? 0)

const dispute: Route = { by: 'Tenant', effects: [begin(11)] }
const payDamage = [releaseToLandlord((s) => [s.damage, 1n]), begin(12)]
const payHalf = [releaseToLandlord((s) => [s.damage, 2n]), begin(12)]

export const clauses: Readonly<Record<number, Clause>> = {
  2: {
    due: (s) => after(s.terms.start - 1),
    routes: [
      {
        by: 'Tenant',
        must: true,
        pays: (s) => 2n * s.terms.rent,
        effects: [(s) => (s.security += 2n * s.terms.rent), begin(3, 4, 5, 6, 8)],
      },
    ],
    otherwise: [end],
  },
  3: {
    due: (s) => nextRent(s) * DAY,
    times: 12,
    each: [
      (s) => {
        if (s.leaveDay <= today(s)) return
        const stays = Math.min(s.leaveDay, nextRent(s)) - today(s)
        charge(s, [s.terms.rent * BigInt(stays), BigInt(nextRent(s) - today(s))])
      },
    ],
    otherwise: [close(4, 6, 7, 8), begin(9)],
  },
  4: {
    due: (s) => addMonths(s.terms.start + 5, s.rounds[4] ?? 0) * DAY,
    times: 12,
    each: [
      (s) => {
        if (s.arrears > 0n) charge(s, lesser([5n * s.arrears, 100n], [60n * USDC, 1n]))
      },
    ],
    otherwise: [],
  },
  5: {
    due: (s) => after(finish(s) + 60),
    routes: [
      {
        by: 'Anyone',
        often: true,
        gives: ['amount', 1n, (s) => s.arrears],
        pays: (_, amount) => amount,
        effects: [
          (s, amount) => {
            s.arrears -= amount
            s.free.Landlord += amount
          },
        ],
      },
    ],
    otherwise: [],
  },
  6: {
    due: (s) => after(finish(s)),
    routes: [
      {
        by: 'Tenant',
        only: (s) => today(s) >= s.terms.start && addMonths(today(s), 1) < finish(s),
        effects: [(s) => (s.leaveDay = Math.max(addMonths(today(s), 1), nextRent(s))), begin(7)],
      },
    ],
    otherwise: [],
  },
  7: { due: (s) => s.leaveDay * DAY, otherwise: [close(3, 4, 8), begin(9)] },
  8: {
    due: (s) => after(finish(s)),
    routes: [
      {
        by: 'Landlord',
        only: (s) => s.arrears >= 2n * s.terms.rent,
        effects: [close(3, 4, 6, 7), begin(9)],
      },
    ],
    otherwise: [],
  },
  9: {
    due: (s) => after(today(s) + 14),
    routes: [
      {
        by: 'Landlord',
        gives: ['damage', 0n, (s) => s.security],
        effects: [(s, damage) => (s.damage = damage), begin(10)],
      },
    ],
    otherwise: [begin(12)],
  },
  10: {
    due: (s) => after(today(s) + 7),
    routes: [dispute, { by: 'Tenant', effects: payDamage }],
    otherwise: payDamage,
  },
  11: {
    due: (s) => after(today(s) + 30),
    routes: [
      {
        by: 'Arbiter',
        gives: ['award', 0n, (s) => s.damage],
        effects: [(s, award) => (s.award = award), releaseToLandlord((s) => [s.award, 1n]), begin(12)],
      },
      { by: 'Arbiter', effects: payHalf },
    ],
    otherwise: payHalf,
  },
  12: {
    otherwise: [
      (s) => {
        const amount = s.arrears < s.security ? s.arrears : s.security
        s.security -= amount
        s.arrears -= amount
        s.free.Landlord += amount
      },
      end,
    ],
  },
}

// ---- the rules of the language ---------------------------------------------------------------------------------

/** Before anybody has signed. */
export const newState = (terms: Terms, wallets: Record<Who, bigint>): State => ({
  terms,
  now: 0,
  signed: [],
  begun: false,
  ended: false,
  open: {},
  rounds: {},
  security: 0n,
  arrears: 0n,
  damage: 0n,
  award: 0n,
  leaveDay: addMonths(terms.start, 12),
  free: { Landlord: 0n, Tenant: 0n },
  wallets,
  breaches: 0,
})

/** A party signs: with the last one the first clause that has steps opens. */
export const sign = (state: State, party: Party, clock: number): Outcome =>
  attempt(state, (s) => {
    if (s.signed.includes(party)) return 'BadSignature'
    s.signed.push(party)
    if (s.signed.length < 2) return undefined
    s.now = clock
    if (today(s) >= s.terms.start) return 'ConditionNotMet(1, 0)'
    s.begun = true
    begin(2)(s, 0n)
    return undefined
  })

/** Somebody acts: what is due comes first, and is taken back with an act that is refused. */
export const act = (state: State, clause: number, route: number, who: Who, given: Given, clock: number) =>
  attempt(state, (s) => {
    if (!s.begun) return 'NotSigned'
    elapse(s, clock, STEPS)
    if (nextTimer(s, clock)) return 'BehindSchedule'
    if (s.open[clause] === undefined) return `ClauseNotOpen(${clause})`
    const { by, gives, only, often, pays, effects } = clauses[clause]!.routes![route - 1]!
    const amount = given ?? 0n
    s.now = clock
    if (by !== 'Anyone' && by !== who) return 'NotYourAct'
    if (gives && (amount < gives[1] || amount > gives[2](s))) return `OutOfBounds(${gives[0]})`
    if (only && !only(s)) return `ConditionNotMet(${clause}, ${route})`
    if (!often) delete s.open[clause]
    const price = pays?.(s, amount) ?? 0n
    if (price > s.wallets[who]) return 'ERC20InsufficientBalance'
    s.wallets[who] -= price
    step(s, effects, amount)
    return undefined
  })

/** Anybody lets at most `max` timers run that are due. */
export const perform = (state: State, max: number, clock: number): Outcome =>
  attempt(state, (s) => (elapse(s, clock, max) === 0 ? 'NothingDue' : undefined))

/** Anybody sends a party what is its own. */
export const withdraw = (state: State, party: Party, clock: number): Outcome =>
  attempt(state, (s) => {
    elapse(s, clock, STEPS)
    s.wallets[party] += s.free[party]
    s.free[party] = 0n
    return undefined
  })

/** The open clauses with what is possible in each at `clock`, as the contract would list it. */
export const pending = (state: State, clock: number) =>
  Object.entries(state.open).map(([key, due]) => {
    const [clause, routes] = [Number(key), clauses[Number(key)]!.routes ?? []]
    const at: State = { ...state, now: clock }
    const acts = routes.flatMap(({ only, gives }, i) =>
      due > clock && (!only || only(at)) && (!gives || gives[1] <= gives[2](at)) ? [i + 1] : [],
    )
    return { clause, due, acts, must: routes.some(({ must }) => must) }
  })

const attempt = (state: State, run: (s: State) => string | undefined): Outcome => {
  const s = structuredClone(state)
  const refusal = run(s)
  return refusal === undefined ? { state: s, result: 'done' } : { state, result: refusal }
}

const elapse = (s: State, clock: number, max: number): number => {
  for (let done = 0; ; done++) {
    const next = done < max && nextTimer(s, clock)
    if (!next) return done
    const [due, number] = next
    const { due: instant, each, routes, times = 0, otherwise } = clauses[number]!
    const round = s.rounds[number] ?? 0
    s.now = due
    if (each && round < times) {
      s.rounds[number] = round + 1
      s.open[number] = Math.max(instant!(s), due)
      step(s, each, 0n)
    } else {
      delete s.open[number]
      if (routes?.some(({ must }) => must)) s.breaches++
      step(s, otherwise, 0n)
    }
  }
}

/** The least (due, number) that is due. Keys of a record that are numbers come in order. */
const nextTimer = (s: State, clock: number): [due: number, clause: number] | undefined => {
  const due = Object.entries(s.open).filter(([, at]) => at <= clock)
  const [first] = due.sort(([, a], [, b]) => a - b)
  return first && [first[1], Number(first[0])]
}

const step = (s: State, effects: readonly Effect[], given: bigint): void => {
  for (const effect of effects) effect(s, given)
  if (!s.ended && Object.keys(s.open).length === 0) end(s)
}

function begin(...numbers: number[]): Effect {
  return (s) => {
    for (const number of numbers) {
      const { due, otherwise } = clauses[number]!
      if (s.ended || s.open[number] !== undefined) throw new Error(`clause ${number} begins twice`)
      if (due) s.open[number] = Math.max(due(s), s.now)
      else for (const effect of otherwise) effect(s, 0n)
    }
  }
}

function close(...numbers: number[]): Effect {
  return (s) => {
    for (const number of numbers) delete s.open[number]
  }
}

function end(s: State): void {
  for (const number of Object.keys(s.open)) delete s.open[Number(number)]
  s.free.Tenant += s.security
  s.security = 0n
  s.ended = true
}

// ---- numbers and days ------------------------------------------------------------------------------------------

/** Numerator and denominator: an expression is exact and is rounded once, where it is stored or moved. */
type Ratio = readonly [bigint, bigint]

/** No ratio here is negative, so dividing cuts off what is below one. */
const down = ([n, d]: Ratio): bigint => n / d
const lesser = (a: Ratio, b: Ratio): Ratio => (a[0] * b[1] < b[0] * a[1] ? a : b)

const charge = (s: State, amount: Ratio): void => {
  s.arrears += down(amount)
}

function releaseToLandlord(amount: (s: State) => Ratio): Effect {
  return (s) => {
    const released = down(amount(s))
    if (released > s.security) throw new Error('a release is not covered')
    s.security -= released
    s.free.Landlord += released
  }
}

const today = ({ now }: State): number => Math.floor(now / DAY)
const after = (day: number): number => (day + 1) * DAY

/** The same day so many months later, or that month's last day. Day 0 of a month is the last of the one before. */
const addMonths = (day: number, months: number): number => {
  const date = new Date(day * DAY * 1000)
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth() + months]
  const last = new Date(Date.UTC(year, month + 1, 0)).getUTCDate()
  return Date.UTC(year, month, Math.min(date.getUTCDate(), last)) / 1000 / DAY
}
