/** One step on both sides: what the words mean by it, what the contract does, and whether that is the same. */
import type { Address } from '@deed/evm'
import { act, type Pull } from '../src/meaning/act.ts'
import { Fault } from '../src/meaning/fault.ts'
import { addTo, amountOf, isRefused, type Outcome } from '../src/meaning/state.ts'
import { order, perform, priceOf, sign, transfer, withdraw } from '../src/meaning/steps.ts'
import type { Model } from '../src/model/model.ts'
import type { Ratio } from '../src/ratio.ts'
import { type Result, run } from './chain.ts'
import { type Argument, addressWord, callOf, shownError, shownLog } from './codec.ts'
import { FEED_DECIMALS, type House, NEVER_EXPIRES, OWNER, type Position, type Setting } from './setting.ts'

/** People by their place in the house. Instants in seconds since 1970. */
export type Step = { readonly at: number } & (
  | { readonly kind: 'sign'; readonly by: number }
  | {
      readonly kind: 'act'
      readonly by: number
      readonly clause: number
      readonly route: number
      readonly given?: readonly bigint[]
      readonly amount?: bigint
      /** Native money that is sent along. */
      readonly attached?: bigint
      /** Whose standing order is performed. */
      readonly payer?: number
    }
  | { readonly kind: 'keep'; readonly most: number }
  | { readonly kind: 'withdraw'; readonly of: number; readonly token: number }
  | { readonly kind: 'order'; readonly by: number; readonly token: number; readonly limit: bigint }
  | { readonly kind: 'transfer'; readonly party: number; readonly to: number }
  | { readonly kind: 'price'; readonly feed: number; readonly answer: bigint }
)

export interface Taken {
  readonly position: Position
  /** `done`, or why it was refused, as the words say it. */
  readonly result: string
  /** What the words tell. */
  readonly events: readonly string[]
  readonly difference?: string
  readonly gasUsed: bigint
}

const SOME_STRANGER: Address = '0x0000000000000000000000000000000000c0ffee'

export const take = ({ house, signatures }: Setting, position: Position, step: Step): Taken => {
  const { subject, chain, deed, people } = house
  const { contract } = subject
  if (step.kind === 'price') return setPrice(house, position, step)
  let outcome: Outcome
  try {
    outcome = meant(house, position, step)
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return {
      position,
      result: 'fault',
      events: [],
      difference: `the words have no meaning here: ${error.message}`,
      gasUsed: 0n,
    }
  }
  const by = 'by' in step ? people[step.by]!.address : callerOf(position, step)
  const attached = step.kind === 'act' ? step.attached : undefined
  const called = run(chain, position.ledger, {
    from: by,
    to: deed,
    data: step.kind === 'transfer' ? transferData(house, by, step) : dataOf(house, signatures, step),
    time: step.at,
    ...(attached !== undefined && { value: attached }),
  })
  const result = isRefused(outcome) ? outcome.refused : 'done'
  const found = called.ok ? 'done' : shownError(contract.codec, called.output, house.shown)
  if (result !== found)
    return {
      position,
      result,
      events: [],
      difference: `the words say ${result}, and the contract ${found}`,
      gasUsed: called.gasUsed,
    }
  if (isRefused(outcome))
    return { position: { ...position, clock: step.at }, result, events: [], gasUsed: called.gasUsed }
  const events = told(house, called)
  const expected = outcome.events.map(({ name, args }) => shownEvent(name, args))
  const difference = firstDifference(expected, events)
  return {
    position: { ...position, ledger: called.ledger, state: outcome.state, clock: step.at },
    result,
    events: expected,
    gasUsed: called.gasUsed,
    ...(difference !== undefined && { difference }),
  }
}

const firstDifference = (expected: readonly string[], found: readonly string[]): string | undefined => {
  const at = Array.from({ length: Math.max(expected.length, found.length) }, (_, i) => i).find(
    (i) => expected[i] !== found[i],
  )
  return at === undefined
    ? undefined
    : `event ${at + 1} is ${expected[at] ?? 'none'} by the words, and ${found[at] ?? 'none'} by the contract`
}

/** Whoever may pass a role on; anybody else for what anybody may do. */
const callerOf = ({ state }: Position, step: Step): Address =>
  step.kind === 'transfer' ? (state.holders[step.party]! as Address) : SOME_STRANGER

// ---- what the words mean -------------------------------------------------------------------------------------------

const meant = (house: House, position: Position, step: Exclude<Step, { kind: 'price' }>): Outcome => {
  const { subject, people } = house
  const { model } = subject
  const { state } = position
  switch (step.kind) {
    case 'sign':
      return sign(model, state, people[step.by]!.address, step.at)
    case 'act': {
      const { clause, route, given, amount, attached, payer } = step
      const call = {
        clause,
        route,
        caller: people[step.by]!.address,
        ...(given && { given }),
        ...(amount !== undefined && { amount }),
        ...(attached !== undefined && { attached }),
        ...(payer !== undefined && { payer: people[payer]!.address }),
        prices: pricesAt(model, position, step.at),
      }
      return act(model, state, call, step.at, pull(model))
    }
    case 'keep':
      return perform(model, state, step.most, step.at)
    case 'withdraw':
      return withdraw(model, state, people[step.of]!.address, step.token, step.at)
    case 'order':
      return order(model, state, people[step.by]!.address, step.token, step.limit)
    case 'transfer':
      return transfer(model, state, step.party, people[step.to]!.address, step.at)
  }
}

const pull =
  (model: Model): Pull =>
  (state, token, from, amount) => {
    if (amountOf(state.wallets, from, token) < amount) return 'ERC20InsufficientBalance'
    addTo(model, state.wallets, from, token, -amount)
    return undefined
  }

const MOST_ANSWER = 1n << 128n

/** What each feed's answer is worth to an act at some moment; undefined where it is none. */
export const pricesAt = (model: Model, { answers }: Position, at: number): (Ratio | undefined)[] =>
  model.feeds.map(({ maxAgeSeconds }, feed) => {
    const { answer, updatedAt } = answers[feed]!
    const fresh = answer > 0n && answer < MOST_ANSWER && at - updatedAt <= maxAgeSeconds
    return fresh ? priceOf(model, feed, answer, FEED_DECIMALS) : undefined
  })

// ---- what the contract does ----------------------------------------------------------------------------------------

const dataOf = (
  { subject, people, tokens }: House,
  signatures: readonly Uint8Array[],
  step: Exclude<Step, { kind: 'price' | 'transfer' }>,
): Uint8Array => {
  const { contract } = subject
  const { codec } = contract
  const address = (person: number) => addressWord(people[person]!.address)
  switch (step.kind) {
    case 'sign':
      return callOf(codec, 'sign', [address(step.by), NEVER_EXPIRES, signatures[step.by]!])
    case 'act': {
      const act = actData(subject, step)
      return step.payer === undefined ? act : callOf(codec, 'payFor', [address(step.payer), act])
    }
    case 'keep':
      return callOf(codec, 'perform', [BigInt(step.most)])
    case 'withdraw':
      return callOf(codec, 'withdraw', [address(step.of), addressWord(tokens[step.token]!)])
    case 'order':
      return callOf(codec, 'autopay', [addressWord(tokens[step.token]!), step.limit])
  }
}

const transferData = (
  { subject, people }: House,
  from: Address,
  { party, to }: Extract<Step, { kind: 'transfer' }>,
): Uint8Array =>
  callOf(subject.contract.codec, 'transferFrom', [
    addressWord(from),
    addressWord(people[to]!.address),
    BigInt(subject.outline.parties[party]!.transferable!),
  ])

const actData = (
  { model, outline, contract }: House['subject'],
  { clause, route, given, amount }: Extract<Step, { kind: 'act' }>,
): Uint8Array => {
  const { timer } = model.clauses[clause]!
  const { act } = (timer?.kind === 'wait' && timer.routes[route - 1]) || {}
  const args: Argument[] =
    act?.kind === 'give'
      ? act.given.map(({ value }, i) =>
          model.values[value]!.type.kind === 'document' ? { document: given![i]! } : given![i]!,
        )
      : act?.kind === 'pay' && act.upTo
        ? [amount!]
        : []
  return callOf(contract.codec, outline.clauses[clause]!.acts[route - 1]!.function, args)
}

/** Events of the deed alone, and of what a deed tells alone: a role is an ERC-721 too. */
const told = ({ subject, deed, shown }: House, { logs }: Result): string[] =>
  logs
    .filter(({ address }) => address === deed)
    .flatMap((log) => shownLog(subject.contract.codec, log, shown) ?? [])
    .filter((event) => !/^(?:Transfer|Approval|ApprovalForAll)\(/.test(event))
    .map((event) => event.replace(/^(Signed\([^,]*),.*$/, '$1)'))

const WORD = 1n << 256n

const shownEvent = (name: string, args: readonly (string | number | bigint)[]): string =>
  `${name}(${args.map((arg) => String(typeof arg === 'bigint' && arg < 0n ? WORD + arg : arg)).join(', ')})`

const setPrice = (house: House, position: Position, step: Extract<Step, { kind: 'price' }>): Taken => {
  const { subject, chain, feeds } = house
  const data = callOf(subject.props.TestFeed.codec, 'set', [step.answer])
  const called = run(chain, position.ledger, {
    from: OWNER,
    to: feeds[step.feed]!,
    data,
    time: step.at,
  })
  if (!called.ok) throw new Error('the feed was not set')
  const answers = position.answers.map((before, feed) =>
    feed === step.feed ? { answer: step.answer, updatedAt: step.at } : before,
  )
  return {
    position: { ...position, ledger: called.ledger, clock: step.at, answers },
    result: 'done',
    events: [],
    gasUsed: 0n,
  }
}
