/** `npm run fuzz:rpc`: whatever is sent to the chain process, it lives, answers in time and says what is wrong. */
import { rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Child, startChild } from './child.ts'
import { checkChain } from './invariants.ts'
import { type Counts, type Finding, fuzz } from './run.ts'
import type { Target } from './target.ts'

const HELP = `npm run fuzz:rpc -- [--requests 100000] [--seed N] [--round N] [--hang SECONDS] [--url URL] [--json]

  --requests N    how many requests to make (default 10,000)
  --seed N        the same seed makes the same requests (default: a new one, which is told)
  --round N       begin with this round: what was found in a round is found again by it alone
  --hang SECONDS  what is not answered by then hangs (default 60)
  --url URL       a chain that runs already, with development methods; its state is taken back to its first block
  --json          findings as JSON, one a line

Examples
  npm run fuzz:rpc -- --requests 100000 --seed 1
  npm run fuzz:rpc -- --requests 1 --seed 1 --round 17
`

/** MiB of memory above which the process is said to have no bound. */
const MAX_MEMORY_MIB = 2_048

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '10000' },
    seed: { type: 'string' },
    round: { type: 'string', default: '0' },
    hang: { type: 'string', default: '60' },
    url: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  console.log(HELP)
  process.exit(0)
}
const whole = (name: 'requests' | 'seed' | 'round' | 'hang', fallback = ''): number => {
  const text = values[name] ?? fallback
  if (/^\d{1,9}$/.test(text)) return Number(text)
  console.error(`--${name} takes a whole number, got ${JSON.stringify(text)}`)
  process.exit(2)
}
const seed = whole('seed', String(Math.floor(Math.random() * 1e9)))
const requests = whole('requests')
const hangMs = whole('hang') * 1_000

const ipc = join(tmpdir(), `deed-fuzz-${process.pid}.ipc`)
let child: Child | undefined
let peakMiB = 0
/** Known only of a process that was started here. */
const memory = (): string => (peakMiB > 0 ? `, ${peakMiB} MiB at most` : '')
const connect = async () => {
  if (values.url !== undefined) {
    const { hostname, port } = new URL(values.url)
    const target: Target = { host: hostname, port: Number(port), engine: undefined, ipc: undefined, hangMs }
    return { target, url: values.url, isAlive: () => true }
  }
  if (child === undefined || !child.isAlive()) {
    rmSync(ipc, { force: true })
    child = await startChild(ipc)
  }
  const { isAlive, url, engineUrl, secret } = child
  const place = (one: string) => ({ host: new URL(one).hostname, port: Number(new URL(one).port) })
  const target: Target = { ...place(url), engine: { ...place(engineUrl), secret }, ipc: child.ipc, hangMs }
  return { target, url, isAlive }
}

const show = (finding: Finding): void => {
  if (values.json) console.log(JSON.stringify({ ...finding, seed }))
  else
    console.log(
      `${finding.kind} in round ${finding.round} (--seed ${seed} --round ${finding.round}), ${finding.name.slice(0, 200)}\n  ${finding.says}`,
    )
}
const startedMs = Date.now()
let toldMs = 0
const progress = async (counts: Counts): Promise<void> => {
  peakMiB = Math.max(peakMiB, (await child?.memoryMiB()) ?? 0)
  if (Date.now() - toldMs < 5_000) return
  toldMs = Date.now()
  const rate = Math.round((counts.requests / (Date.now() - startedMs)) * 1_000)
  console.error(`${counts.requests} of ${requests} requests, ${rate} a second${memory()}`)
}

console.error(`seed ${seed}`)
const counts = await fuzz({
  seed,
  requests,
  firstRound: whole('round'),
  connect,
  onFinding: show,
  onRound: progress,
})
const { url } = await connect()
const broken = await checkChain(url)
for (const says of broken) show({ kind: 'wrong', round: -1, name: 'the chain afterwards', says })
if (peakMiB > MAX_MEMORY_MIB) broken.push(`the process took ${peakMiB} MiB`)
const errors = child?.errors() ?? ''
const trace = /\n\s+at .+:\d+:\d+/.exec(errors)
if (trace) show({ kind: 'stack', round: -1, name: 'on standard error', says: errors.slice(-2_000) })
await child?.close()
const { crashes, hangs, stacks, internals, wrongs } = counts
const stackCount = stacks + (trace ? 1 : 0)
console.log(
  `${wrongs} wrong answers, ${broken.length} faults of the chain afterwards${memory()}, seed ${seed}`,
)
console.log(
  `${counts.requests} requests, ${crashes} crashes, ${hangs} hangs, ${stackCount} stack traces, ${internals} internal errors`,
)
process.exitCode = crashes + hangs + stackCount + internals + wrongs + broken.length > 0 ? 1 : 0
