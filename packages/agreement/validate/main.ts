/**
 * Every agreement against its contract: random lives through the words and through the compiled contract on our engine.
 *
 *     npm run validate:agreements -- --scenarios 100000 --seed 1
 *     npm run validate:agreements -- --agreement loan --uncovered
 *     npm run validate:agreements -- --replay life.md
 *
 * A difference is printed as a timeline in Markdown, as short as it could be made; `--replay` lives it again.
 */
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { agreementsOf, CACHE_FOLDER } from './agreements.ts'
import { shareOf } from './cover.ts'
import { openHouse } from './setting.ts'
import { subjectOf } from './subject.ts'
import { lifeIn, timelineOf } from './timeline.ts'
import { relive, shrink, validate } from './validate.ts'

const { values } = parseArgs({
  options: {
    scenarios: { type: 'string', default: '2000' },
    seed: { type: 'string', default: '1' },
    agreement: { type: 'string', multiple: true },
    uncovered: { type: 'boolean', default: false },
    replay: { type: 'string' },
  },
})
const TELL_MS = 10_000

if (values.replay === undefined) process.exitCode = await validateAll()
else process.exitCode = await replay(values.replay)

async function validateAll(): Promise<number> {
  const agreements = agreementsOf(values.agreement)
  const lives = Math.ceil(Number(values.scenarios) / agreements.length)
  const seed = Number(values.seed)
  let different = 0
  for (const { name, text } of agreements) {
    const subject = await subjectOf(name, text, CACHE_FOLDER)
    const startedMs = performance.now()
    let toldMs = startedMs
    const result = validate(subject, lives, seed, (done) => {
      if (performance.now() - toldMs < TELL_MS) return
      toldMs = performance.now()
      process.stderr.write(`${name}: ${done} of ${lives} lives\n`)
    })
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(1)
    const { states, goals, unreached, unseen } = shareOf(result.cover)
    const share = (of: { seen: number; all: number }) => `${of.seen} of ${of.all}`
    process.stdout.write(
      `${name}: ${result.lives} lives, ${result.steps} steps (${result.refused} refused) in ${seconds} s; control states ${share(states)}, routes and timers in them ${share(goals)}; ${subject.contract.size} bytes, an act ${result.gas.act} gas at most, a timer ${result.gas.timer}\n`,
    )
    if (values.uncovered) {
      for (const state of unreached) process.stdout.write(`  model only: ${state}\n`)
      for (const goal of unseen) process.stdout.write(`  not seen: ${goal}\n`)
    }
    if (!result.difference) continue
    different++
    const house = openHouse(subject)
    process.stdout.write(`${timelineOf(house, shrink(house, result.difference), seed)}\n`)
  }
  process.stdout.write(
    different === 0
      ? '0 differences between words and contracts\n'
      : `${different} agreements with a difference\n`,
  )
  return different === 0 ? 0 : 1
}

async function replay(file: string): Promise<number> {
  const timeline = readFileSync(file, 'utf8')
  const [, name] = /^# ([a-z-]+):/m.exec(timeline) ?? []
  const life = lifeIn(timeline)
  if (name === undefined || !life)
    throw new Error(`${file} holds no life; validation prints one for a difference.`)
  const { text } = agreementsOf(values.agreement ?? [name])[0]!
  const found = relive(openHouse(await subjectOf(name, text, CACHE_FOLDER)), life)
  process.stdout.write(found ? `After step ${found.after}: ${found.what}.\n` : 'Words and contract agree.\n')
  return found ? 1 : 0
}
