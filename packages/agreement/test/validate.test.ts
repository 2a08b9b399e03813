/**
 * A sample of the validation (`npm run validate:agreements`, `npm run mutants:agreements`): the words and the contract of
 * every agreement, and contracts with a fault, which must be noticed.
 */
import { beforeAll, describe, expect, test } from 'vitest'
import { CACHE_FOLDER, shipped } from '../validate/agreements.ts'
import { shareOf } from '../validate/cover.ts'
import { applied, type Mutant, mutantsOf, sampleOf, tryMutant } from '../validate/mutants.ts'
import { randomOf } from '../validate/random.ts'
import { openHouse } from '../validate/setting.ts'
import { emittedOf, type Subject, subjectOf } from '../validate/subject.ts'
import { lifeIn, timelineOf } from '../validate/timeline.ts'
import { relive, shrink, validate } from '../validate/validate.ts'

const LIVES = 80
const SEED = Number(process.env.DEED_SEED ?? 5)
const all = shipped()
const textOf = (name: string) => all.find((each) => each.name === name)!.text

describe.each(all)('$name', ({ name, text }) => {
  let subject: Subject
  beforeAll(async () => {
    subject = await subjectOf(name, text, CACHE_FOLDER)
  }, 120_000)

  test('words and contract agree', { timeout: 60_000 }, () => {
    const { difference, cover, steps } = validate(subject, LIVES, SEED)
    expect(difference).toBeUndefined()
    expect(steps).toBeGreaterThan(LIVES)
    // A generator that never comes anywhere shows nothing.
    expect(shareOf(cover).goals.seen).toBeGreaterThanOrEqual(10)
  })

  test('it is small enough to be deployed', () => {
    expect(subject.contract.size).toBeLessThanOrEqual(24_576)
  })
})

/** Faults that are none nowhere, so that each has to be caught; `mutants.ts` tells of the others. */
const SAMPLED = new Set(['no opening', 'no money taken', 'no pause', 'anybody may', 'plus is minus'])

const mutants = sampleOf(
  randomOf(3),
  all
    .flatMap(({ name, text }) => mutantsOf(name, emittedOf(name, text).source))
    .filter(({ fault }) => SAMPLED.has(fault)),
  5,
)

test.each(mutants)('a fault is caught: $agreement, $fault', { timeout: 120_000 }, async (mutant) => {
  const tried = await tryMutant(mutant, textOf(mutant.agreement), { lives: 3000, seed: 1 })
  expect(tried.caught).toBeDefined()
})

test('a difference is told as a timeline that can be lived again', { timeout: 120_000 }, async () => {
  const { source } = emittedOf('escrow', textOf('escrow'))
  const mutant: Mutant = mutantsOf('escrow', source).find(
    ({ fault, before }) => fault === 'no release' && before.startsWith('_releaseVaultToBuyer'),
  )!
  const subject = await subjectOf('escrow', textOf('escrow'), CACHE_FOLDER, (of) => applied(of, mutant))
  const { difference } = validate(subject, 3000, 1)
  const house = openHouse(subject)
  const shrunk = shrink(house, difference!)
  expect(shrunk.life.steps.length).toBeLessThanOrEqual(difference!.life.steps.length)
  const timeline = timelineOf(house, shrunk, 1)
  expect(timeline).toContain('| Buyer | signs |')
  expect(relive(house, lifeIn(timeline)!)).toEqual({ what: shrunk.what, after: shrunk.life.steps.length })
  // The title goes back to Seller instead.
  expect(shrunk.what).toContain('Title')
})
