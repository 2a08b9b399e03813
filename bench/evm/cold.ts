/**
 * What it costs to begin: a process that runs one contract once, on each engine, and contracts that are run once each in a
 * process that is warm.
 */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { auto, bytesToHex, type Engine, hexToBytes, interpreter, tier1 } from '@deed/evm'
import { deploy, measure } from '@deed/evm/measure'
import { programs } from './programs.ts'

const ENGINES: Readonly<Record<string, Engine>> = { interpreter, tier1, auto }
const ROUNDS = 11

/** transfer(0x…01, 0): what a wallet does, once. */
const TRANSFER = hexToBytes(`0xa9059cbb${'1'.padStart(64, '0')}${'0'.repeat(64)}`)

export async function printCold(json: boolean): Promise<void> {
  const [token] = await programs('Token.mint')
  const initcode = bytesToHex(token!.initcode)
  const names = Object.keys(ENGINES)
  const first: Record<string, number[]> = Object.fromEntries(names.map((name) => [name, []]))
  for (let round = 0; round < ROUNDS; round++)
    for (const name of names) first[name]!.push(firstRun(name, initcode))
  const once = Object.fromEntries(names.map((name) => [name, runsOnce(ENGINES[name]!, token!.initcode)]))
  for (const name of names) {
    const [start, single] = [median(first[name]!), once[name]!]
    if (json)
      console.log(JSON.stringify({ engine: name, firstDeploymentAndCallMs: start, newContractMs: single }))
    else
      console.log(
        `${name.padEnd(12)} first deployment and call of a process ${start.toFixed(1)} ms, a new contract deployed and called ${single.toFixed(3)} ms`,
      )
  }
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
  const { readFileSync } = await import('node:fs')
  console.log(timed(ENGINES[process.argv[2]!]!, hexToBytes(readFileSync(0, 'utf8'))))
}
