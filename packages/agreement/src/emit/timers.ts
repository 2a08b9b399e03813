/** What happens when time has come: one function for each clause that has something to do then. */
import type { Clause, Effect, Model, Route } from '../model/model.ts'
import { keepsTimes } from './begin.ts'
import { partyCode } from './cells.ts'
import { dayCode } from './days.ts'
import { effectLines, indented } from './effects.ts'
import { type Emitter, use } from './emitter.ts'
import { rounded, STORED } from './fraction.ts'
import { dayLine } from './layout.ts'
import { roundVariable, timesVariable } from './variables.ts'

export const otherwiseFunction = ({ names, model }: Emitter, clause: number): string => {
  const stem = names.clauseStems[clause]!
  return `_${stem}${model.clauses[clause]!.timer?.kind === 'wait' ? 'Otherwise' : 'Due'}`
}

/** Whether an act does exactly what happens when nobody acts, so that one function says both. */
export const sameAsOtherwise = (model: Model, clause: number, route: Route): boolean => {
  const { timer } = model.clauses[clause]!
  if (timer?.kind !== 'wait' || timer.otherwise.length === 0 || timer.routes.some(({ must }) => must))
    return false
  const bare = route.act.kind === 'give' && route.act.given.length === 0
  if (!bare || route.guard || route.often || route.together || route.feeds.length > 0) return false
  return withoutPlaces(route.effects) === withoutPlaces(timer.otherwise)
}

const withoutPlaces = (effects: readonly Effect[]): string =>
  JSON.stringify(effects, (key, value) =>
    key === 'place' ? undefined : typeof value === 'bigint' ? String(value) : value,
  )

/** Clauses of which nothing happens when their time is over. */
const isIdle = ({ timer }: Clause): boolean =>
  timer?.kind === 'wait' && timer.otherwise.length === 0 && !timer.routes.some(({ must }) => must)

export const timerLines = (emitter: Emitter, clause: Clause): string[] => {
  const { timer, number, name } = clause
  const index = number - 1
  if (!timer || isIdle(clause)) return []
  const constant = emitter.names.clauses[index]!
  const said =
    timer.kind === 'wait'
      ? `"Otherwise"`
      : timer.kind === 'repeat'
        ? `"${timer.sentence}" and "Afterwards"`
        : `"${timer.sentence}"`
  return [
    `/// ${number}. ${name}. ${said}`,
    `function ${otherwiseFunction(emitter, index)}() private {`,
    ...indented(dayLine(bodyLines(emitter, index, constant))),
    '}',
  ]
}

const bodyLines = (emitter: Emitter, clause: number, constant: string): string[] => {
  const { model, names } = emitter
  const { timer } = model.clauses[clause]!
  if (!timer) return []
  const close = `_close(${constant});`
  if (timer.kind === 'delay') return [close, ...effectLines(emitter, timer.effects)]
  if (timer.kind === 'wait') {
    const breaches = timer.routes
      .filter(({ must }) => must)
      .flatMap(({ actors }) =>
        actors.map((party) => `emit Breached(${constant}, ${partyCode(emitter, party)});`),
      )
    return [close, ...breaches, ...effectLines(emitter, timer.otherwise)]
  }
  const round = roundVariable(names, clause)
  const times = keepsTimes(emitter, clause)
    ? timesVariable(names, clause)
    : rounded(emitter, { expr: timer.times, up: false }).text
  const next = dayCode({ emitter, known: STORED, signed: false }, { op: 'next', clause })
  return [
    `if (${round} == ${times}) {`,
    ...indented([close, ...effectLines(emitter, timer.afterwards), 'return;']),
    '}',
    `${round}++;`,
    ...once(next.text, [`_open(${constant}, _startOf(${next.text}));`, ...effectLines(emitter, timer.each)]),
  ]
}

/** What is asked for more than once is asked once: `_nextRent()` becomes `nextRent`. */
const once = (call: string, lines: readonly string[]): string[] => {
  const asked =
    lines
      .filter((line) => !line.trimStart().startsWith('//'))
      .join('\n')
      .split(call).length - 1
  if (asked < 2) return [...lines]
  const local = call.replace(/^_|\(\)$/g, '')
  return [
    `uint32 ${local} = ${call};`,
    ...lines.map((line) => (line.trimStart().startsWith('//') ? line : line.replaceAll(call, local))),
  ]
}

/** `_elapse`: which function runs for which clause. */
export const elapseLines = (emitter: Emitter): string[] => {
  const { model, names } = emitter
  const waiting = model.clauses.filter(({ timer }) => timer)
  const busy = waiting.filter((clause) => !isIdle(clause))
  const idle = waiting.filter(isIdle)
  const rows = busy.map((clause, i) => {
    const call = `${otherwiseFunction(emitter, clause.number - 1)}();`
    return `${i === 0 ? '' : 'else '}if (clause == ${names.clauses[clause.number - 1]}) ${call}`
  })
  if (idle.length > 0) {
    const said = `// ${list(idle.map(({ name }) => name))}. "Otherwise: Do nothing."`
    rows.push(...(rows.length === 0 ? [said, '_close(clause);'] : [`else _close(clause); ${said}`]))
  }
  return ['function _elapse(uint8 clause) internal override {', ...indented(rows), '}']
}

const list = (names: readonly string[]): string =>
  names.length === 1 ? names[0]! : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`

export const lastClause = (model: Model): number =>
  model.clauses.findLastIndex(({ timer }) => timer !== undefined)

export const usesBases = (emitter: Emitter): void => {
  if (emitter.model.parties.some(({ transferable }) => transferable)) use(emitter, 'Roles', undefined)
  if (emitter.model.tokens.some(({ kind }) => kind === 'native')) use(emitter, 'NativeMoney', undefined)
  if (emitter.model.tokens.some(({ kind }) => kind === 'unique')) use(emitter, 'Titles', undefined)
}
