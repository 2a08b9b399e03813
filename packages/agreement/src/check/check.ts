/** From the tree to the model: names, units, types, and the order of statements. What is proved comes after it. */
import type { Finding } from '../finding.ts'
import { inOrder } from '../finding.ts'
import type { Model, Requirement, Value } from '../model/model.ts'
import type { Deed } from '../syntax/ast.ts'
import { place } from '../syntax/place.ts'
import { placeOf, type Token } from '../syntax/token.ts'
import { checkRounds, lowerClause, stepsOf } from './clauses.ts'
import { lowerCondition } from './conditions.ts'
import { type Check, placeOfNode, report, resolve, sentenceOf } from './context.ts'
import { collectNames, lowerDeclarations, lowerZone } from './declarations.ts'

export interface Checked {
  /** Undefined if there are findings. */
  readonly model: Model | undefined
  readonly findings: readonly Finding[]
}

const MOST_CLAUSES = 30
const MOST_PARTIES = 8
const MOST_VALUES = 100

export const checkDeed = (deed: Deed, tokens: readonly Token[]): Checked => {
  const check: Check = {
    deed,
    tokens,
    findings: [],
    names: new Map(),
    parties: [],
    money: [],
    units: [],
    feeds: [],
    holdings: [],
    debts: [],
    values: [],
    tables: [],
    blanks: [],
    derived: [],
    dayOffset: 0,
  }
  checkSizes(check)
  collectNames(check)
  checkNumbers(check)
  lowerDeclarations(check)
  checkProse(check)
  const blocks = deed.clauses.flatMap(({ body }, clause) => body.map((block) => ({ block, clause })))
  for (const { block } of blocks) if (block.$type === 'Zone') lowerZone(check, block)
  const requirements = blocks.flatMap(({ block, clause }): Requirement[] => {
    if (block.$type !== 'Requirement') return []
    const condition = lowerCondition(check, block.cond, 'requirement')
    return condition
      ? [{ clause, condition, sentence: sentenceOf(check, block, true), place: placeOfNode(check, block) }]
      : []
  })
  const clauses = deed.clauses.map((clause, i) => lowerClause(check, clause, i))
  const first = deed.clauses.findIndex((clause) => stepsOf(clause).length > 0)
  if (first < 0)
    report(
      check,
      'DEED_L412',
      place(1, 1),
      'No clause of the deed has steps, so nothing would happen.',
      '## 2. Refund\n\n- End.',
    )
  if (!check.parties.some(({ third }) => !third))
    report(check, 'DEED_L412', place(1, 1), 'Nobody signs this deed.', '- Landlord and Tenant are parties.')
  if (check.findings.length > 0) return { model: undefined, findings: inOrder(check.findings) }
  const model = checkRounds(check, {
    title: deed.title,
    dayOffset: check.dayOffset,
    parties: check.parties,
    tokens: check.money,
    units: check.units,
    feeds: check.feeds,
    holdings: check.holdings,
    debts: check.debts,
    values: check.values.map(({ value }) => value as Value),
    tables: check.tables,
    blanks: check.blanks,
    derived: check.derived.filter((index) => check.values[index]!.value!.fixed !== 'agreed'),
    requirements,
    clauses,
    first,
  })
  const findings = inOrder(check.findings)
  return { model: findings.length > 0 ? undefined : model, findings }
}

const checkSizes = (check: Check): void => {
  const { clauses } = check.deed
  if (clauses.length > MOST_CLAUSES)
    report(
      check,
      'DEED_L703',
      placeOfNode(check, clauses[MOST_CLAUSES]!),
      `A deed has ${MOST_CLAUSES} clauses at most.`,
      { how: 'Move what belongs together to a deed of its own, beginning with', text: '# Second deed' },
    )
  const definitions = clauses.flatMap(({ body }) =>
    body.flatMap((block) =>
      block.$type === 'Declaration'
        ? block.names.map((name) => ({ name, type: block.definition.$type }))
        : [],
    ),
  )
  const parties = definitions.filter(({ type }) => type === 'PartyDef')
  if (parties.length > MOST_PARTIES)
    report(
      check,
      'DEED_L704',
      placeOfNode(check, parties[MOST_PARTIES]!.name),
      `A deed has ${MOST_PARTIES} parties at most, third parties included.`,
      { how: 'Move what belongs together to a deed of its own, beginning with', text: '# Second deed' },
    )
  if (definitions.length > MOST_VALUES)
    report(
      check,
      'DEED_L709',
      placeOfNode(check, definitions[MOST_VALUES]!.name),
      `A deed declares ${MOST_VALUES} names at most.`,
      { how: 'Move what belongs together to a deed of its own, beginning with', text: '# Second deed' },
    )
}

const checkNumbers = (check: Check): void => {
  check.deed.clauses.forEach((clause, i) => {
    if (clause.number === String(i + 1)) return
    const token = check.tokens.findIndex(({ text }, at) => at > clause.$first && text === clause.number)
    report(
      check,
      'DEED_L107',
      placeOf(check.tokens[token]!),
      `This is clause ${i + 1} and not ${clause.number}.`,
      `## ${i + 1}. ${clause.name}`,
    )
  })
}

/** Names in the braces of the prose stand for something that can be shown. */
const checkProse = (check: Check): void => {
  const { deed } = check
  const prose = [
    ...deed.preface,
    ...deed.clauses.flatMap(({ body }) => body.filter((block) => block.$type === 'Prose')),
  ]
  for (const { slot } of prose.flatMap(({ parts }) => parts)) {
    if (!slot) continue
    if (!slot.column) {
      resolve(check, slot.name, [
        'value',
        'party',
        'token',
        'holding',
        'debt',
        'feed',
        'clause',
        'choice',
        'unit',
        'table',
      ])
      continue
    }
    const table = resolve(check, slot.name, ['table'])
    const columns = table && check.tables[table.index]?.columns
    if (columns && !columns.some(({ name }) => name === slot.column!.name)) {
      const { name } = slot.column
      report(
        check,
        'DEED_L201',
        placeOf(check.tokens[slot.column.token]!),
        `The table of ${table.name} has no column ${name}.`,
        `{${table.name}'s ${columns[0]?.name ?? 'column'}}`,
      )
    }
  }
}
