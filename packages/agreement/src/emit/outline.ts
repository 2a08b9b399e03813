/** The outline of a deed: the bridge between its words and the names and numbers of its contract. */
import { keccak_256 } from '@noble/hashes/sha3.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import type { Clause, Effect, Model, Route, Timer, Type } from '../model/model.ts'
import type { Outline, Act as OutlineAct, Clause as OutlineClause } from '../outline.ts'
import type { Clause as ClauseAst, Deed } from '../syntax/ast.ts'
import { proseText } from '../syntax/format.ts'
import type { Token } from '../syntax/token.ts'
import { isAgreed } from './days.ts'
import { blankName } from './declarations.ts'
import type { Emitter } from './emitter.ts'

export interface Files {
  /** Name of the text's file: `lease.deed`. */
  readonly file: string
  /** Contract, which lies in a file of its name. */
  readonly contract: string
}

const COLUMNS = 110

/** An outline as a file: what is a list of words stands on one line if it fits. */
export const outlineText = (outline: Outline): string => `${jsonOf(outline, '')}\n`

const jsonOf = (value: unknown, indent: string, before = 0): string => {
  const inner = `${indent}  `
  if (Array.isArray(value)) {
    const line = `[${value.map((each) => JSON.stringify(each)).join(', ')}]`
    const isFlat = value.every((each) => typeof each !== 'object')
    // A comma may follow.
    if (isFlat && indent.length + before + line.length < COLUMNS) return line
    return `[\n${value.map((each) => inner + jsonOf(each, inner)).join(',\n')}\n${indent}]`
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const entries = Object.entries(value).filter(([, each]) => each !== undefined)
  const lines = entries.map(([key, each]) => `${inner}"${key}": ${jsonOf(each, inner, key.length + 4)}`)
  return `{\n${lines.join(',\n')}\n${indent}}`
}

/** keccak256 of a formatted text: what the parties sign. */
export const textHash = (formatted: string): `0x${string}` =>
  `0x${bytesToHex(keccak_256(utf8ToBytes(formatted)))}`

export const outlineOf = (
  emitter: Emitter,
  deed: Deed,
  tokens: readonly Token[],
  formatted: string,
  files: Files,
): Outline => {
  const { model, names } = emitter
  const money = (token: number) => model.tokens[token]!.name
  return {
    title: model.title,
    file: files.file,
    text: textHash(formatted),
    contract: `${files.contract}.sol:${files.contract}`,
    parties: model.parties.map(({ name, third, transferable }, i) => ({
      name,
      getter: names.parties[i]!,
      role: third ? 'third party' : 'party',
      ...(transferable && { transferable: i + 1 }),
    })),
    tokens: model.tokens.map(({ name, decimals, kind }, i) => ({
      name,
      getter: names.tokens[i]!,
      decimals,
      ...(kind !== 'fungible' && { kind }),
      ...(kind === 'unique' && { id: names.tokenIds[i]! }),
    })),
    ...(model.feeds.length > 0 && {
      feeds: model.feeds.map(({ name }, i) => ({ name, getter: names.feeds[i]! })),
    }),
    terms: model.blanks.map((blank) => {
      const list = {
        party: model.parties,
        token: model.tokens,
        'token id': model.tokens,
        feed: model.feeds,
        value: model.values,
      }[blank.kind]
      const shown =
        blank.kind === 'value'
          ? shownAs(model, model.values[blank.index]!.type)
          : { kind: blank.kind === 'token id' ? ('number' as const) : ('address' as const) }
      const name = list[blank.index]!.name
      return {
        name: blank.kind === 'token id' ? `${name}-id` : name,
        field: blankName(emitter, blank),
        ...shown,
      }
    }),
    holdings: model.holdings.map(({ name, token, owner }, i) => ({
      name,
      getter: names.holdings[i]!,
      token: money(token),
      owner: model.parties[owner]!.name,
    })),
    debts: model.debts.map(({ name, token, debtor, creditor }, i) => ({
      name,
      getter: names.debts[i]!,
      token: money(token),
      debtor: model.parties[debtor]!.name,
      creditor: model.parties[creditor]!.name,
    })),
    fields: [
      ...model.values.flatMap(({ name, fixed, type }, i) =>
        fixed === 'variable' || fixed === 'later'
          ? [{ name, getter: names.values[i]!, ...shownAs(model, type) }]
          : [],
      ),
      ...model.tables.map(({ name }, i) => ({ name, getter: names.tables[i]!, kind: 'number' as const })),
    ],
    clauses: model.clauses.map((clause, i) => clauseOutline(emitter, clause, deed.clauses[i]!, tokens)),
  }
}

const shownAs = (
  model: Model,
  type: Type,
): Pick<Outline['fields'][number], 'kind' | 'token' | 'unit' | 'decimals' | 'choices'> => {
  if (type.kind === 'amount') return { kind: 'amount', token: model.tokens[type.token]!.name }
  if (type.kind === 'choice') return { kind: 'choice', choices: [...type.choices] }
  if (type.kind === 'rate') throw new Error('a rate is not kept')
  if (type.kind !== 'number' || type.unit === undefined) return { kind: type.kind }
  const { name, decimals } = model.units[type.unit]!
  return { kind: 'number', unit: name, decimals }
}

const clauseOutline = (
  emitter: Emitter,
  clause: Clause,
  ast: ClauseAst,
  tokens: readonly Token[],
): OutlineClause => {
  const { number, name, opening, timer } = clause
  const prose = ast.body
    .flatMap((block) => (block.$type === 'Prose' ? [proseText(tokens, block)] : []))
    .join('\n\n')
  return {
    number,
    name,
    prose,
    ...(timer && { when: timer.sentence }),
    otherwise: timer ? otherwiseOf(timer) : sentencesOf(opening),
    acts: timer?.kind === 'wait' ? timer.routes.map((route) => actOutline(emitter, number - 1, route)) : [],
  }
}

const otherwiseOf = (timer: Timer): string[] => {
  if (timer.kind === 'delay') return sentencesOf(timer.effects)
  if (timer.kind === 'wait') return sentencesOf(timer.otherwise, 'Do nothing.')
  return [
    ...sentencesOf(timer.each),
    ...sentencesOf(timer.afterwards, 'Do nothing.').map((sentence) => `Afterwards: ${sentence}`),
  ]
}

/** Each sentence once; one under a condition with its condition. */
const sentencesOf = (effects: readonly Effect[], nothing?: string, before = ''): string[] => {
  const found: string[] = []
  for (const effect of effects) {
    if (effect.kind === 'if') {
      const condition = `${before}${effect.sentence} `
      found.push(...sentencesOf(effect.then, undefined, condition))
      found.push(...sentencesOf(effect.otherwise, undefined, `${before}Otherwise: `))
    } else if (found.at(-1) !== `${before}${effect.sentence}`) found.push(`${before}${effect.sentence}`)
  }
  return found.length === 0 && nothing ? [nothing] : found
}

const actOutline = (emitter: Emitter, clause: number, route: Route): OutlineAct => {
  const { model, names } = emitter
  const { act } = route
  const name = names.acts[clause]![route.number - 1]!
  return {
    number: route.number,
    function: name,
    verb: route.verb,
    by: route.actors.length === 0 ? ['Anyone'] : route.actors.map((index) => model.parties[index]!.name),
    must: route.must,
    sentence: route.sentence,
    ...(route.together && { together: true }),
    gives: givesOf(model, route),
    ...(act.kind === 'pay' && {
      pays: {
        token: model.tokens[act.token]!.name,
        amount: amountName(emitter, clause, route),
        into: destination(model, act.to),
      },
    }),
    ...(act.kind === 'deliver' && {
      delivers: { token: model.tokens[act.token]!.name, into: model.holdings[act.holding]!.name },
    }),
  }
}

const givesOf = (model: Model, { act }: Route): OutlineAct['gives'] => {
  if (act.kind === 'pay') return act.upTo ? [{ name: 'amount', kind: 'amount' }] : []
  return act.kind === 'give'
    ? act.given.map(({ value }) => ({
        name: model.values[value]!.name,
        kind: shownAs(model, model.values[value]!.type).kind,
      }))
    : []
}

/** A getter that answers what an act will pull, or the argument that says so. */
export const amountName = ({ model, names }: Emitter, clause: number, { act, number }: Route): string => {
  if (act.kind !== 'pay') throw new Error('nothing is paid')
  if (act.upTo) return 'amount'
  const { expr } = act.amount
  if (expr.op === 'value' && isAgreed(model, expr)) return names.values[expr.value]!
  return `${names.acts[clause]![number - 1]}Amount`
}

const destination = (
  model: Model,
  to: { readonly kind: 'party' | 'holding' | 'debt'; readonly index: number },
): string => ({ party: model.parties, holding: model.holdings, debt: model.debts })[to.kind][to.index]!.name
