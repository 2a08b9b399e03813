/** What kind of thing an expression is, and in which units it is counted. */
import type { Measure, Type } from '../model/model.ts'
import type { Check } from './context.ts'

/** Name of a unit or of money -> exponent. A share is counted in `%`. */
export type Units = Readonly<Record<string, number>>

export type Sort =
  | { readonly sort: 'quantity'; readonly units: Units }
  | { readonly sort: 'day' }
  | { readonly sort: 'duration'; readonly measure: Measure }
  | { readonly sort: 'truth' }
  | { readonly sort: 'choice'; readonly choices: readonly string[] }
  | { readonly sort: 'document' }

export const PLAIN: Units = {}
export const SHARE: Units = { '%': 1 }

/** `a * b`, or with -1 `a / b`. */
export const combine = (a: Units, b: Units, sign: 1 | -1): Units => {
  const units: Record<string, number> = { ...a }
  for (const [name, exponent] of Object.entries(b)) {
    units[name] = (units[name] ?? 0) + sign * exponent
    if (units[name] === 0) delete units[name]
  }
  return units
}

export const sameUnits = (a: Units, b: Units): boolean =>
  Object.keys(a).length === Object.keys(b).length &&
  Object.entries(a).every(([name, exponent]) => b[name] === exponent)

export const isShare = (units: Units): boolean => sameUnits(units, SHARE)
export const isPlain = (units: Units): boolean => Object.keys(units).length === 0

export const sameSort = (a: Sort, b: Sort): boolean => {
  if (a.sort === 'quantity' && b.sort === 'quantity') return sameUnits(a.units, b.units)
  if (a.sort === 'duration' && b.sort === 'duration') return a.measure === b.measure
  if (a.sort === 'choice' && b.sort === 'choice') return a.choices.join() === b.choices.join()
  return a.sort === b.sort
}

/** As an error says it: `USDC`, `USDC per WETH`, `a date`. */
export const sortWords = (sort: Sort): string => {
  if (sort.sort === 'quantity') return unitWords(sort.units)
  if (sort.sort === 'duration') return MEASURE_WORDS[sort.measure]
  if (sort.sort === 'day') return 'a date'
  if (sort.sort === 'truth') return 'yes or no'
  if (sort.sort === 'choice') return `one of ${sort.choices.join(', ')}`
  return 'a document'
}

/** Something of a sort, as it could be written. */
export const exampleOf = (sort: Sort): string => {
  if (sort.sort === 'duration')
    return { days: '14 days', months: '3 months', seconds: '2 hours' }[sort.measure]
  if (sort.sort === 'choice') return sort.choices[0]!
  if (sort.sort !== 'quantity') return { day: '2027-02-01', truth: 'yes', document: 'report' }[sort.sort]
  const [[name] = ['']] = Object.entries(sort.units)
  return isPlain(sort.units) ? '5' : isShare(sort.units) ? '5%' : `5 ${name}`
}

const MEASURE_WORDS: Readonly<Record<Measure, string>> = {
  days: 'a number of days',
  months: 'a number of months',
  seconds: 'hours or minutes',
}

const unitWords = (units: Units): string => {
  if (isPlain(units)) return 'a plain number'
  if (isShare(units)) return 'a share'
  const names = (sign: number) =>
    Object.entries(units)
      .filter(([, exponent]) => Math.sign(exponent) === sign)
      .map(([name, exponent]) => `${name}${Math.abs(exponent) === 1 ? '' : `^${Math.abs(exponent)}`}`)
      .join(' * ')
  const [over, under] = [names(1), names(-1)]
  if (under === '') return over
  return `${over === '' ? '1' : over} per ${under}`
}

export const sortOfType = (check: Pick<Check, 'money' | 'units'>, type: Type): Sort => {
  switch (type.kind) {
    case 'amount':
      return { sort: 'quantity', units: { [check.money[type.token]!.name]: 1 } }
    case 'number':
      return {
        sort: 'quantity',
        units: type.unit === undefined ? PLAIN : { [check.units[type.unit]!.name]: 1 },
      }
    case 'share':
      return { sort: 'quantity', units: SHARE }
    case 'date':
      return { sort: 'day' }
    case 'duration':
      return { sort: 'duration', measure: type.measure }
    case 'document':
      return { sort: 'document' }
    case 'truth':
      return { sort: 'truth' }
    case 'choice':
      return { sort: 'choice', choices: type.choices }
    case 'rate':
      return { sort: 'quantity', units: type.units }
  }
}

/** The type of a constant with such a value; undefined where it has several units. */
export const typeOfSort = (check: Pick<Check, 'money' | 'units'>, sort: Sort): Type | undefined => {
  if (sort.sort === 'day') return { kind: 'date' }
  if (sort.sort === 'duration') return { kind: 'duration', measure: sort.measure }
  if (sort.sort === 'truth') return { kind: 'truth' }
  if (sort.sort === 'choice') return { kind: 'choice', choices: sort.choices }
  if (sort.sort === 'document') return { kind: 'document' }
  if (isPlain(sort.units)) return { kind: 'number' }
  if (isShare(sort.units)) return { kind: 'share' }
  const [[name, exponent], ...others] = Object.entries(sort.units) as [[string, number]]
  if (exponent !== 1 || others.length > 0) return undefined
  const token = check.money.findIndex((each) => each.name === name)
  if (token >= 0) return { kind: 'amount', token }
  return { kind: 'number', unit: check.units.findIndex((each) => each.name === name) }
}
