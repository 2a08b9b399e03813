/** Conditions: tests joined by `&&` or `||`. */
import type { Condition, Expr, Test } from '../model/model.ts'
import { type Code, compared, isTrue, joined, literal, name, negated } from './code.ts'
import { dayCode, spanCode } from './days.ts'
import type { Emitter } from './emitter.ts'
import { comparison, type Known, noteMath, STORED } from './fraction.ts'
import { statedVariable } from './variables.ts'

const SIGNS = { less: '<', 'at most': '<=', more: '>', 'at least': '>=', equal: '==', unequal: '!=' } as const

export const condition = (emitter: Emitter, { any, tests }: Condition, known: Known = STORED): Code =>
  joined(
    tests.map((test) => testCode(emitter, test, known)),
    any,
  )

const testCode = (emitter: Emitter, test: Test, known: Known): Code => {
  const { names } = emitter
  const not = (code: Code, opposite: boolean) => (opposite ? negated(code) : code)
  switch (test.op) {
    case 'open':
      return not(isTrue(`_isOpen(${names.clauses[test.clause]})`), test.not)
    case 'stated':
      return not(isTrue(statedVariable(names, test.value)), test.not)
    case 'holds':
      return isTrue(`${names.holdings[test.holding]} != 0`)
    case 'remains':
      return compared(
        name(names.tables[test.table]!, 8, 0n, 32n),
        '<',
        literal(BigInt(emitter.model.tables[test.table]!.rows)),
      )
    case 'same':
      return same(emitter, test.left, test.right, test.not, known)
    case 'compare': {
      if (test.sort === 'quantity') return comparison(emitter, test.left, test.relation, test.right, known)
      const place = { emitter, known, signed: false }
      const side = test.sort === 'day' ? dayCode : spanCode
      return noteMath(
        emitter,
        compared(side(place, test.left), SIGNS[test.relation], side(place, test.right)),
      )
    }
  }
}

/** `yes` and `no` are not compared, they are asked. */
const same = (emitter: Emitter, left: Expr, right: Expr, not: boolean, known: Known): Code => {
  const [a, b] = [choiceCode(emitter, left, known), choiceCode(emitter, right, known)]
  if (isTruth(emitter, left) && right.op === 'choice') return (right.choice === 1) === not ? negated(a) : a
  return compared(a, not ? '!=' : '==', b)
}

const isTruth = ({ model }: Emitter, expr: Expr): boolean =>
  expr.op === 'value' && model.values[expr.value]!.type.kind === 'truth'

export const choiceCode = ({ names }: Emitter, expr: Expr, known: Known): Code => {
  if (expr.op === 'choice') return literal(BigInt(expr.choice))
  if (expr.op === 'value') return name(known.values.get(expr.value) ?? names.values[expr.value]!, 8, 0n, 255n)
  throw new Error(`${expr.op} is no choice`)
}
