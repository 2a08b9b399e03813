/** `npm run chaos`: kills a chain again and again while it works, and looks for what it has forgotten. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { chaos } from './chaos.ts'

const USAGE = `Usage: npm run chaos -- [--kills N] [--seed N] [--keep]

Starts a chain over a folder, lets clients work on it, kills it with SIGKILL at a random moment, starts it again and
compares: every block, receipt, waiting transaction, balance and reading of the clock that was answered must be there.

  --kills N   how often; default 200
  --seed N    what is done and when; default 1. When exactly the process dies differs from run to run
  --keep      leave the folder

The last line names kills, what was lost, and openings that failed. Example: npm run chaos -- --kills 20`

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    keep: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  console.log(USAGE)
  process.exit(0)
}
const [kills, seed] = [Number(values.kills), Number(values.seed)]
if (!Number.isInteger(kills) || kills < 1 || !Number.isInteger(seed)) {
  console.error(
    `DEED_BAD_OPTION: --kills and --seed are whole numbers, not ${values.kills} and ${values.seed}`,
  )
  process.exit(2)
}

const folder = mkdtempSync(join(tmpdir(), 'deed-chaos-'))
let stopped = false
process.once('SIGINT', () => {
  stopped = true
})
const result = await chaos({
  folder: join(folder, 'chain'),
  kills,
  seed,
  isStopped: () => stopped,
  progress: (kill, kind, openMs) => {
    if (kill % 10 === 0) console.log(`${kill} of ${kills}: ${kind}, opened in ${openMs.toFixed(0)} ms`)
  },
})
if (values.keep) console.log(`The chain is in ${folder}`)
else rmSync(folder, { recursive: true })
for (const sentence of [...result.lost, ...result.failedOpens].slice(0, 20)) console.log(sentence)
const slowest = Math.max(...result.openMs)
console.log(
  `${result.blocks} blocks and ${result.receipts} receipts were acknowledged; the slowest opening took ${slowest.toFixed(0)} ms`,
)
console.log(`${result.kills} kills, ${result.lost.length} lost, ${result.failedOpens.length} failed opens`)
process.exit(result.lost.length + result.failedOpens.length === 0 ? 0 : 1)
