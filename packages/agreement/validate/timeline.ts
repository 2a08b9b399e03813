/** A life as a Markdown timeline, which a person can read and `--replay` lives again. */
import type { House } from './setting.ts'
import type { Step } from './step.ts'
import type { Difference, Life } from './validate.ts'

export const timelineOf = (house: House, { life, what }: Difference, seed: number): string => {
  const { model, name } = house.subject
  const terms = Object.entries(life.terms).map(
    ([index, value]) => `- ${model.values[Number(index)]!.name} is ${value}`,
  )
  return [
    `# ${name}: ${what}`,
    '',
    `Seed ${seed}.`,
    '',
    ...terms,
    '',
    '| when | who | what |',
    '| ---- | --- | ---- |',
    ...life.steps.map((step) => rowOf(house, step)),
    '',
    `    ${written(life)}`,
    '',
  ].join('\n')
}

const rowOf = ({ subject, people }: House, step: Step): string => {
  const { model } = subject
  const row = (who: string, what: string) =>
    `| ${new Date(step.at * 1000).toISOString().slice(0, 19).replace('T', ' ')} | ${who} | ${what} |`
  const person = (index: number) => people[index]!.name
  switch (step.kind) {
    case 'sign':
      return row(person(step.by), 'signs')
    case 'act': {
      const { number, name, timer } = model.clauses[step.clause]!
      const verb = timer?.kind === 'wait' ? timer.routes[step.route - 1]!.verb : ''
      const with_ = [...(step.given ?? []), ...(step.amount === undefined ? [] : [step.amount])].join(', ')
      const payer = step.payer === undefined ? '' : `, for ${person(step.payer)}`
      const sent = step.attached === undefined ? '' : `, with ${step.attached} wei`
      return row(person(step.by), `${number}. ${name}: ${verb}${with_ && ` ${with_}`}${payer}${sent}`)
    }
    case 'keep':
      return row('a keeper', `lets ${step.most} timers run`)
    case 'withdraw':
      return row('anybody', `sends ${person(step.of)} its ${model.tokens[step.token]!.name}`)
    case 'order':
      return row(person(step.by), `orders up to ${step.limit} of ${model.tokens[step.token]!.name}`)
    case 'transfer':
      return row(model.parties[step.party]!.name, `passes the role on to ${person(step.to)}`)
    case 'price':
      return row(model.feeds[step.feed]!.name, `answers ${step.answer}`)
  }
}

const written = (life: Life): string =>
  JSON.stringify(life, (_, value) => (typeof value === 'bigint' ? `${value}n` : value))

/** The life in a timeline; undefined if there is none. */
export const lifeIn = (timeline: string): Life | undefined => {
  const line = /^ {4}(\{.*\})$/m.exec(timeline)?.[1]
  return (
    line &&
    JSON.parse(line, (_, value) =>
      typeof value === 'string' && /^-?\d+n$/.test(value) ? BigInt(value.slice(0, -1)) : value,
    )
  )
}
