/**
 * Contracts that are wrong in one place each, as an emitter with a fault would make them: every one must be caught by
 * the validation.
 *
 *     npm run mutants:agreements -- --count 100 --seed 1
 */
import { parseArgs } from 'node:util'
import { CACHE_FOLDER, shipped } from './agreements.ts'
import { type Random, randomOf } from './random.ts'
import { emittedOf, subjectOf } from './subject.ts'
import { validate } from './validate.ts'

export interface Mutant {
  readonly agreement: string
  /** What was done: `no close`. */
  readonly fault: string
  /** From 1, with what stood there. */
  readonly line: number
  readonly before: string
  readonly after: string
}

export interface Tried extends Mutant {
  /** How it was caught, and after how many lives; undefined if it was not. */
  readonly caught?: string
  readonly lives: number
}

/**
 * Faults that an emitter can have, each on one line of a contract. A missing `End` is none of them: where nothing else is
 * open, as most often, the deed ends without it.
 */
const FAULTS: readonly (readonly [name: string, find: RegExp, put: string])[] = [
  ['no close', /^ +_close\([A-Z_]+\);$/, ''],
  ['no begin', /^ +_begin[A-Z]\w*\(\);$/, ''],
  ['no opening', /^ +_open\(.*\);$/, ''],
  ['no pause', /^ +_pause\(.*\);$/, ''],
  ['no resume', /^ +_resume\(.*\);$/, ''],
  ['no row taken', /^ +_takeNext\w+\(\);$/, ''],
  ['no breach', /^ +emit Breached\(.*\);$/, ''],
  ['no money taken', /^ +_take(?:Ordered|Title)?\(.*\);$/, ''],
  ['no release', /^ +_release\w+\(.*\);$/, ''],
  ['no charge', /^ +_(?:charge|forgive)\w*\(.*\);$/, ''],
  ['no refusal', /^ +if \((?!.*(?:MOST_MONEY|NotCovered)).*\) revert .*;$/, ''],
  ['no credit', /^ +_credit(?:Title)?\(.*\);$/, ''],
  ['consents are remembered', /^ +_forgetConsents\(.*\);$/, ''],
  ['anybody may', / by\(\w+(?:\(\))?\)/, ''],
  ['less is at most', /(if \([^;]*?) < (?!.*(?:MOST_MONEY|NotCovered))/, '$1 <= '],
  ['more is at least', /(if \((?!amount > )[^;]*?) > (?!.*(?:MOST_MONEY|NotCovered))/, '$1 >= '],
  ['at least is more', /(if \([^;]*?) >= /, '$1 > '],
  ['at most is less', /(if \([^;]*?) <= /, '$1 < '],
  ['and is or', /(if \(.*) && /, '$1 || '],
  ['the day itself does not count', /_endOf\(/, '_startOf('],
  ['a day too late', /_startOf\(/, '_endOf('],
  ['a month more', /addMonths\((\d+)\)/, 'addMonths($1 + 1)'],
  ['a day more', /_endOf\(_today\(\) \+ (\d+)\)/, '_endOf(_today() + $1 + 1)'],
  ['rounded up', /= (\w+) \/ (\d+);$/, '= ($1 + $2 - 1) / $2;'],
  ['rounded down', /Math\.ceilDiv\((\w+), (\d+)\)/, '$1 / $2'],
  ['the greater', /Math\.min\(/, 'Math.max('],
  ['the lesser', /Math\.max\(/, 'Math.min('],
  ['plus is minus', /(_set\w+\(\w+) \+ /, '$1 - '],
  ['nothing is stored', /^ +\w+ = \w+_(?:\.hash)?;$/, ''],
  ['nothing is told', /^ +emit Stated\(.*\);$/, ''],
  ['another act', /(\bact\([A-Z_]+), 2\)/, '$1, 1)'],
  ['a timer of another clause', /(else if \(clause == [A-Z_]+\)) _\w+\(\);$/, '$1 _close(clause);'],
  ['must is may', /(return \(.*), true\);$/, '$1, false);'],
  ['an act is not possible', /return \(1 << 1 \| 1 << 2, /, 'return (1 << 1, '],
]

/** Faults that change nothing: on the day on which Tenant leaves there are no days left to charge for. */
const HARMLESS = new Set(['lease more is at least if (leaveDay > today) {'])

export const mutantsOf = (agreement: string, source: string): Mutant[] =>
  source.split('\n').flatMap((before, i) => {
    if (/^\s*(?:\/\/|import|pragma)/.test(before)) return []
    return FAULTS.flatMap(([fault, find, put]): Mutant[] => {
      const after = before.replace(find, put)
      return after === before || HARMLESS.has(`${agreement} ${fault} ${before.trim()}`)
        ? []
        : [{ agreement, fault, line: i + 1, before: before.trim(), after: after.trim() }]
    })
  })

export const applied = (source: string, { line, before, after }: Mutant): string => {
  const lines = source.split('\n')
  if (lines[line - 1]!.trim() !== before) throw new Error('the contract is another one')
  lines[line - 1] = after
  return lines.join('\n')
}

/** So many, of as many faults and agreements as there are. */
export const sampleOf = (random: Random, all: readonly Mutant[], count: number): Mutant[] => {
  const groups = Map.groupBy(all, ({ fault }) => fault)
  const left = [...groups.values()].map((list) => [...list])
  const sample: Mutant[] = []
  while (sample.length < count && left.some((list) => list.length > 0))
    for (const list of left)
      if (list.length > 0 && sample.length < count) sample.push(list.splice(random.below(list.length), 1)[0]!)
  return sample
}

export const tryMutant = async (
  mutant: Mutant,
  text: string,
  { lives, seed }: { readonly lives: number; readonly seed: number },
): Promise<Tried> => {
  try {
    const subject = await subjectOf(mutant.agreement, text, CACHE_FOLDER, (source) => applied(source, mutant))
    const { difference, lives: lived } = validate(subject, lives, seed)
    return difference ? { ...mutant, caught: difference.what, lives: lived } : { ...mutant, lives: lived }
  } catch (error) {
    // A fault after which the contract cannot be compiled or answers nothing is caught as well.
    return { ...mutant, caught: (error as Error).message.split('\n', 1)[0]!, lives: 0 }
  }
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      count: { type: 'string', default: '100' },
      seed: { type: 'string', default: '1' },
      lives: { type: 'string', default: '4000' },
    },
  })
  const texts = new Map(shipped().map(({ name, text }) => [name, text]))
  const all = [...texts].flatMap(([name, text]) => mutantsOf(name, emittedOf(name, text).source))
  const sample = sampleOf(randomOf(Number(values.seed)), all, Number(values.count))
  let caught = 0
  for (const mutant of sample) {
    const tried = await tryMutant(mutant, texts.get(mutant.agreement)!, {
      lives: Number(values.lives),
      seed: Number(values.seed),
    })
    if (tried.caught !== undefined) caught++
    const how =
      tried.caught === undefined ? 'NOT CAUGHT' : `caught after ${tried.lives} lives: ${tried.caught}`
    process.stdout.write(`${mutant.agreement}:${mutant.line} ${mutant.fault} (${mutant.before}): ${how}\n`)
  }
  process.stdout.write(`${caught} of ${sample.length} mutants caught, of ${all.length}\n`)
  process.exitCode = caught === sample.length ? 0 : 1
}
