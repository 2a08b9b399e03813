/** One external function for each act: who, what is given, on what condition; then close, take the money, effects. */
import { feedsReadBy } from '../meaning/feeds.ts'
import { knownGuard } from '../meaning/pending.ts'
import type { Act, Clause, Route } from '../model/model.ts'
import { debtVariable, holdingVariable } from '../proofs/system.ts'
import { partyCode, setterOf } from './cells.ts'
import { type Code, isTrue, joined, name, negated } from './code.ts'
import { condition } from './conditions.ts'
import { isAgreed } from './days.ts'
import { depositLines, effectLines, indented, money } from './effects.ts'
import { type Emitter, helper, use } from './emitter.ts'
import { type Known, rounded, STORED } from './fraction.ts'
import { dayLine } from './layout.ts'
import { pascal } from './names.ts'
import { amountName } from './outline.ts'
import { argument, argumentCode, boundsCheck, mostCheck, storeLines } from './setters.ts'
import { otherwiseFunction, sameAsOtherwise } from './timers.ts'
import { answerVariable } from './variables.ts'

export const actLines = (emitter: Emitter, clause: Clause, route: Route): string[] => {
  const { model, names } = emitter
  const index = clause.number - 1
  const payable = route.act.kind !== 'give' && model.tokens[route.act.token]!.kind === 'native'
  const { modifiers, checks } = who(emitter, index, route)
  const body = [
    ...checks,
    ...(sameAsOtherwise(model, index, route)
      ? [`${otherwiseFunction(emitter, index)}();`]
      : bodyLines(emitter, index, route)),
  ]
  const args = argumentsOf(emitter, route.act)
  return [
    `/// @notice ${clause.number}. ${clause.name}. "${route.sentence}"`,
    ...(route.act.kind === 'pay' && route.act.upTo ? ['/// @param amount More than zero.'] : []),
    `function ${names.acts[index]![route.number - 1]}(${args.join(', ')}) external${payable ? ' payable' : ''} nonReentrant ${modifiers} {`,
    ...indented(dayLine(body)),
    '}',
  ]
}

const argumentsOf = (emitter: Emitter, act: Act): string[] => {
  if (act.kind === 'pay') return act.upTo ? ['uint128 amount'] : []
  return act.kind === 'give' ? act.given.map(({ value }) => argument(emitter, value)) : []
}

/** What an act will pull, for whoever has to approve it before. */
export const amountGetter = (emitter: Emitter, clause: number, route: Route): string[] => {
  const { act } = route
  if (act.kind !== 'pay' || act.upTo) return []
  const getter = amountName(emitter, clause, route)
  if (emitter.names.values.includes(getter)) return []
  const feeds = feedsReadBy(emitter.model, clause, route.number).filter((feed) =>
    JSON.stringify(act.amount.expr, plain).includes(`"op":"price","feed":${feed}`),
  )
  const known: Known = {
    ...STORED,
    answers: new Map(feeds.map((feed) => [feed, `${readAnswer(emitter, feed)}()`])),
  }
  const amount = money(rounded(emitter, act.amount, known))
  const body = dayLine([`return ${amount.bits <= 128 ? amount.text : `uint128(${amount.text})`};`]).map(
    (line) => line.replace('_today()', '_dayOf(uint40(block.timestamp))'),
  )
  return [
    `/// @notice What "${route.sentence}" takes now.`,
    `function ${getter}() external ${amount.bits === 0 ? 'pure' : 'view'} returns (uint128) {`,
    ...indented(body),
    '}',
  ]
}

// ---- who -----------------------------------------------------------------------------------------------------------

interface Who {
  readonly modifiers: string
  readonly checks: readonly string[]
}

const who = (emitter: Emitter, clause: number, route: Route): Who => {
  const { names } = emitter
  const [constant, number] = [names.clauses[clause]!, route.number]
  const actors = route.actors.map((party) => partyCode(emitter, party))
  const by = actors.length === 1 ? ` by(${actors[0]})` : ''
  const either =
    actors.length > 1
      ? [`if (${actors.map((each) => `msg.sender != ${each}`).join(' && ')}) revert NotYourAct(msg.sender);`]
      : []
  if (route.together) {
    return {
      modifiers: use(emitter, 'Joint', `arrive(${constant})`),
      checks: [`_checkOneOf(${allOf(emitter, clause, route)});`],
    }
  }
  const order = orderOf(emitter, route)
  if (order === 'duty')
    return { modifiers: use(emitter, 'Orders', `duty(${constant}, ${number}, ${actors[0]})`), checks: [] }
  if (order === undefined) return { modifiers: `act(${constant}, ${number})${by}`, checks: either }
  const checks =
    actors.length > 0
      ? [`if (${actors.map((each) => `_payer() != ${each}`).join(' && ')}) revert NotYourAct(_payer());`]
      : []
  return { modifiers: use(emitter, 'Orders', `settlement(${constant}, ${number}, ${order})`), checks }
}

/** Whether a standing order can perform an act: as a duty of its payer, or towards a debt of somebody. */
const orderOf = (emitter: Emitter, { act, must, actors }: Route): string | undefined => {
  const { model } = emitter
  if (act.kind !== 'pay' || model.tokens[act.token]!.kind !== 'fungible') return undefined
  if (must && actors.length === 1) return 'duty'
  return act.to.kind === 'debt' ? partyCode(emitter, model.debts[act.to.index]!.debtor) : undefined
}

/** The parties that act together, as a list. */
const allOf = (emitter: Emitter, clause: number, { number, actors }: Route): string => {
  const { model, names } = emitter
  const signers = model.parties.flatMap(({ third, transferable }, i) =>
    third ? [] : [transferable ? -1 : i],
  )
  if (signers.join() === actors.join()) return 'parties()'
  const function_ = `_${names.acts[clause]![number - 1]}Parties`
  helper(emitter, function_, () => [
    `function ${function_}() private view returns (address[] memory list) {`,
    `    list = new address[](${actors.length});`,
    ...actors.map((party, i) => `    list[${i}] = ${partyCode(emitter, party)};`),
    '}',
  ])
  return `${function_}()`
}

// ---- what ----------------------------------------------------------------------------------------------------------

const bodyLines = (emitter: Emitter, clause: number, route: Route): string[] => {
  const { model, names } = emitter
  const { act } = route
  const known = givenNames(emitter, act)
  const lifted = liftedLines(emitter, clause, route)
  return [
    ...feedsReadBy(model, clause, route.number).map((feed) => `${loadAnswer(emitter, feed)}();`),
    ...givenChecks(emitter, act),
    ...guardLines(emitter, clause, route, known),
    ...(route.together
      ? [
          `if (!_consent(${names.clauses[clause]}, ${route.number}, ${givenHash(emitter, act)}, ${allOf(emitter, clause, route)})) return;`,
        ]
      : []),
    ...(route.often ? [] : [`_close(${names.clauses[clause]});`]),
    ...(act.kind === 'give' ? givenLines(emitter, act) : payLines(emitter, route)),
    ...effectLines(emitter, route.effects, lifted.length === 0),
    ...lifted,
  ]
}

/** Under which names the values of an act are known before they are stored. */
const givenNames = (emitter: Emitter, act: Act): Known =>
  act.kind === 'give'
    ? { ...STORED, values: new Map(act.given.map(({ value }) => [value, argumentCode(emitter, value).text])) }
    : STORED

const givenChecks = (emitter: Emitter, act: Act): string[] => {
  if (act.kind === 'deliver' || (act.kind === 'pay' && !act.upTo)) return []
  if (act.kind === 'pay') {
    const most = rounded(emitter, act.amount)
    return [`if (amount == 0 || amount > ${most.text}) revert OutOfBounds("amount");`]
  }
  return act.given.flatMap(({ value, most }, i) => {
    const before = {
      ...STORED,
      values: new Map(
        act.given
          .slice(0, i + 1)
          .map((each) => [each.value, argumentCode(emitter, each.value).text] as const),
      ),
    }
    const code = argumentCode(emitter, value)
    const bounds = boundsCheck(emitter, value, code)
    if (!most) return bounds
    const limit = mostCheck(emitter, value, code, most, before)
    // What money can be at most is far above any limit of it.
    const bounded = emitter.model.values[value]!.type.kind === 'amount' && !emitter.model.values[value]!.high
    return bounded ? [...boundsCheckLow(bounds), limit] : [...bounds, limit]
  })
}

/** Keeps of a check what is asked below. */
const boundsCheckLow = (lines: readonly string[]): string[] =>
  lines.flatMap((line) => {
    const low = /^if \((\S+ < \S+)(?: \|\| .*)?\) (revert .*)$/.exec(line)
    return low ? [`if (${low[1]}) ${low[2]}`] : []
  })

const givenHash = (emitter: Emitter, act: Act): string => {
  if (act.kind !== 'give' || act.given.length === 0) return '0'
  return `keccak256(abi.encode(${act.given.map(({ value }) => argumentCode(emitter, value).text).join(', ')}))`
}

const givenLines = (emitter: Emitter, act: Extract<Act, { kind: 'give' }>): string[] =>
  act.given.flatMap(({ value }) => {
    const own = emitter.names.values[value]!
    const lines = storeLines(emitter, value, argumentCode(emitter, value))
    // The place of a document is told and not kept.
    if (emitter.model.values[value]!.type.kind !== 'document') return lines
    return lines.map((line) => line.replace(`abi.encode(${own})`, `abi.encode(${own}_.hash, ${own}_.uri)`))
  })

const payLines = (emitter: Emitter, route: Route): string[] => {
  const { model, names } = emitter
  const { act } = route
  if (act.kind === 'give') return []
  const token = names.tokens[act.token]!
  if (act.kind === 'deliver') {
    return use(emitter, 'Titles', [
      `_takeTitle(${token}, ${names.tokenIds[act.token]}, msg.sender);`,
      `${setterOf(emitter, 'holding', act.holding)}(1);`,
    ])
  }
  if (model.tokens[act.token]!.kind === 'native') emitter.uses.add('NativeMoney')
  const take = (amount: string) =>
    orderOf(emitter, route) ? `_takeOrdered(${token}, ${amount});` : `_take(${token}, msg.sender, ${amount});`
  const deposited = (amount: string) =>
    depositLines(emitter, act.token, amount, act.to).map((line) => line.replace('uint128(amount)', 'amount'))
  if (act.upTo) return [take('amount'), ...deposited('amount')]
  const amount = money(rounded(emitter, act.amount))
  // What was agreed has a name; anything else is worked out once, before something changes.
  if (/^\w+$/.test(amount.text) && isAgreed(model, act.amount.expr))
    return [take(amount.text), ...deposited(amount.text)]
  const narrow = amount.bits === 128 || amount.bits === 0 ? amount.text : `uint128(${amount.text})`
  return [`uint128 amount = ${narrow};`, take('amount'), ...deposited('amount')]
}

/** What an act may not lift further is looked at when all has happened. */
const liftedLines = (emitter: Emitter, clause: number, route: Route): string[] => {
  const { model, names } = emitter
  const cells = emitter.lifted.get(`${clause}.${route.number}`) ?? new Set()
  const line = (own: string, of: string) => `if (${own} > MOST_MONEY) revert OutOfBounds("${of}");`
  return [
    ...model.holdings.flatMap(({ name: of, token }, i) =>
      cells.has(holdingVariable(model, i)) && model.tokens[token]!.kind !== 'unique'
        ? [line(names.holdings[i]!, of)]
        : [],
    ),
    ...model.debts.flatMap(({ name: of }, i) =>
      cells.has(debtVariable(model, i)) ? [line(names.debts[i]!, of)] : [],
    ),
  ]
}

// ---- on what condition -----------------------------------------------------------------------------------------------

const guardLines = (emitter: Emitter, clause: number, route: Route, known: Known): string[] => {
  if (!route.guard) return []
  const own = guardCall(emitter, clause, route, (feed) => answerVariable(emitter.names, feed))
  // A condition that is about what is given is asked here, one that is not is asked by `pending` too.
  const holds =
    own && knownGuard(route) === route.guard ? isTrue(own) : condition(emitter, route.guard, known)
  return [
    `if (${negated(holds).text}) revert ConditionNotMet(${emitter.names.clauses[clause]}, ${route.number});`,
  ]
}

/** A call of the function that answers whether the guard of an act holds, as far as that can be known before. */
const guardCall = (
  emitter: Emitter,
  clause: number,
  route: Route,
  answer: (feed: number) => string,
): string | undefined => {
  const { names } = emitter
  const guard = knownGuard(route)
  if (!guard) return undefined
  const feeds = route.feeds.filter((feed) =>
    guard.tests.some((test) => JSON.stringify(test, plain).includes(`"op":"price","feed":${feed}`)),
  )
  const known: Known = {
    ...STORED,
    answers: new Map(feeds.map((feed) => [feed, `${names.feeds[feed]}Answer`])),
  }
  const test = condition(emitter, guard, known)
  const dated = /\btoday\b/.test(test.text)
  const stem = names.acts[clause]![route.number - 1]!
  const function_ = `_may${stem[0]!.toUpperCase()}${stem.slice(1)}`
  const parameters = [
    ...(dated ? ['uint32 today'] : []),
    ...feeds.map((feed) => `uint256 ${names.feeds[feed]}Answer`),
  ]
  helper(emitter, function_, () => [
    `/// "${route.sentence.replace(/^.*? if /, 'if ')}"`,
    `function ${function_}(${parameters.join(', ')}) private view returns (bool) {`,
    `    return ${test.text};`,
    '}',
  ])
  return `${function_}(${[...(dated ? ['today'] : []), ...feeds.map(answer)].join(', ')})`
}

const plain = (_: string, value: unknown) => (typeof value === 'bigint' ? String(value) : value)

/** Under which conditions an act is possible; none if it always is. */
export const possible = (emitter: Emitter, clause: number, route: Route): Code | undefined => {
  const { model } = emitter
  const { act } = route
  const tests: Code[] = []
  for (const feed of feedsReadBy(model, clause, route.number))
    tests.push(isTrue(`${emitter.names.feeds[feed]}Answer_ != 0`))
  if (act.kind === 'pay' && act.upTo) tests.push(isTrue(`${rounded(emitter, act.amount).text} > 0`))
  if (act.kind === 'give') tests.push(...leastPossible(emitter, act))
  const guard = guardCall(emitter, clause, route, (feed) => `${emitter.names.feeds[feed]}Answer_`)
  if (guard) tests.push(isTrue(guard))
  return tests.length === 0 ? undefined : joined(tests, false)
}

/** What must be given at least must not be more than what may be given at most. */
const leastPossible = (emitter: Emitter, act: Extract<Act, { kind: 'give' }>): Code[] => {
  const given = new Set(act.given.map(({ value }) => value))
  return act.given.flatMap(({ value, most }) => {
    const { low } = emitter.model.values[value]!
    const mentions = JSON.stringify(most ?? '', plain)
    if (!most || !low || [...given].some((each) => mentions.includes(`"op":"value","value":${each}}`)))
      return []
    const least = boundsCheck(emitter, value, name('given', 256, 0n, 1n << 255n))[0]
    const bound = /given < ([^)|]+?)(?: \|\||\))/.exec(least ?? '')?.[1]
    return bound
      ? [
          isTrue(
            mostCheck(emitter, value, name(bound, 256, 0n, 1n << 255n), most, STORED).replace(
              /^if \((.*) > (.*)\) revert.*$/,
              '$1 <= $2',
            ),
          ),
        ]
      : []
  })
}

/** Reads a price once, before anything depends on it. */
const loadAnswer = (emitter: Emitter, feed: number): string => {
  const { names } = emitter
  const own = names.feeds[feed]!
  const function_ = `_load${pascal(own)}`
  return helper(emitter, function_, () => [
    `function ${function_}() private {`,
    `    ${answerVariable(names, feed)} = ${readAnswer(emitter, feed)}();`,
    `    if (${answerVariable(names, feed)} == 0) revert StalePrice(${own});`,
    '}',
  ])
}

export const readAnswer = (emitter: Emitter, feed: number): string => {
  const { model, names } = emitter
  const { sentence, maxAgeSeconds } = model.feeds[feed]!
  const own = names.feeds[feed]!
  const function_ = `_read${pascal(own)}`
  return use(
    emitter,
    'Feeds',
    helper(emitter, function_, () => [
      `/// "${sentence}"`,
      `function ${function_}() private view returns (uint256) {`,
      `    return Feeds.read(${own}, block.timestamp, ${maxAgeSeconds});`,
      '}',
    ]),
  )
}
