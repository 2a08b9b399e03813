/**
 * Every agreement against its contract: random lives through the words and through the compiled contract on our engine.
 *
 *     npm run validate:agreements -- --scenarios 100000 --seed 1 --agreement loan
 */
import { readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { shareOf } from './cover.ts'
import { openHouse } from './setting.ts'
import { subjectOf } from './subject.ts'
import { timelineOf } from './timeline.ts'
import { shrink, validate } from './validate.ts'

const EXAMPLES = fileURLToPath(new URL('../../../examples', import.meta.url))
const cacheFolder = join(tmpdir(), 'deed-validate-solidity')

const { values } = parseArgs({
  options: {
    scenarios: { type: 'string', default: '2000' },
    seed: { type: 'string', default: '1' },
    agreement: { type: 'string', multiple: true },
    uncovered: { type: 'boolean', default: false },
  },
})
const names =
  values.agreement ??
  readdirSync(EXAMPLES, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))
const each = Math.ceil(Number(values.scenarios) / names.length)

let different = 0
for (const name of names) {
  const text = readFileSync(join(EXAMPLES, name, `${name}.deed`), 'utf8')
  const subject = await subjectOf(name, text, { cacheFolder })
  const startedMs = performance.now()
  let toldMs = startedMs
  const result = validate(subject, each, Number(values.seed), (done) => {
    if (performance.now() - toldMs < 10_000) return
    toldMs = performance.now()
    process.stderr.write(`${name}: ${done} of ${each} lives\n`)
  })
  const seconds = (performance.now() - startedMs) / 1000
  const { states, goals, unreached, unseen } = shareOf(result.cover)
  const percent = (share: { seen: number; all: number }) => `${share.seen} of ${share.all}`
  process.stdout.write(
    `${name}: ${result.lives} lives, ${result.steps} steps (${result.refused} refused) in ${seconds.toFixed(1)} s; control states ${percent(states)}, routes and timers in them ${percent(goals)}; ${subject.contract.size} bytes, an act ${result.gas.act} gas at most, a timer ${result.gas.timer}\n`,
  )
  if (values.uncovered) {
    for (const state of unreached) process.stdout.write(`  model only: ${state}\n`)
    for (const goal of unseen) process.stdout.write(`  not seen: ${goal}\n`)
  }
  if (!result.difference) continue
  different++
  const house = openHouse(subject)
  process.stdout.write(`${timelineOf(house, shrink(house, result.difference), Number(values.seed))}\n`)
}
process.stdout.write(
  different === 0
    ? '0 differences between words and contracts\n'
    : `${different} agreements with a difference\n`,
)
process.exitCode = different === 0 ? 0 : 1
