/** The whole state on both sides: what is held, owed, stated, free, waited for, and what would be possible. */

import { pending } from '../src/meaning/pending.ts'
import { amountOf } from '../src/meaning/state.ts'
import { attempt, elapse, MAX_STEPS, nextTimer } from '../src/meaning/time.ts'
import { balanceOf, run } from './chain.ts'
import { addressWord, callOf, wordAt } from './codec.ts'
import { type House, OWNER, type Position, type Setting } from './setting.ts'
import { pricesAt } from './step.ts'

const NEVER = (1n << 40n) - 1n

/** The first thing in which the two sides differ. */
export const stateDifference = ({ house }: Setting, position: Position): string | undefined => {
  const { model, outline } = house.subject
  const { state } = position
  const answer = asker(house, position)
  const differ = (what: string, meant: bigint, found: bigint) =>
    meant === found ? undefined : `${what} is ${meant} by the words, and ${found} by the contract`
  const first = (...found: (string | undefined)[]) => found.find((each) => each !== undefined)
  const getter = (name: string, args: bigint[] = []) => wordAt(answer(name, args), 0)
  const dues = state.clauses.flatMap(({ due }) => (due === 0 ? [] : [due]))
  const fields = model.values.flatMap(({ name, fixed }, i) => {
    const value = state.values[i]
    if ((fixed !== 'variable' && fixed !== 'later') || value === undefined) return []
    const known = outline.fields.find((field) => field.name === name)!
    return [differ(name, BigInt.asUintN(256, value), getter(known.getter))]
  })
  return first(
    differ('begun', BigInt(state.begun), getter('begun')),
    differ('ended', BigInt(state.ended), getter('ended')),
    differ('the next timer', dues.length === 0 ? NEVER : BigInt(Math.min(...dues)), wordAt(answer('due'), 1)),
    ...outline.holdings.map(({ name, getter: own }, i) => differ(name, state.holdings[i]!, getter(own))),
    ...outline.debts.map(({ name, getter: own }, i) => differ(name, state.debts[i]!, getter(own))),
    ...fields,
    ...model.tables.map(({ name }, i) =>
      differ(
        name,
        BigInt(state.rows[i]!),
        getter(outline.fields.find((field) => field.name === name)!.getter),
      ),
    ),
    ...freeDifferences(house, position, getter),
    ...(state.begun && !state.ended ? [pendingDifference(house, position, answer)] : []),
  )
}

type Ask = (name: string, args?: bigint[]) => Uint8Array

const asker =
  ({ subject, chain, deed }: House, { ledger, clock }: Position): Ask =>
  (name, args = []) => {
    const data = callOf(subject.contract.codec, name, args)
    const { ok, output } = run(chain, ledger, { from: OWNER, to: deed, data, time: clock })
    if (!ok) throw new Error(`the contract refuses to answer ${name}`)
    return output
  }

/** What is somebody's own, and that the deed has all that it owes. */
const freeDifferences = (
  house: House,
  { ledger, state, clock }: Position,
  getter: (name: string, args: bigint[]) => bigint,
): (string | undefined)[] => {
  const { subject, people, tokens, chain, deed } = house
  return subject.model.tokens.flatMap(({ name, kind }, token) => {
    const own = people.map(({ address }) => amountOf(state.free, address, token))
    const frees = people.map(({ name: of, address }, i) => {
      const found = getter('balanceOf', [addressWord(address), addressWord(tokens[token]!)])
      return own[i] === found
        ? undefined
        : `${of} has ${own[i]} ${name} free by the words, and ${found} by the contract`
    })
    const held = state.holdings.reduce(
      (sum, amount, i) => (subject.model.holdings[i]!.token === token ? sum + amount : sum),
      0n,
    )
    const owed = own.reduce((sum, amount) => sum + amount, held)
    const data = callOf(subject.props.TestToken.codec, 'balanceOf', [addressWord(deed)])
    const there =
      kind === 'native'
        ? balanceOf(ledger, deed)
        : wordAt(run(chain, ledger, { from: OWNER, to: tokens[token]!, data, time: clock }).output, 0)
    return [
      ...frees,
      there === owed ? undefined : `the deed has ${there} ${name}, and owes ${owed} to its people`,
    ]
  })
}

/** What is possible now, and what will be at a later moment if nobody acts. */
const pendingDifference = (house: House, position: Position, ask: Ask): string | undefined => {
  const { model } = house.subject
  const { state, clock } = position
  const now = shownPending(pending(model, state, clock, pricesAt(model, position, clock)))
  const found = shownPending(readPending(ask('pending')))
  if (now !== found) return `pending is ${now} by the words, and ${found} by the contract`
  const dues = state.clauses.flatMap(({ due }) => (due > clock ? [due] : []))
  if (dues.length === 0) return undefined
  const later = Math.min(...dues) + 1
  const then = attempt(model, state, (action) => {
    elapse(action, later, MAX_STEPS)
  })
  if (!('state' in then) || nextTimer(then.state, later) !== undefined) return undefined
  const meant = shownPending(
    then.state.ended ? [] : pending(model, then.state, later, pricesAt(model, position, clock)),
  )
  const seen = shownPending(readPending(ask('preview', [BigInt(later)])))
  return meant === seen ? undefined : `preview is ${meant} by the words, and ${seen} by the contract`
}

interface Open {
  readonly clause: number
  readonly due: number
  readonly acts: readonly number[]
  readonly must: boolean
}

const shownPending = (list: readonly Open[]): string =>
  list
    .map(({ clause, due, acts, must }) => `${clause} until ${due} [${acts.join()}]${must ? '!' : ''}`)
    .join('; ')

/** Of `Pending[]`, a list of tuples with a list in each. */
const readPending = (bytes: Uint8Array): Open[] => {
  const list = Number(wordAt(bytes, 0)) / 32
  const count = Number(wordAt(bytes, list))
  return Array.from({ length: count }, (_, i) => {
    const at = list + 1 + Number(wordAt(bytes, list + 1 + i)) / 32
    const acts = at + Number(wordAt(bytes, at + 2)) / 32
    return {
      clause: Number(wordAt(bytes, at)),
      due: Number(wordAt(bytes, at + 1)),
      acts: Array.from({ length: Number(wordAt(bytes, acts)) }, (_, k) =>
        Number(wordAt(bytes, acts + 1 + k)),
      ),
      must: wordAt(bytes, at + 3) === 1n,
    }
  })
}
