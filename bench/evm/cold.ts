/**
 * What it costs to begin, on each engine: a process that runs one contract once, contracts that are run once each in a
 * process that is warm, and the longest that a run has to wait while its contract becomes hot and is compiled.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { auto, bytesToHex, type Engine, hexToBytes, interpreter, tier1 } from '@deed/evm'
import { deploy, measure } from '@deed/evm/measure'
import type { Program } from './programs.ts'

const ENGINES: Readonly<Record<string, Engine>> = { interpreter, tier1, auto }
const ROUNDS = 11

/** transfer(0x…01, 0): what a wallet does, once. */
const TRANSFER = hexToBytes(`0xa9059cbb${'1'.padStart(64, '0')}${'0'.repeat(64)}`)

export async function printCold(json: boolean): Promise<void> {
  // Not at the top: the process that runs once needs no compiler.
  const { programs } = await import('./programs.ts')
  const [token] = await programs('Token.mint')
  const [pools] = await programs('Pools.run')
  const initcode = bytesToHex(token!.initcode)
  const names = Object.keys(ENGINES)
  const first: Record<string, number[]> = Object.fromEntries(names.map((name) => [name, []]))
  for (let round = 0; round < ROUNDS; round++)
    for (const name of names) first[name]!.push(firstRun(name, initcode))
  for (const name of names) {
    const engine = ENGINES[name]!
    const firstMs = median(first[name]!)
    const newMs = runsOnce(engine, token!.initcode)
    const { longestMs, usualMs } = await heated(engine, pools!)
    if (json) console.log(JSON.stringify({ engine: name, firstMs, newMs, longestMs, usualMs }))
    else
      console.log(
        `${name.padEnd(12)} first deployment and call of a process ${firstMs.toFixed(1)} ms; a new contract, deployed and called ${newMs.toFixed(3)} ms; one that becomes hot: longest run ${longestMs.toFixed(1)} ms, median ${usualMs.toFixed(1)} ms`,
      )
  }
}

/** Of runs one after the other, between which others have their turn. */
async function heated(engine: Engine, { initcode, calldata }: Program) {
  const installed = deploy(engine, initcode)
  if (!('world' in installed)) throw new Error(`the contract was not deployed: ${installed.status}`)
  const times: number[] = []
  for (let run = 0; run < 200; run++) {
    const { milliseconds } = measure(engine, installed, calldata, 1, () => performance.now())
    times.push(milliseconds[0]!)
    await setImmediate()
  }
  // The first ones are V8's, warming up to the engine.
  return { longestMs: Math.max(...times.slice(20)), usualMs: median(times) }
}

function firstRun(engine: string, initcode: string): number {
  const child = spawnSync(process.execPath, [fileURLToPath(import.meta.url), engine], {
    encoding: 'utf8',
    input: initcode,
  })
  return Number(child.stdout)
}

/** Each a contract of its own: the last byte of the code, which is metadata, differs. */
function runsOnce(engine: Engine, initcode: Uint8Array): number {
  const times: number[] = []
  for (let n = 0; n < 400; n++) {
    const code = Uint8Array.from(initcode)
    code.set([n & 0xff, n >> 8], code.length - 20)
    times.push(timed(engine, code))
  }
  return median(times.slice(100))
}

function timed(engine: Engine, initcode: Uint8Array): number {
  const start = performance.now()
  const installed = deploy(engine, initcode)
  if (!('world' in installed)) throw new Error(`the contract was not deployed: ${installed.status}`)
  const { outcome } = measure(engine, installed, TRANSFER, 1, () => performance.now())
  const milliseconds = performance.now() - start
  if (outcome.status !== 'success') throw new Error(`the call ended with ${outcome.status}`)
  return milliseconds
}

const median = (times: readonly number[]): number => [...times].sort((a, b) => a - b)[times.length >> 1]!

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  console.log(timed(ENGINES[process.argv[2]!]!, hexToBytes(readFileSync(0, 'utf8'))))
}
