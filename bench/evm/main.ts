/**
 * Our engine beside others', the same contracts in alternation, medians:
 *
 *     npm run bench:evm -- [--match S] [--rounds N] [--peers a,b] [--processor] [--json] | --scaling | --cold | --adversarial | --browser
 *
 * Not a test: figures depend on the machine and on who else uses it.
 */
import { parseArgs } from 'node:util'
import { printAdversarial } from './adversarial.ts'
import { anvil } from './anvil.ts'
import { printCold } from './cold.ts'
import { deedAuto, deedTier1 } from './deed.ts'
import { edr } from './edr.ts'
import { ethereumjs } from './ethereumjs.ts'
import type { Peer, Run } from './peer.ts'
import { processorTime } from './processor.ts'
import { type Program, programs } from './programs.ts'
import { printScaling } from './scaling.ts'

const PEERS: Readonly<Record<string, () => Peer | Promise<Peer>>> = {
  deed: deedAuto,
  tier1: deedTier1,
  anvil,
  edr,
  ethereumjs,
}

const USAGE = `npm run bench:evm -- [--match S] [--rounds N] [--peers a,b] [--processor] [--json] | --scaling | --cold | --adversarial | --browser
  --match S    only programs whose name contains this
  --rounds N   how often all take their turn, 21 by itself
  --peers a,b  of ${Object.keys(PEERS).join(', ')}
  --processor  time of the processor, not the clock's: for a machine that others use (not of EDR)
  --json       one object a program
  --scaling    cost against size of code, memory and storage, and depth of calls, of ours alone
  --cold       what it costs to begin, of ours alone
  --adversarial  bytecode made to be dear to compile, on ours alone
  --browser    ours alone, in a page of Chromium`

/** Before anything is counted each runs for so long, that hot code is compiled and optimised. */
const WARM_UP_MS = 1000
const SLOW_ROUNDS = 3

const { values } = parseArgs({
  options: {
    match: { type: 'string', default: '' },
    rounds: { type: 'string', default: '21' },
    peers: { type: 'string', default: Object.keys(PEERS).join(',') },
    processor: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    scaling: { type: 'boolean', default: false },
    cold: { type: 'boolean', default: false },
    adversarial: { type: 'boolean', default: false },
    browser: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
const rounds = Number(values.rounds)
const names = values.peers.split(',').filter((name) => !values.processor || name !== 'edr')
async function compare(): Promise<void> {
  const peers: Peer[] = []
  for (const name of names) peers.push(await PEERS[name]!())
  try {
    if (!values.json) console.log(row('', 'group', ...peers.map(({ name }) => `${name}, ms`), 'ratios'))
    for (const program of await programs(values.match)) {
      const medians = await alternate(program, peers)
      const [ours] = medians
      if (values.json) {
        const each = Object.fromEntries(peers.map(({ name }, index) => [name, medians[index]]))
        console.log(JSON.stringify({ program: program.name, group: program.group, medianMs: each }))
        continue
      }
      const ratios = medians.slice(1).map((each) => `${(each / ours!).toFixed(1)}x`)
      console.log(
        row(program.name, program.group, ...medians.map((each) => each.toFixed(3)), ratios.join(' ')),
      )
    }
    const memory = peers.map((peer) => `${peer.name} ${peer.memoryMb()}`).join(', ')
    if (!values.json) console.log(`Memory in MB, where a process is shared its whole: ${memory}`)
  } finally {
    for (const peer of peers) await peer.close()
  }
}

const row = (...cells: string[]): string =>
  cells.map((cell, index) => (index === 0 ? cell.padEnd(27) : cell.padEnd(index === 1 ? 11 : 16))).join('')

async function alternate(program: Program, peers: readonly Peer[]): Promise<number[]> {
  const prepared = await Promise.all(peers.map((peer) => peer.prepare(program)))
  const runs = prepared.map((run, index) => {
    const { processor } = peers[index]!
    return values.processor && processor ? () => processorTime(run, processor) : run
  })
  const all: number[][] = peers.map(() => [])
  const outputs = new Set<string>()
  const turn = async (index: number): Promise<number> => {
    const { milliseconds, output }: Run = await runs[index]!()
    outputs.add(output)
    return milliseconds
  }
  for (const [index, peer] of peers.entries()) {
    const end = performance.now() + WARM_UP_MS
    while (!peer.isSlow && performance.now() < end) await turn(index)
  }
  for (let round = 0; round < rounds; round++) {
    for (const [index, peer] of peers.entries()) {
      if (!peer.isSlow || round < SLOW_ROUNDS) all[index]!.push(await turn(index))
    }
  }
  if (outputs.size !== 1)
    throw new Error(`${program.name}: not all give the same: ${[...outputs].join(', ')}`)
  return all.map((times) => times.sort((a, b) => a - b)[times.length >> 1]!)
}

if (values.help) console.log(USAGE)
else if (!Number.isInteger(rounds) || rounds < 1 || names.some((name) => !Object.hasOwn(PEERS, name))) {
  console.error(`--rounds ${values.rounds} --peers ${values.peers}: not a number and known names.\n${USAGE}`)
  process.exitCode = 1
} else if (values.scaling) await printScaling(values.json)
else if (values.cold) await printCold(values.json)
else if (values.adversarial) printAdversarial(values.json)
else if (values.browser) {
  // Not at the top: it needs what builds pages.
  const { printBrowser } = await import('./browser.ts')
  await printBrowser(values.json)
} else await compare()
