/** Effects line by line: above each group of lines the sentence that it performs. */
import type { Destination, Effect, Portion } from '../model/model.ts'
import { SHARE_PARTS } from '../model/range.ts'
import { beginLines, mayEnd } from './begin.ts'
import { creditLine, setterOf } from './cells.ts'
import { type Code, extreme, most, name, said, TooLarge } from './code.ts'
import { choiceCode, condition } from './conditions.ts'
import { dayCode, spanCode } from './days.ts'
import { type Emitter, helper, use } from './emitter.ts'
import { noteMath, rounded, STORED } from './fraction.ts'
import { pascal } from './names.ts'
import { boundsCheck, storeLines } from './setters.ts'

/** @param last whether nothing else happens in the function after them. */
export const effectLines = (emitter: Emitter, effects: readonly Effect[], last = true): string[] => {
  const lines: string[] = []
  effects.forEach((effect, i) => {
    const before = effects[i - 1]
    const sameSentence =
      before &&
      before.sentence === effect.sentence &&
      before.place.line === effect.place.line &&
      before.place.column === effect.place.column
    if (!sameSentence) lines.push(`// ${effect.sentence}`)
    lines.push(...said(effect, () => oneEffect(emitter, effect)))
    const more = !last || i < effects.length - 1
    if (more && effect.kind !== 'end' && mayEnd(emitter.model, [effect])) lines.push('if (ended) return;')
  })
  return lines
}

const oneEffect = (emitter: Emitter, effect: Effect): string[] => {
  const { names } = emitter
  switch (effect.kind) {
    case 'end':
      return ['_end();']
    case 'begin':
      return beginLines(emitter, effect.clause)
    case 'close':
      return [`_close(${names.clauses[effect.clause]});`]
    case 'pause':
    case 'resume':
      return use(emitter, 'Pausing', [`_${effect.kind}(${names.clauses[effect.clause]});`])
    case 'take':
      return [`${takeRow(emitter, effect.table)}();`]
    case 'release':
      return [
        `${releaseHelper(emitter, effect.holding, effect.to)}(${portionCode(emitter, effect, names.holdings[effect.holding]!)});`,
      ]
    case 'charge':
      return [`${chargeHelper(emitter, effect.debt)}(${money(rounded(emitter, effect.amount)).text});`]
    case 'forgive':
      return [
        `${forgiveHelper(emitter, effect.debt)}(${portionCode(emitter, effect, names.debts[effect.debt]!)});`,
      ]
    case 'set':
      return setLines(emitter, effect)
    case 'if': {
      const then = effectLines(emitter, effect.then)
      const otherwise = effectLines(emitter, effect.otherwise)
      const test = condition(emitter, effect.condition).text
      if (then.length === 0 && otherwise.length === 0) return []
      return [
        `if (${test}) {`,
        ...indented(then),
        ...(otherwise.length > 0 ? ['} else {', ...indented(otherwise)] : []),
        '}',
      ]
    }
  }
}

export const indented = (lines: readonly string[]): string[] =>
  lines.map((line) => (line === '' ? '' : `    ${line}`))

/** @throws TooLarge if it may not fit where money is kept. */
export const money = (code: Code): Code => {
  if (code.high >= 1n << 128n) throw new TooLarge(code.text)
  return code
}

/** Of what is there, all, exactly so much, or at most so much. */
const portionCode = (emitter: Emitter, { portion, amount }: Portion, there: string): string => {
  if (portion === 'all') return there
  const wanted = rounded(emitter, amount)
  if (portion === 'exactly') return money(wanted).text
  return noteMath(emitter, extreme(wanted, name(there, 128, 0n, 1n << 127n), true)).text
}

// ---- helpers -------------------------------------------------------------------------------------------------------

const destinationName = ({ names }: Emitter, to: Destination): string => {
  const list = to.kind === 'party' ? names.parties : to.kind === 'holding' ? names.holdings : names.debts
  return `${{ party: 'To', holding: 'Into', debt: 'Towards' }[to.kind]}${pascal(list[to.index]!)}`
}

const destinationWords = ({ model }: Emitter, to: Destination): string => {
  const list = to.kind === 'party' ? model.parties : to.kind === 'holding' ? model.holdings : model.debts
  return `${{ party: 'to', holding: 'into', debt: 'towards' }[to.kind]} ${list[to.index]!.name}`
}

export const releaseHelper = (emitter: Emitter, holding: number, to: Destination): string => {
  const { model, names } = emitter
  const { name: of, token } = model.holdings[holding]!
  const own = names.holdings[holding]!
  const function_ = `_release${pascal(own)}${destinationName(emitter, to)}`
  return helper(emitter, function_, () => [
    `/// @dev "Release … from ${of} ${destinationWords(emitter, to)}."`,
    `function ${function_}(uint256 amount) private {`,
    `    if (amount > ${own}) revert NotCovered("${of}");`,
    ...(to.kind === 'debt'
      ? [`    if (amount > ${names.debts[to.index]}) revert NotCovered("${model.debts[to.index]!.name}");`]
      : []),
    '    if (amount == 0) return;',
    `    ${setterOf(emitter, 'holding', holding)}(${own} - uint128(amount));`,
    ...indented(depositLines(emitter, token, 'amount', to)),
    '}',
  ])
}

/** Where money of the deed goes. `amount` fits into 128 bits. */
export const depositLines = (emitter: Emitter, token: number, amount: string, to: Destination): string[] => {
  const { model, names } = emitter
  const narrow = amount === 'amount' ? 'uint128(amount)' : amount
  if (to.kind === 'party') return [creditLine(emitter, to.index, token, amount)]
  if (to.kind === 'holding')
    return [`${setterOf(emitter, 'holding', to.index)}(${names.holdings[to.index]} + ${narrow});`]
  return [
    `${setterOf(emitter, 'debt', to.index)}(${names.debts[to.index]} - ${narrow});`,
    creditLine(emitter, model.debts[to.index]!.creditor, token, amount),
  ]
}

const chargeHelper = (emitter: Emitter, debt: number): string => {
  const { model, names } = emitter
  const own = names.debts[debt]!
  const function_ = `_charge${pascal(own)}`
  return helper(emitter, function_, () => [
    `/// @dev "Charge … to ${model.debts[debt]!.name}."`,
    `function ${function_}(uint256 amount) private {`,
    `    if (amount != 0) ${setterOf(emitter, 'debt', debt)}(${own} + uint128(amount));`,
    '}',
  ])
}

const forgiveHelper = (emitter: Emitter, debt: number): string => {
  const { model, names } = emitter
  const own = names.debts[debt]!
  const function_ = `_forgive${pascal(own)}`
  return helper(emitter, function_, () => [
    `/// @dev "Forgive … from ${model.debts[debt]!.name}."`,
    `function ${function_}(uint256 amount) private {`,
    `    if (amount > ${own}) revert NotCovered("${model.debts[debt]!.name}");`,
    `    if (amount != 0) ${setterOf(emitter, 'debt', debt)}(${own} - uint128(amount));`,
    '}',
  ])
}

const takeRow = (emitter: Emitter, table: number): string => {
  const { model, names } = emitter
  const { name: of } = model.tables[table]!
  const own = names.tables[table]!
  const function_ = `_takeNext${pascal(own)}`
  return helper(emitter, function_, () => [
    `/// @dev "Take the next ${of}."`,
    `function ${function_}() private {`,
    `    ${own}++;`,
    `    emit Stated("${of}", abi.encode(${own}));`,
    '}',
  ])
}

const setLines = (emitter: Emitter, effect: Extract<Effect, { kind: 'set' }>): string[] => {
  const { model } = emitter
  const { type } = model.values[effect.value]!
  const place = { emitter, known: STORED, signed: false }
  const code = (): Code => {
    if (type.kind === 'date') return noteMath(emitter, dayCode(place, effect.to.expr))
    if (type.kind === 'duration') return spanCode(place, effect.to.expr)
    if (type.kind === 'truth' && effect.to.expr.op === 'choice')
      return name(effect.to.expr.choice === 1 ? 'true' : 'false', 8, 0n, 1n)
    if (type.kind === 'truth' || type.kind === 'choice') return choiceCode(emitter, effect.to.expr, STORED)
    if (type.kind === 'document')
      return name(emitter.names.values[(effect.to.expr as { value: number }).value]!, 256, 0n, 0n)
    return rounded(emitter, effect.to, STORED, type.kind === 'share' ? SHARE_PARTS : 1n)
  }
  const value = code()
  if (!emitter.refusable.has(effect)) return storeLines(emitter, effect.value, value)
  // An act is refused where its value would be out of bounds.
  const local = `${emitter.names.values[effect.value]}_`
  const wide = value.signed ? 'int256' : 'uint256'
  const known = name(local, 256, value.low, most([value.high, 0n]), value.signed)
  return [
    `${wide} ${local} = ${value.text};`,
    ...boundsCheck(emitter, effect.value, known),
    ...storeLines(emitter, effect.value, known),
  ]
}
