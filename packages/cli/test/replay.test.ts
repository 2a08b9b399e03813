/** A timeline is lived again, by the words and by the contract, and is believed only where both say the same. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { openHouse } from '../../agreement/validate/setting.ts'
import type { Step } from '../../agreement/validate/step.ts'
import { subjectOf } from '../../agreement/validate/subject.ts'
import { timelineOf } from '../../agreement/validate/timeline.ts'
import { compileCache } from '../src/debug/artifact-folders.ts'
import { ROOT, runDeed } from './run-deed.ts'

const folder = mkdtempSync(join(tmpdir(), 'deed-replay-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const at = (iso: string) => Date.parse(`${iso}Z`) / 1000

/** Landlord and tenant sign and the deposit is paid; then three months of silence, and a payment. */
const STEPS: readonly Step[] = [
  { at: at('2027-01-20T10:00:00'), kind: 'sign', by: 0 },
  { at: at('2027-01-20T11:00:00'), kind: 'sign', by: 1 },
  { at: at('2027-01-21T12:00:00'), kind: 'act', by: 0, clause: 1, route: 1 },
  { at: at('2027-01-21T12:00:00'), kind: 'act', by: 1, clause: 1, route: 1 },
  { at: at('2027-04-20T12:00:00'), kind: 'act', by: 1, clause: 4, route: 1, amount: 1_000_000_000n },
  { at: at('2027-04-20T12:00:00'), kind: 'keep', most: 5 },
]

const writeTimeline = async (): Promise<string> => {
  const text = readFileSync(join(ROOT, 'examples/lease/lease.deed'), 'utf8')
  const house = openHouse(await subjectOf('lease', text, compileCache()))
  const value = (name: string) => house.subject.model.values.findIndex((each) => each.name === name)
  const terms = {
    [value('rent')]: 1_000_000_000n,
    [value('start')]: BigInt(at('2027-02-01T00:00:00') / 86_400),
    [value('inventory')]: 7n,
  }
  const file = join(folder, 'timeline.md')
  writeFileSync(file, timelineOf(house, { life: { terms, steps: STEPS }, what: 'as told' }, 1))
  return file
}

describe('deed agreement replay', () => {
  test('tells what happens at each step', async () => {
    const file = await writeTimeline()
    const { exit, out, err } = await runDeed(['agreement', 'replay', 'examples/lease', file, '--json'])
    expect([exit, err]).toEqual([0, []])
    const told = out.map((line) => JSON.parse(line))
    expect(told.map(({ result }) => result?.replace(/\(.*/, ''))).toEqual([
      ...['done', 'done', 'NotYourAct', 'done', 'done', 'NothingDue'],
      undefined,
    ])
    // Three rents and three late fees of five percent at most 60, before the payment was taken.
    const [, , , , payment] = told
    expect(payment.events.filter((event: string) => event.startsWith('Elapsed'))).toHaveLength(6)
    expect(told.at(-1)).toEqual({ agree: true })
    expect((await runDeed(['agreement', 'replay', 'examples/lease', file])).out.at(-1)).toBe(
      'Words and contract agree.',
    )
  })

  test('refuses what is no timeline', async () => {
    const { exit, err } = await runDeed(['agreement', 'replay', 'examples/lease', 'README.md'])
    expect([exit, err[0]]).toEqual([1, expect.stringMatching(/^DEED_NO_TIMELINE: /)])
  })
})
