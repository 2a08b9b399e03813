/** Clauses: what happens when they begin, what they wait for, and what happens otherwise. */
import { interval } from '../model/interval.ts'
import type { Clause, Model, Route, Timer } from '../model/model.ts'
import type {
  Block,
  Clause as ClauseAst,
  Delay,
  Effect as EffectAst,
  Expr,
  Repeat,
  Wait,
} from '../syntax/ast.ts'
import { type Check, placeOfNode, report, sentenceOf, wordsOf } from './context.ts'
import { lowerEffects } from './effects.ts'
import { lowerExpr, type Typed } from './expressions.ts'
import { lowerRoute } from './routes.ts'
import { isPlain, sortWords } from './units.ts'

const MOST_ROUTES = 8
const MOST_ROUNDS = 600
const TIMED = new Set(['Wait', 'Repeat', 'Delay'])
const NO_STEP = new Set(['Prose', 'Declaration', 'Requirement', 'Zone'])

export const stepsOf = ({ body }: ClauseAst): Block[] => body.filter(({ $type }) => !NO_STEP.has($type))

export const lowerClause = (check: Check, ast: ClauseAst, index: number): Clause => {
  const meaning = check.names.get(ast.name)
  const steps = stepsOf(ast)
  const timedAt = steps.findIndex(({ $type }) => TIMED.has($type))
  const timed = timedAt < 0 ? undefined : (steps[timedAt] as Wait | Repeat | Delay)
  const after = timedAt < 0 ? undefined : steps[timedAt + 1]
  if (after) {
    report(
      check,
      'DEED_L401',
      placeOfNode(check, after),
      TIMED.has(after.$type)
        ? 'A clause waits for one thing; what is waited for beside it stands in a clause of its own.'
        : 'A clause waits last: what happens when it begins stands before it.',
      TIMED.has(after.$type)
        ? `## ${index + 2}. Other-${ast.name.toLowerCase()}\n\n- ${sentenceOf(check, after, true)}`
        : {
            how: `Before "${sentenceOf(check, timed!, true)}", write`,
            text: `- ${sentenceOf(check, after, true)}`,
          },
    )
  }
  const opening = steps.slice(0, timedAt < 0 ? undefined : timedAt) as EffectAst[]
  const timer = timed && lowerTimer(check, timed)
  return {
    name: ast.name,
    place: meaning?.place ?? placeOfNode(check, ast),
    number: index + 1,
    opening: lowerEffects(check, opening, 'opening'),
    ...(timer && { timer }),
  }
}

const lowerTimer = (check: Check, ast: Wait | Repeat | Delay): Timer | undefined => {
  if (ast.$type === 'Wait') return lowerWait(check, ast)
  return ast.$type === 'Repeat' ? lowerRepeat(check, ast) : lowerDelay(check, ast)
}

const lowerWait = (check: Check, ast: Wait): Timer | undefined => {
  const routes = ast.routes.map((route, i) => lowerRoute(check, route, i + 1))
  if (routes.length > MOST_ROUTES) {
    report(
      check,
      'DEED_L705',
      placeOfNode(check, ast.routes[MOST_ROUTES]!),
      `A wait has ${MOST_ROUTES} acts at most.`,
      { how: 'Move it to a clause of its own, such as', text: '## 2. Other' },
    )
  }
  checkVerbs(check, ast, routes)
  const otherwise = lowerEffects(check, ast.otherwise.effects, 'timer', true)
  const said = {
    sentence: sentenceOf(check, ast),
    place: placeOfNode(check, ast.span ?? ast.date!),
    otherwise,
  }
  const limit = ast.span ? typed(check, ast.span, 'duration') : typed(check, ast.date!, 'day')
  if (!limit || routes.includes(undefined)) return undefined
  if (limit.sort.sort === 'duration')
    return {
      kind: 'wait',
      limit: { kind: 'within', span: limit.expr, measure: limit.sort.measure },
      routes: routes as Route[],
      ...said,
    }
  return { kind: 'wait', limit: { kind: 'by', day: limit.expr }, routes: routes as Route[], ...said }
}

/** The contract has one function for each act of a clause, named after its verb. */
const checkVerbs = (check: Check, ast: Wait, routes: readonly (Route | undefined)[]): void => {
  routes.forEach((route, i) => {
    const other =
      route &&
      routes
        .slice(0, i)
        .find(
          (each) =>
            each?.verb.toLowerCase().replaceAll('-', '') === route.verb.toLowerCase().replaceAll('-', ''),
        )
    if (!other) return
    report(
      check,
      'DEED_L113',
      placeOfNode(check, ast.routes[i]!.act),
      `"${other.sentence}" is called ${route.verb} too, and in one wait each act has a verb of its own.`,
      route.act.kind === 'give'
        ? `${route.verb}-otherwise`
        : { how: 'Move it to a clause of its own, such as', text: `## 2. Other-payment` },
    )
  })
}

const lowerRepeat = (check: Check, ast: Repeat): Timer | undefined => {
  const from = typed(check, ast.from, 'day')
  const times = typed(check, ast.times, 'number')
  const each = lowerEffects(check, ast.each.effects, 'timer')
  const afterwards = lowerEffects(check, ast.afterwards.effects, 'timer', true)
  const count = ast.count === undefined ? 1 : Number(ast.count.replaceAll(',', ''))
  const unit = ast.unit.replace(/s$/, '')
  const at = placeOfNode(check, ast)
  const words = sentenceOf(check, ast)
  if (!Number.isInteger(count) || count < 1 || count > 1200 || (ast.count !== undefined && count === 1)) {
    report(
      check,
      'DEED_L112',
      at,
      'A period is one day, week, month or year, or a whole number of them from 2 on.',
      words.replace(/^Every \S+ \w+/, `Every ${unit}`),
    )
  } else if ((count === 1) !== (ast.unit === unit)) {
    report(
      check,
      'DEED_L116',
      at,
      'Singular and plural do not agree.',
      words.replace(ast.unit, count === 1 ? unit : `${unit}s`),
    )
  }
  if (!from || !times) return undefined
  const months = unit === 'month' || unit === 'year'
  const size = unit === 'week' ? 7 : unit === 'year' ? 12 : 1
  return {
    kind: 'repeat',
    count: count * size,
    measure: months ? 'months' : 'days',
    from: from.expr,
    times: times.expr,
    mostTimes: 0,
    each,
    afterwards,
    sentence: words,
    place: at,
  }
}

const lowerDelay = (check: Check, ast: Delay): Timer | undefined => {
  const day = typed(check, ast.date, 'day')
  const effects = lowerEffects(check, ast.effects.effects, 'timer', true)
  return (
    day && {
      kind: 'delay',
      day: day.expr,
      effects,
      sentence: sentenceOf(check, ast),
      place: placeOfNode(check, ast.date),
    }
  )
}

const WANTED = {
  day: 'A date is wanted here',
  duration: 'A duration is wanted here',
  number: 'A whole number is wanted here',
} as const
const EXAMPLE = { day: '2027-02-01', duration: '14 days', number: '12' } as const

const typed = (check: Check, ast: Expr, wanted: keyof typeof WANTED): Typed | undefined => {
  const found = lowerExpr(check, ast, 'timer')
  if (!found) return undefined
  const fits =
    wanted === 'number'
      ? found.sort.sort === 'quantity' && isPlain(found.sort.units)
      : found.sort.sort === wanted
  if (fits) return found
  return report(
    check,
    'DEED_L212',
    placeOfNode(check, ast),
    `${WANTED[wanted]}, and ${wordsOf(check, ast)} is ${sortWords(found.sort)}.`,
    EXAMPLE[wanted],
  )
}

/** Rounds are counted before anything runs: their number must have a bound. */
export const checkRounds = (check: Check, model: Model): Model => ({
  ...model,
  clauses: model.clauses.map((clause) => {
    const { timer } = clause
    if (timer?.kind !== 'repeat') return clause
    const { low, high } = interval(model, timer.times)
    if (!low || !high || low.n < 0n || high.n > BigInt(MOST_ROUNDS) * high.d) {
      report(
        check,
        high && high.n > BigInt(MOST_ROUNDS) * high.d ? 'DEED_L707' : 'DEED_L212',
        timer.place,
        `The number of times must lie between 0 and ${MOST_ROUNDS}, whatever is agreed.`,
        `- times is a number from 1 to ${MOST_ROUNDS}, agreed at signing.`,
      )
      return clause
    }
    return { ...clause, timer: { ...timer, mostTimes: Number(high.n / high.d) } }
  }),
})
