/** What the figures leave open, as findings: the sentence, a run of events that leads there, and a case. */
import type { Code } from '../codes.ts'
import { shownDay, shownMoney, shownValue } from '../figures.ts'
import { type Finding, type Fix, finding, write } from '../finding.ts'
import type { Effect, Model, Route } from '../model/model.ts'
import { floor, type Ratio } from '../ratio.ts'
import type { Exploration } from './control.ts'
import type { Cover, Failed } from './cover.ts'
import { toLinear } from './linear.ts'
import { labelsTo, storyOf } from './story.ts'
import { caseOf, debtVariable, holdingVariable, todayVariable } from './system.ts'

export const coverFindings = (model: Model, exploration: Exploration, cover: Cover): Finding[] => {
  if (cover.tooHard) {
    const { place } = model.clauses[model.first]!
    return [
      finding(
        'DEED_L708',
        place,
        'It would take too long to prove that no release is more than what is there.',
        { how: 'Write, where money is released', text: '- Release up to damage from security to Landlord.' },
      ),
    ]
  }
  return cover.failed.map((failed) => {
    const labels = [...labelsTo(exploration, failed.from), exploration.paths[failed.path]!.label]
    const story = storyOf(model, labels)
    const figures = caseWords(model, cover, failed)
    return finding(
      failed.code,
      failed.place,
      `${MESSAGE[failed.code]!(model, failed)}${figures === '' ? '' : ` As when ${figures}.`}`,
      FIX[failed.code]!(model, failed),
      story,
    )
  })
}

type Words<T> = Partial<Record<Code, (model: Model, failed: Failed) => T>>

const isEffect = (about: Failed['about']): about is Effect => 'kind' in about && 'sentence' in about

const cellName = (model: Model, about: Failed['about']): string => {
  if (!isEffect(about)) return 'it'
  if (about.kind === 'release') return model.holdings[about.holding]!.name
  return about.kind === 'forgive' ? model.debts[about.debt]!.name : 'it'
}

const debtName = (model: Model, about: Failed['about']): string => {
  const to = isEffect(about)
    ? about.kind === 'release'
      ? about.to
      : undefined
    : 'act' in about && (about as Route).act.kind === 'pay'
      ? (about as Route & { act: { kind: 'pay' } }).act.to
      : undefined
  return to?.kind === 'debt' ? model.debts[to.index]!.name : 'the debt'
}

const MESSAGE: Words<string> = {
  DEED_L601: (model, { about, sentence }) =>
    `${cellName(model, about)} may hold less than "${sentence}" takes.`,
  DEED_L602: (_, { sentence }) => `The amount of "${sentence}" may be negative.`,
  DEED_L603: (model, { about, sentence }) => `"${sentence}" may pay more than ${debtName(model, about)} is.`,
  DEED_L604: (model, { about, sentence }) =>
    `"${sentence}" may leave the bounds of ${isEffect(about) && about.kind === 'set' ? model.values[about.value]!.name : 'it'}, and a timer cannot be refused.`,
  DEED_L605: (_, { sentence }) => `"${sentence}" may divide by zero, or by less.`,
}

const upTo = (sentence: string): string => sentence.replace(/^(Release|Forgive) /, '$1 up to ')

const FIX: Words<Fix> = {
  DEED_L601: (_, { sentence }) => write(`- ${upTo(sentence)}`),
  DEED_L602: (model, { sentence }) => ({
    how: 'Write, so that it is never less than nothing',
    text: sentence.replace(
      /^(Release up to|Release|Forgive up to|Forgive|Charge) (.*?) (from|to) /,
      (_, verb, amount, joint) =>
        `- ${verb} greater of (${amount}) and 0 ${model.tokens[0]?.name ?? 'USDC'} ${joint} `,
    ),
  }),
  DEED_L603: (model, { about, sentence }) => {
    const name = debtName(model, about)
    return write(
      isEffect(about) && about.kind === 'release'
        ? `- Release up to ${name} from ${model.holdings[about.holding]!.name} towards ${name}.`
        : sentence.replace(/ pay .*? towards /, ` pay any amount up to ${name} towards `),
    )
  },
  DEED_L604: (model, { about, sentence }) => {
    const value = isEffect(about) && about.kind === 'set' ? model.values[about.value] : undefined
    const [low, high] = value?.type.kind === 'date' ? ['later', 'earlier'] : ['greater', 'lesser']
    const [, from, to] = / from (.*?) to (.*?), /.exec(value?.sentence ?? '') ?? []
    return write(
      `- ${sentence.replace(/ to (.*)\.$/, ` to ${low} of ${from ?? 'the least'} and (${high} of ${to ?? 'the most'} and ($1)).`)}`,
    )
  },
  DEED_L605: () => ({ how: 'Ask before it', text: '- If days from start to today is more than 0:' }),
}

/** A case in which it goes wrong: what the cells that it is about are then. */
const caseWords = (model: Model, { system }: Cover, { world, linear }: Failed): string => {
  if (linear.terms.size === 0) return ''
  const point = caseOf(system, world.facts, linear)
  const said: string[] = []
  // Also what the sum is made of by way of equations.
  const related = new Set([
    ...linear.terms.keys(),
    ...world.facts
      .filter(({ vars }) => vars.some((name) => linear.terms.has(name)))
      .flatMap((fact) => [...toLinear(fact).terms.keys()]),
  ])
  for (const name of [...related].sort((a, b) => a - b)) {
    const value = point.get(name)
    const words = value && wordsOf(model, name, value)
    if (words && said.length < 4) said.push(words)
  }
  return said.join(', ')
}

const wordsOf = (model: Model, name: number, value: Ratio): string | undefined => {
  const whole = floor(value)
  const declared = model.values[name]
  if (declared) return `${declared.name} is ${shownValue(model, declared.type, whole)}`
  const holding = model.holdings.findIndex((_, i) => holdingVariable(model, i) === name)
  if (holding >= 0)
    return `${model.holdings[holding]!.name} is ${shownMoney(whole, model.tokens[model.holdings[holding]!.token]!)}`
  const debt = model.debts.findIndex((_, i) => debtVariable(model, i) === name)
  if (debt >= 0)
    return `${model.debts[debt]!.name} is ${shownMoney(whole, model.tokens[model.debts[debt]!.token]!)}`
  return name === todayVariable(model) ? `today is ${shownDay(Number(whole))}` : undefined
}
