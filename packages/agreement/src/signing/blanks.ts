/**
 * The blanks of a deed: what the parties fill in before they sign, in words and as the contract keeps it. Words are those
 * of the language (`1,000 USDC`, `2027-02-01`, `5%`, `14 days`); addresses are 0x and 40 digits.
 */
import { dayOfDate, isoDay } from '../calendar.ts'
import { shownValue } from '../figures.ts'
import { checkBounds } from '../meaning/effects.ts'
import { figure, holds, type Scene } from '../meaning/evaluate.ts'
import { Fault, Refusal } from '../meaning/fault.ts'
import type { Model, Blank as ModelBlank, Type } from '../model/model.ts'

export interface Blank {
  /** As it is written in the text; the number of a unique token is `Title-id`. */
  readonly name: string
  readonly kind: 'party' | 'token' | 'feed' | 'token id' | 'document' | 'value'
  /** What may be written, as a half-sentence: "an amount such as 1,000 USDC". */
  readonly takes: string
  /** The sentence that declares it. */
  readonly sentence: string
}

/** As the contract keeps it: an address or hash in hexadecimal digits, money in smallest units, dates as days. */
export type Filled = `0x${string}` | bigint

/** By name. */
export type Filling = Readonly<Record<string, Filled>>

export type Understood = { readonly value: Filled } | { readonly wrong: string }

/** In the order of the text, which is that of the contract's `Terms`. */
export const blanksOf = (model: Model): Blank[] => model.blanks.map((blank) => describe(model, blank))

const describe = (model: Model, { kind, index }: ModelBlank): Blank => {
  if (kind === 'party') {
    const { name, sentence, third } = model.parties[index]!
    return {
      name,
      kind,
      sentence,
      takes: `the address of ${third ? 'the account' : 'whoever signs as'} ${name}`,
    }
  }
  if (kind === 'token' || kind === 'token id') {
    const { name, sentence, kind: sort, decimals } = model.tokens[index]!
    if (kind === 'token id')
      return { name: `${name}-id`, kind, sentence, takes: `the number of ${name} in its collection` }
    const what = sort === 'unique' ? 'collection (ERC-721)' : `token (ERC-20, ${decimals} decimals)`
    return { name, kind, sentence, takes: `the address of the ${what} that is ${name}` }
  }
  if (kind === 'feed') {
    const { name, sentence } = model.feeds[index]!
    return { name, kind, sentence, takes: 'the address of a price feed (AggregatorV3Interface)' }
  }
  const { name, sentence, type } = model.values[index]!
  const document = type.kind === 'document'
  return {
    name,
    kind: document ? 'document' : 'value',
    sentence,
    takes: KINDS[type.kind](model, type as never),
  }
}

type Kinds = { readonly [K in Type['kind']]: (model: Model, type: Extract<Type, { kind: K }>) => string }

const KINDS: Kinds = {
  amount: (model, { token }) => `an amount such as 1,000 ${model.tokens[token]!.name}`,
  number: (model, { unit }) =>
    unit === undefined ? 'a whole number' : `a number such as 5 ${model.units[unit]!.name}`,
  share: () => 'a share such as 5%',
  date: () => 'a date such as 2027-02-01',
  duration: (_, { measure }) => `a duration such as ${SPANS[measure].example}`,
  document: () => 'the name of a file, or the keccak256 of one',
  truth: () => 'yes or no',
  choice: (_, { choices }) => `one of ${choices.join(', ')}`,
  rate: () => 'nothing',
}

const SPANS = {
  days: { example: '14 days', words: { day: 1n, week: 7n } },
  months: { example: '3 months', words: { month: 1n, year: 12n } },
  seconds: { example: '3 hours', words: { minute: 60n, hour: 3600n } },
} as const

const ADDRESS = /^0x[0-9a-fA-F]{40}$/
const HASH = /^0x[0-9a-f]{64}$/

/** What the words say, without asking whether it lies within bounds. */
export const understand = (model: Model, name: string, words: string): Understood => {
  const at = placeOf(model, name)
  const { kind, takes } = describe(model, at)
  const wrong = { wrong: `"${words}" is not ${takes}` }
  if (kind === 'token id')
    return /^\d{1,78}$/.test(words) && BigInt(words) < 1n << 256n ? { value: BigInt(words) } : wrong
  if (kind === 'document') return HASH.test(words) ? { value: words as `0x${string}` } : wrong
  if (kind !== 'value')
    return ADDRESS.test(words) && !/^0x0+$/.test(words)
      ? { value: words.toLowerCase() as `0x${string}` }
      : wrong
  const value = figureOf(model, model.values[at.index]!.type, words)
  return value === undefined ? wrong : { value }
}

const figureOf = (model: Model, type: Type, words: string): bigint | undefined => {
  switch (type.kind) {
    case 'amount': {
      const { name, decimals } = model.tokens[type.token]!
      return decimal(words, ` ${name}`, decimals)
    }
    case 'number': {
      const unit = type.unit === undefined ? undefined : model.units[type.unit]!
      return decimal(words, unit ? ` ${unit.name}` : '', unit?.decimals ?? 0)
    }
    case 'share':
      return decimal(words, '%', 7)
    case 'date': {
      const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(words)?.map(Number) ?? []
      if (day === undefined) return undefined
      const count = dayOfDate(year!, month!, day)
      return isoDay(count) === words ? BigInt(count) : undefined
    }
    case 'duration': {
      const [, count, word] = /^(\d{1,6}) ([a-z]+?)s?$/.exec(words) ?? []
      const each = (SPANS[type.measure].words as Record<string, bigint>)[word ?? '']
      return each && BigInt(count!) * each
    }
    case 'truth':
      return words === 'yes' ? 1n : words === 'no' ? 0n : undefined
    case 'choice': {
      const index = type.choices.indexOf(words)
      return index < 0 ? undefined : BigInt(index)
    }
    default:
      return undefined
  }
}

/** `1,000.50 USDC` in smallest units; undefined if it has more digits than they. */
const decimal = (words: string, suffix: string, decimals: number): bigint | undefined => {
  if (!words.endsWith(suffix)) return undefined
  const digits = words.slice(0, words.length - suffix.length)
  const [, minus, whole, fraction = ''] = /^(-?)(\d{1,3}(?:,\d{3})+|\d{1,60})(?:\.(\d+))?$/.exec(digits) ?? []
  if (whole === undefined || fraction.length > decimals) return undefined
  const value = BigInt(`${whole.replaceAll(',', '')}${fraction.padEnd(decimals, '0')}`)
  return minus ? -value : value
}

/** Words that {@link understand} reads back as the same value. */
export const wordsOf = (model: Model, name: string, value: Filled): string => {
  if (typeof value === 'string') return value
  const { kind, index } = placeOf(model, name)
  if (kind !== 'value') return String(value)
  const { type } = model.values[index]!
  if (type.kind === 'date') return isoDay(Number(value))
  return shownValue(model, type, value)
}

/**
 * What is wrong with a filling, by name, as sentences: values out of their bounds, and parties that are one and the same.
 * Bounds that follow from blanks which are still open are not asked.
 */
export const checkFilling = (
  model: Model,
  filling: Filling,
): { readonly name: string; readonly wrong: string }[] => {
  const scene = sceneOf(model, filling)
  const found: { name: string; wrong: string }[] = []
  const signers = new Map<Filled, string>()
  for (const { kind, index } of model.blanks) {
    if (kind === 'party') {
      const { name, third } = model.parties[index]!
      const account = filling[name]
      if (account === undefined || third) continue
      const other = signers.get(account)
      if (other)
        found.push({ name, wrong: `is the account of ${other} too, and each party signs for itself` })
      signers.set(account, name)
    }
    if (kind === 'value') {
      const wrong = outOfBounds(scene, index)
      if (wrong) found.push({ name: model.values[index]!.name, wrong })
    }
  }
  for (const index of model.derived) {
    const wrong = outOfBounds(scene, index)
    if (wrong)
      found.push({ name: model.values[index]!.name, wrong: `${wrong}; it follows from the other values` })
  }
  return found
}

const outOfBounds = (scene: Scene, index: number): string | undefined => {
  const { model, state } = scene
  const { type, low, high } = model.values[index]!
  const value = state.values[index]
  if (value === undefined) return undefined
  try {
    checkBounds(scene, index, value)
    return undefined
  } catch (error) {
    if (error instanceof Fault) return undefined
    if (!(error instanceof Refusal)) throw error
    const [from, to] = [low, high].map((bound) =>
      bound ? shownValue(model, type, figure(scene, { expr: bound, up: false }, type)) : undefined,
    )
    const said = shownValue(model, type, value)
    return from && to
      ? `is ${said}, and lies from ${from} to ${to}`
      : `is ${said}, which is more than a deed can count`
  }
}

/**
 * Every value that is known when some blanks are filled, as it is shown: blanks, and constants that follow from them.
 * Names that are still open are left out.
 */
export const figuresOf = (model: Model, filling: Filling): ReadonlyMap<string, string> => {
  const { state } = sceneOf(model, filling)
  const figures = new Map<string, string>()
  for (const blank of model.blanks) {
    const { name } = describe(model, blank)
    if (blank.kind !== 'value' && filling[name] !== undefined)
      figures.set(name, wordsOf(model, name, filling[name]!))
  }
  model.values.forEach(({ name, type, fixed }, index) => {
    const value = state.values[index]
    if (value !== undefined && (fixed === 'agreed' || fixed === 'constant'))
      figures.set(name, shownValue(model, type, value))
  })
  return figures
}

/** The conditions of signing that do not hold at `clock` (seconds), in their own words. All blanks must be filled. */
export const requirementsUnmet = (model: Model, filling: Filling, clock: number): string[] => {
  const scene = sceneOf(model, filling, clock)
  return model.requirements
    .filter(({ condition }) => !holds(scene, condition))
    .map(({ sentence }) => sentence)
}

/** A deed of which only a part is agreed yet. */
const sceneOf = (model: Model, filling: Filling, now = 0): Scene => {
  const values = model.values.map(({ name, fixed }) => {
    const value = fixed === 'agreed' ? filling[name] : undefined
    return typeof value === 'string' ? BigInt(value) : value
  })
  const clauses = model.clauses.map(() => ({
    due: 0,
    left: 0,
    opening: false,
    openings: 0,
    from: 0,
    times: 0,
    round: 0,
  }))
  const state: Scene['state'] = {
    agreed: { parties: [], values: {} },
    now,
    begun: false,
    ended: false,
    signed: [],
    clauses,
    holdings: model.holdings.map(() => 0n),
    debts: model.debts.map(() => 0n),
    values,
    rows: model.tables.map(() => 0),
    holders: [],
    free: {},
    wallets: {},
    assents: {},
    orders: {},
  }
  const scene: Scene = { model, state, prices: [] }
  for (const index of model.derived) workOut(scene, index)
  return scene
}

const workOut = ({ model, state, prices }: Scene, index: number): void => {
  const { expr, type } = model.values[index]!
  if (!expr || type.kind === 'rate' || state.values[index] !== undefined) return
  try {
    state.values[index] = figure({ model, state, prices }, expr, type)
  } catch (error) {
    if (!(error instanceof Fault)) throw error
  }
}

const placeOf = (model: Model, name: string): ModelBlank => {
  const at = model.blanks.find((blank) => describe(model, blank).name === name)
  if (at) return at
  throw new RangeError(`there is no blank ${name}`)
}
