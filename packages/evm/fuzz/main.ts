/**
 * Random programs on every engine:
 *
 *     npm run fuzz:evm -- [--seconds N] [--seed S] [--json]
 *
 * What differs is made smaller and printed, and the exit code is 1.
 */
import { parseArgs } from 'node:util'
import { ENGINES as FIXED } from '../src/engines.fixture.ts'
import { createTier } from '../src/tier1/tier.ts'
import { compileNow } from '../src/tier2/compile.ts'
import { type Case, describe, differenceIn, randomCase } from './case.ts'
import { randomOf } from './random.ts'
import { shrink } from './shrink.ts'

/** Goes over to compiled code in the middle of a run, as `auto`, but after a few blocks, and ends slices all the time. */
const switching = createTier({ name: 'switching', hot: { after: 12, tell: compileNow }, slice: 5 })
const ENGINES = [...FIXED, switching]

const USAGE = `npm run fuzz:evm -- [--seconds N] [--seed S] [--json]
  --seconds N  how long, 10 by itself
  --seed S     the first program's number; the same number is the same program
  --json       one object at the end`

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '10' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
const seconds = Number(values.seconds)
const first = Number(values.seed)
if (values.help) console.log(USAGE)
else if (!(seconds > 0) || !Number.isInteger(first)) {
  console.error(`--seconds ${values.seconds} --seed ${values.seed}: not a time and a whole number.\n${USAGE}`)
  process.exitCode = 1
} else process.exitCode = fuzz()

function fuzz(): number {
  const end = Date.now() + 1000 * seconds
  let seed = first
  for (; Date.now() < end; seed++) {
    const test = randomCase(seed)
    const found = differenceIn(test, ENGINES, randomOf(~seed))
    if (found === undefined) {
      if (process.stderr.isTTY && seed % 500 === 0) process.stderr.write(`\r\x1b[K${seed - first} programs`)
      continue
    }
    report(seed, { ...test, gas: found.gas }, found.difference)
    return 1
  }
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K')
  const programs = seed - first
  const names = ENGINES.map(({ name }) => name)
  if (values.json)
    console.log(JSON.stringify({ programs, seconds, seed: first, engines: names, differences: 0 }))
  else
    console.log(
      `${programs} programs on ${names.join(', ')}, from seed ${first}: ${Math.round(programs / seconds)} a second, 0 differences`,
    )
  return 0
}

function report(seed: number, test: Case, difference: string): void {
  const at = (smaller: Case) => differenceIn(smaller, ENGINES, randomOf(~seed))
  const smallest = shrink(test, (smaller) => at(smaller) !== undefined)
  const found = at(smallest)
  if (values.json) console.log(JSON.stringify({ seed, difference, case: describe(smallest) }))
  else
    console.log(
      `Program ${seed} differs: ${difference}\nMade smaller: ${found?.difference}, with gas ${found?.gas}\n${describe(smallest)}`,
    )
}
