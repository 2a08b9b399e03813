/** What a contract keeps: values agreed at signing, values that change, holdings and debts; and its constructor. */

import { staticDay, staticSpan } from '../model/fold.ts'
import type { Blank, Declared, Model, Value } from '../model/model.ts'
import { SHARE_PARTS } from '../model/range.ts'
import { keepsTimes } from './begin.ts'
import { literal, name, said, TooLarge, underscored } from './code.ts'
import { choiceCode } from './conditions.ts'
import { dayCode, isFrozen, spanCode } from './days.ts'
import { indented } from './effects.ts'
import type { Emitter } from './emitter.ts'
import { rounded, STORED } from './fraction.ts'
import { boundsCheck } from './setters.ts'
import { shapeOf } from './values.ts'
import {
  answerVariable,
  askedStated,
  fromVariable,
  roundVariable,
  statedVariable,
  timesVariable,
  unitVariable,
} from './variables.ts'

/** Field of the struct `Terms`: `uint128 rent`. */
export const termsFields = ({ model, names }: Emitter): { readonly type: string; readonly name: string }[] =>
  model.blanks.map((blank) => ({
    type: blankType(model, blank),
    name: blankName({ names } as Emitter, blank),
  }))

const blankType = (model: Model, { kind, index }: Blank): string => {
  if (kind === 'token id') return 'uint256'
  return kind === 'value' ? shapeOf(model, index).solidity : 'address'
}

export const blankName = ({ names }: Pick<Emitter, 'names'>, { kind, index }: Blank): string => {
  const list = {
    party: names.parties,
    token: names.tokens,
    'token id': names.tokenIds,
    feed: names.feeds,
    value: names.values,
  }[kind]
  return list[index]!
}

/** A constant that the text fixes: it is one of the contract too. */
const fixedByText = (model: Model, value: Value): bigint | undefined => {
  if (value.fixed !== 'constant') return undefined
  const look = (index: number) => model.values[index]
  if (value.type.kind === 'date')
    return staticDay(look, value.expr!.expr) === undefined
      ? undefined
      : BigInt(staticDay(look, value.expr!.expr)!)
  if (value.type.kind === 'duration') {
    const span = staticSpan(look, value.expr!.expr)
    return span === undefined ? undefined : BigInt(span)
  }
  if ((value.type.kind === 'truth' || value.type.kind === 'choice') && value.expr!.expr.op === 'choice')
    return BigInt(value.expr!.expr.choice)
  if (!value.exact || value.type.kind === 'rate') return undefined
  const parts = value.exact.n * (value.type.kind === 'share' ? SHARE_PARTS : 1n)
  return parts % value.exact.d === 0n ? parts / value.exact.d : undefined
}

/** One line of storage, or none for what only the text knows. */
const valueLine = (emitter: Emitter, index: number): string[] => {
  const { model, names } = emitter
  const value = model.values[index]!
  const { solidity } = shapeOf(model, index)
  const own = names.values[index]!
  const fixed = fixedByText(model, value)
  if (fixed !== undefined) return [`${solidity} public constant ${own} = ${shownFixed(value, fixed)};`]
  if (value.exact) return []
  if (value.fixed === 'agreed' || value.fixed === 'constant') return [`${solidity} public immutable ${own};`]
  return [
    `${solidity} public ${own};`,
    ...(askedStated(model).has(index) ? [`bool private ${statedVariable(names, index)};`] : []),
  ]
}

const shownFixed = ({ type }: Value, fixed: bigint): string => {
  if (type.kind === 'truth') return String(fixed === 1n)
  return type.kind === 'amount' ? literal(fixed).text : underscored(fixed)
}

/** Why a number is as it is. */
const unitNote = (model: Model, { type }: Value): string => {
  if (type.kind === 'share') return ' In parts of 10^9.'
  if (type.kind === 'choice') return ` ${type.choices.map((choice, i) => `${i} is ${choice}`).join(', ')}.`
  if (type.kind === 'number' && type.unit !== undefined && model.units[type.unit]!.decimals > 0)
    return ` In ${10 ** model.units[type.unit]!.decimals}ths of a ${model.units[type.unit]!.name}.`
  return ''
}

export const declarationLines = (emitter: Emitter): string[] => {
  const { model, names } = emitter
  const rows: { said: Declared; note: string; lines: string[] }[] = []
  const add = (said: Declared, lines: string[], note = '') => rows.push({ said, lines, note })
  model.parties.forEach((party, i) => {
    if (party.transferable) add(party, [`address private immutable _${names.parties[i]};`])
    else add(party, [`address public immutable ${names.parties[i]};`])
  })
  model.tokens.forEach((token, i) => {
    if (token.kind === 'native') add(token, [`address public constant ${names.tokens[i]} = NATIVE;`])
    else
      add(token, [
        `address public immutable ${names.tokens[i]};`,
        ...(token.kind === 'unique' ? [`uint256 public immutable ${names.tokenIds[i]};`] : []),
      ])
  })
  model.feeds.forEach((feed, i) => {
    add(feed, [
      `address public immutable ${names.feeds[i]};`,
      `/// @dev What one is in the feed's decimals.`,
      `uint256 private immutable ${unitVariable(names, i)};`,
      `/// @dev What the feed answered when the present act began.`,
      `uint256 private transient ${answerVariable(names, i)};`,
    ])
  })
  model.values.forEach((value, i) => {
    add(value, valueLine(emitter, i), unitNote(model, value))
  })
  model.holdings.forEach((holding, i) => {
    add(
      holding,
      [`uint128 public ${names.holdings[i]};`],
      model.tokens[holding.token]!.kind === 'unique' ? ' One or none.' : '',
    )
  })
  model.debts.forEach((debt, i) => {
    add(debt, [`uint128 public ${names.debts[i]};`])
  })
  model.tables.forEach((table, i) => {
    add(table, [`uint8 public ${names.tables[i]};`], ' Rows that have been taken.')
  })
  rows.sort((a, b) => a.said.place.line - b.said.place.line || a.said.place.column - b.said.place.column)
  const lines: string[] = []
  let before = ''
  for (const { said, note, lines: own } of rows) {
    const comment = `/// "${said.sentence}"${note}`
    if (own.length === 0) continue
    if (comment !== before) lines.push(comment)
    before = comment
    lines.push(...own)
  }
  return [...lines, ...roundLines(emitter)]
}

/** What is kept of clauses that repeat. */
const roundLines = (emitter: Emitter): string[] => {
  const { model, names } = emitter
  const repeating = model.clauses.flatMap(({ timer }, i) => (timer?.kind === 'repeat' ? [i] : []))
  if (repeating.length === 0) return []
  return [
    '',
    `/// @dev Rounds that have run.`,
    ...repeating.map((clause) => `uint16 private ${roundVariable(names, clause)};`),
    ...repeating
      .filter((clause) => isFrozen(emitter, clause))
      .flatMap((clause) => [
        `/// @dev First day of clause ${clause + 1}.`,
        `uint32 private ${fromVariable(names, clause)};`,
      ]),
    ...repeating
      .filter((clause) => keepsTimes(emitter, clause))
      .flatMap((clause) => [
        `/// @dev How often clause ${clause + 1} runs.`,
        `uint16 private ${timesVariable(names, clause)};`,
      ]),
  ]
}

// ---- constructor -----------------------------------------------------------------------------------------------------

export const constructorLines = (emitter: Emitter, file: string): string[] => {
  const { model, names } = emitter
  const checks = model.blanks.flatMap((blank) => blankCheck(emitter, blank))
  const assignments = model.blanks.map(
    (blank) => `${assigned(emitter, blank)} = t.${blankName(emitter, blank)};`,
  )
  const units = model.feeds.map((_, i) => `${unitVariable(names, i)} = Feeds.unitOf(t.${names.feeds[i]});`)
  const bases = model.parties.some(({ transferable }) => transferable)
    ? [`    ERC721(${quoted(model.title)}, "DEED")`]
    : []
  return [
    `/// @param text_ keccak256 of \`${file}\`.`,
    `constructor(bytes32 text_, Terms memory t)`,
    `    Deed(${quoted(domainName(model.title))}, text_, TERMS_TYPE, keccak256(abi.encode(keccak256(bytes(TERMS_TYPE)), t)))`,
    ...bases,
    '{',
    ...indented([
      ...checks,
      ...assignments,
      ...units,
      ...derivedLines(emitter),
      ...lateChecks(emitter),
      '_checkSigners();',
    ]),
    '}',
  ]
}

/** OpenZeppelin's EIP-712 keeps the name of a domain in one word. */
const MOST_DOMAIN_BYTES = 31

/** The title as wallets show it beside what is signed: as much of it, in whole words, as a domain's name can be. */
const domainName = (title: string): string => {
  const bytes = (text: string) => new TextEncoder().encode(text).length
  if (bytes(title) <= MOST_DOMAIN_BYTES) return title
  const words = title.split(' ')
  while (words.length > 1 && bytes(`${words.join(' ')} ...`) > MOST_DOMAIN_BYTES) words.pop()
  const short = `${words.join(' ')} ...`
  return bytes(short) <= MOST_DOMAIN_BYTES ? short : 'Deed'
}

const quoted = (text: string): string => {
  const escaped = text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: beyond ASCII Solidity wants another literal
  return /^[\x00-\x7f]*$/.test(text) ? `"${escaped}"` : `unicode"${escaped}"`
}

const assigned = ({ model, names }: Emitter, blank: Blank): string =>
  blank.kind === 'party' && model.parties[blank.index]!.transferable
    ? `_${names.parties[blank.index]}`
    : blankName({ names }, blank)

const blankCheck = (emitter: Emitter, blank: Blank): string[] => {
  const { model } = emitter
  const { kind, index } = blank
  const own = `t.${blankName(emitter, blank)}`
  if (kind === 'party') return [`_checkAddress("${model.parties[index]!.name}", ${own});`]
  if (kind === 'feed')
    return [`if (Feeds.unitOf(${own}) == 0) revert OutOfBounds("${model.feeds[index]!.name}");`]
  if (kind === 'token id') return []
  if (kind === 'token') {
    const { name: of, decimals, kind: what } = model.tokens[index]!
    return what === 'unique'
      ? [`_checkTitle("${of}", ${own});`]
      : [`_checkToken("${of}", ${own}, ${decimals});`]
  }
  // Bounds that follow from other values are looked at when those are there.
  if (!hasFixedBounds(model, index)) return []
  const { bits, signed } = shapeOf(model, index)
  const span = 1n << BigInt(signed ? bits - 1 : bits)
  return boundsCheck(emitter, index, name(own, bits, signed ? -span : 0n, span - 1n, signed))
}

const hasFixedBounds = (model: Model, index: number): boolean => {
  const { low, high } = model.values[index]!
  return [low, high].every(
    (bound) => bound === undefined || bound.op === 'number' || bound.op === 'date' || bound.op === 'span',
  )
}

/** Constants that follow from what was agreed, and first values. */
const derivedLines = (emitter: Emitter): string[] => {
  const { model, names } = emitter
  const place = { emitter, known: STORED, signed: false }
  return model.derived.flatMap((index) =>
    said(model.values[index]!, () => {
      const value = model.values[index]!
      if (value.exact || fixedByText(model, value) !== undefined || !value.expr) return []
      const own = names.values[index]!
      const { solidity, bits, signed } = shapeOf(model, index)
      const { type, expr } = value
      const code =
        type.kind === 'date'
          ? dayCode(place, expr.expr)
          : type.kind === 'duration'
            ? spanCode(place, expr.expr)
            : type.kind === 'truth' || type.kind === 'choice'
              ? choiceCode(emitter, expr.expr, STORED)
              : type.kind === 'document'
                ? name(names.values[(expr.expr as { value: number }).value]!, 256, 0n, 0n)
                : rounded(emitter, expr, STORED, type.kind === 'share' ? SHARE_PARTS : 1n)
      if (type.kind === 'truth' && code.bits === 0) return [`${own} = ${code.low === 1n};`]
      if (type.kind === 'document' || type.kind === 'truth') return [`${own} = ${code.text};`]
      if (code.high >= 1n << 255n) throw new TooLarge(code.text)
      const narrow = code.bits === bits && code.signed === signed
      const fits = narrow || code.bits === 0
      const wide = name(own, bits, code.low, code.high, code.signed)
      const check = emitter.fitting.has(index)
        ? []
        : boundsCheck(emitter, index, { ...wide, text: code.text })
      if (fits) return [...(check.length > 0 ? check : []), `${own} = ${code.text};`]
      return [...check, `${own} = ${solidity}(${code.text});`]
    }),
  )
}

const lateChecks = (emitter: Emitter): string[] =>
  emitter.model.blanks.flatMap(({ kind, index }) =>
    kind === 'value' && !hasFixedBounds(emitter.model, index)
      ? boundsCheck(emitter, index, argumentLike(emitter, index))
      : [],
  )

const argumentLike = ({ model, names }: Emitter, index: number) => {
  const { bits, signed } = shapeOf(model, index)
  const span = 1n << BigInt(signed ? bits - 1 : bits)
  return name(names.values[index]!, bits, signed ? -span : 0n, span - 1n, signed)
}
