/** What acts are given: values within their bounds, on them and beside them, and near what the deed knows already. */
import { DAY_SECONDS } from '../src/calendar.ts'
import { shapeOf } from '../src/emit/values.ts'
import type { Route } from '../src/model/model.ts'
import { MOST_MONEY, SHARE_PARTS } from '../src/model/range.ts'
import type { Random } from './random.ts'
import type { House, Position } from './setting.ts'
import { boundsOf, drawBetween } from './terms.ts'

export const drawGiven = (
  random: Random,
  house: House,
  position: Position,
  clause: number,
  { act: does, number }: Route,
  at: number,
): bigint[] => {
  const { model } = house.subject
  if (does.kind !== 'give') return []
  const before = random.chance(0.6) ? consentedTo(random, position, clause, number) : undefined
  if (before) return before
  // Those who act together have to say the same.
  const said = new Map<number, bigint>()
  return does.given.map(({ value }) => {
    const drawn = said.get(value) ?? drawValue(random, house, position, value, at)
    said.set(value, drawn)
    return encodable(model, value, drawn)
  })
}

/** What somebody has consented to already, perhaps when the clause was open before. */
const consentedTo = (
  random: Random,
  { state }: Position,
  clause: number,
  route: number,
): bigint[] | undefined => {
  const all = Object.keys(state.assents)
    .map((key) => key.split('/'))
    .filter(([of, , by]) => of === String(clause) && by === String(route))
  return all.length === 0 ? undefined : random.pick(all).slice(3).map(BigInt)
}

/** What the argument's type can carry: anything else no caller can say. */
const encodable = (model: House['subject']['model'], value: number, drawn: bigint): bigint => {
  const { signed, bits } = shapeOf(model, value)
  const [low, high] = signed
    ? [-(1n << BigInt(bits - 1)), (1n << BigInt(bits - 1)) - 1n]
    : [0n, (1n << BigInt(bits)) - 1n]
  return drawn < low ? low : drawn > high ? high : drawn
}

const drawValue = (
  random: Random,
  { subject }: House,
  position: Position,
  value: number,
  at: number,
): bigint => {
  const { model } = subject
  const { type } = model.values[value]!
  const [low, high] = boundsOf(model, value)
  const near = (list: readonly bigint[]) => random.pick(list) + BigInt(random.below(3) - 1)
  switch (type.kind) {
    case 'document':
      return random.between(0n, (1n << 256n) - 1n)
    case 'truth':
      return BigInt(random.below(2))
    case 'choice':
      return BigInt(random.below(type.choices.length + (random.chance(0.1) ? 2 : 0)))
    case 'date': {
      const today = BigInt(Math.floor((at + model.dayOffset) / DAY_SECONDS))
      const days = model.values.flatMap((each, i) =>
        each.type.kind === 'date' && position.state.values[i] !== undefined ? [position.state.values[i]] : [],
      )
      return clamped(
        random.pick([
          () => near([today, ...days]),
          () => today - BigInt(random.below(40)),
          () => today + BigInt(random.below(40)),
          () => drawBetween(random, low, high),
          () =>
            drawBetween(
              random,
              days.length > 0 ? days.reduce((a, b) => (a < b ? a : b)) : low,
              days.length > 0 ? days.reduce((a, b) => (a > b ? a : b)) : high,
            ),
        ])(),
        32n,
      )
    }
    case 'amount': {
      const amounts = amountsIn(model, position, type.token)
      const some = amounts.length > 0 ? random.pick(amounts) : high
      return clamped(
        random.pick([
          () => near(amounts.length > 0 ? amounts : [low]),
          () => drawBetween(random, low, some),
          () => drawBetween(random, low, some),
          () => near([low, high, MOST_MONEY]),
        ])(),
        128n,
      )
    }
    case 'share':
      return clamped(
        random.pick([() => drawBetween(random, low, high), () => near([low, high, 0n, SHARE_PARTS])])(),
        64n,
      )
    default: {
      const numbers = model.values.flatMap(({ exact, type: other }) =>
        exact && exact.d === 1n && other.kind === 'number' ? [exact.n] : [],
      )
      return random.pick([
        () => drawBetween(random, low, high),
        () => near([low, high, ...numbers]),
        () => near([low, high, ...numbers]),
      ])()
    }
  }
}

const clamped = (value: bigint, bits: bigint): bigint =>
  value < 0n ? 0n : value >= 1n << bits ? (1n << bits) - 1n : value

/** Every amount of some money that a deed knows of. */
export const amountsIn = (model: House['subject']['model'], { state }: Position, token: number): bigint[] => [
  ...model.holdings.flatMap((holding, i) => (holding.token === token ? [state.holdings[i]!] : [])),
  ...model.debts.flatMap((debt, i) => (debt.token === token ? [state.debts[i]!] : [])),
  ...model.values.flatMap(({ type }, i) =>
    type.kind === 'amount' && type.token === token && state.values[i] !== undefined ? [state.values[i]] : [],
  ),
]
