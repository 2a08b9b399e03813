/** How clauses begin: their own effects, and then the timer that they wait for. */

import { begunAtOnce } from '../meaning/feeds.ts'
import type { Clause, Effect, Model, Timer } from '../model/model.ts'
import { effectLists, flatten } from '../model/walk.ts'
import { add, type Code, literal } from './code.ts'
import { dayCode, isFrozen, spanCode } from './days.ts'
import { effectLines, indented } from './effects.ts'
import { type Emitter, helper, use } from './emitter.ts'
import { noteMath, rounded, STORED } from './fraction.ts'
import { dayLine } from './layout.ts'
import { fromVariable, roundVariable, timesVariable } from './variables.ts'

/** Whether some effects can end the deed. */
export const mayEnd = (model: Model, effects: readonly Effect[]): boolean =>
  [...flatten(effects)].some((effect) => effect.kind === 'end') ||
  [...begunAtOnce(model, effects)].some((clause) =>
    [...flatten(model.clauses[clause]!.opening)].some((effect) => effect.kind === 'end'),
  )

/** `Begin X`: a timer that is set, or a function where there is more to do or more that begin it. */
export const beginLines = (emitter: Emitter, clause: number): string[] => {
  const { model } = emitter
  const { opening, timer } = model.clauses[clause]!
  if (opening.length === 0 && timer && begunBy(model, clause) <= 1) return openLines(emitter, clause, timer)
  return [`${beginFunction(emitter, clause)}();`]
}

/** Sentences that begin a clause. */
const begunBy = (model: Model, clause: number): number =>
  model.clauses
    .flatMap((_, i) => effectLists(model, i).flatMap((list) => [...flatten(list)]))
    .filter((effect) => effect.kind === 'begin' && effect.clause === clause).length +
  (model.first === clause ? 1 : 0)

const beginFunction = (emitter: Emitter, clause: number): string => {
  const { model, names } = emitter
  const { name, number, opening, timer }: Clause = model.clauses[clause]!
  const stem = names.clauseStems[clause]!
  const function_ = `_begin${stem[0]!.toUpperCase()}${stem.slice(1)}`
  return helper(emitter, function_, () => {
    const lines = timer ? [] : [`emit Opened(${names.clauses[clause]}, _now, 0);`]
    lines.push(...effectLines(emitter, opening, !timer))
    if (timer) lines.push(...openLines(emitter, clause, timer))
    return [
      `/// ${number}. ${name}${timer ? `. "${timer.sentence}"` : ''}`,
      `function ${function_}() private {`,
      ...indented(dayLine(lines)),
      '}',
    ]
  })
}

/** Sets the timer of a clause. */
const openLines = (emitter: Emitter, clause: number, timer: Timer): string[] => {
  const { names } = emitter
  const constant = names.clauses[clause]!
  const place = { emitter, known: STORED, signed: false }
  const code = (found: Code) => noteMath(emitter, found).text
  if (timer.kind === 'delay') return [`_open(${constant}, _startOf(${code(dayCode(place, timer.day))}));`]
  if (timer.kind === 'repeat') {
    const frozen = isFrozen(emitter, clause)
    const from = frozen ? fromVariable(names, clause) : code(dayCode(place, timer.from))
    return [
      ...(frozen ? [`${from} = ${code(dayCode(place, timer.from))};`] : []),
      ...(keepsTimes(emitter, clause)
        ? [
            `${timesVariable(names, clause)} = uint16(${code(rounded(emitter, { expr: timer.times, up: false }))});`,
          ]
        : []),
      ...(emitter.again.has(clause) ? [`${roundVariable(names, clause)} = 0;`] : []),
      `_open(${constant}, _startOf(${from}));`,
    ]
  }
  // Of a clause that opens once there are no consents from before.
  const lines =
    emitter.again.has(clause) && timer.routes.some(({ together }) => together)
      ? use(emitter, 'Joint', [`_forgetConsents(${constant});`])
      : []
  const { limit } = timer
  if (limit.kind === 'by')
    return [...lines, `_open(${constant}, _endOf(${code(dayCode(place, limit.day))}));`]
  const span = spanCode(place, limit.span)
  if (limit.measure === 'seconds')
    return [...lines, `_open(${constant}, _now + ${code(add(span, literal(1n)))});`]
  const last = dayCode(place, {
    op: 'shift',
    day: { op: 'today' },
    span: limit.span,
    measure: limit.measure,
    back: false,
  })
  return [...lines, `_open(${constant}, _endOf(${code(last)}));`]
}

/** Whether the number of times has to be kept, because it may change while rounds run. */
export const keepsTimes = ({ model }: Emitter, clause: number): boolean => {
  const { timer } = model.clauses[clause]!
  return timer?.kind === 'repeat' && !isFixed(model, timer.times)
}

const isFixed = (model: Model, expr: Extract<Timer, { kind: 'repeat' }>['times']): boolean => {
  if (expr.op === 'number') return true
  if (expr.op !== 'value') return false
  const { fixed } = model.values[expr.value]!
  return fixed === 'agreed' || fixed === 'constant'
}
