/** `npm run chaos:keeper`: kills keepers again and again while ten deeds live through a year, and compares. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { liveAYear, surplus } from './keeper.ts'

const USAGE = `Usage: npm run chaos:keeper -- [--kills N] [--deeds N] [--seed N]

Lets ten leases live through a year side by side, once undisturbed and then while the keepers that call them are killed
with SIGKILL at random instants: one keeper, then two at once, in turns until enough were killed. Every timer must have
run once, at its own instant, and every party must own the same.

  --kills N   how often; default 200
  --deeds N   how many deeds at once; default 10
  --seed N    whom it hits and when; default 1. When exactly a process dies differs from run to run

The last line names kills, missed, doubled and wrong balances. Example: npm run chaos:keeper -- --kills 20`

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '200' },
    deeds: { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  console.log(USAGE)
  process.exit(0)
}
const [kills, deeds, seed] = [Number(values.kills), Number(values.deeds), Number(values.seed)]
if (![kills, deeds, seed].every(Number.isInteger) || kills < 1 || deeds < 1) {
  console.error(
    `DEED_BAD_OPTION: --kills, --deeds and --seed are whole numbers, not ${values.kills}, ${values.deeds} and ${values.seed}`,
  )
  process.exit(2)
}

let stopped = false
process.once('SIGINT', () => {
  stopped = true
})
const calm = await liveAYear(deeds)
console.log(`undisturbed: ${calm.elapsed.length} timers ran in ${deeds} deeds`)
const total = { kills: 0, missed: 0, doubled: 0, balances: 0 }
for (let year = 1; total.kills < kills && !stopped; year++) {
  const folder = mkdtempSync(join(tmpdir(), 'deed-chaos-keeper-'))
  const keepers = year % 2 === 1 ? 1 : 2
  const left = kills - total.kills
  const found = await liveAYear(deeds, {
    folder,
    keepers,
    // Half of them are for two keepers at once.
    kills: year === 1 ? Math.ceil(left / 2) : left,
    seed: seed + year,
    isStopped: () => stopped,
    onKill: (count) => {
      if (count % 10 === 0) console.log(`year ${year}: ${count} kills`)
    },
  })
  rmSync(folder, { recursive: true })
  const [missed, doubled] = [surplus(calm.elapsed, found.elapsed), surplus(found.elapsed, calm.elapsed)]
  const isSame = JSON.stringify(found.balances) === JSON.stringify(calm.balances)
  total.kills += found.kills
  total.missed += missed.length
  total.doubled += doubled.length
  total.balances += isSame ? 0 : 1
  console.log(
    `year ${year}, ${keepers === 1 ? 'one keeper' : 'two keepers'}: ${found.kills} kills, ${found.elapsed.length} timers ran`,
  )
  for (const each of missed.slice(0, 5)) console.log(`  missed: ${each}`)
  for (const each of doubled.slice(0, 5)) console.log(`  doubled: ${each}`)
  if (!isSame)
    console.log(`  balances: ${JSON.stringify(found.balances)}, not ${JSON.stringify(calm.balances)}`)
}
console.log(
  `${total.kills} kills, ${total.missed} missed, ${total.doubled} doubled, ${total.balances} years with other balances`,
)
process.exit(total.missed + total.doubled + total.balances > 0 ? 1 : 0)
