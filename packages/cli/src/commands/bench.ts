import { existsSync, readFileSync } from 'node:fs'
import { auto, type Engine, HexError, hexToBytes, interpreter, tier1, tier2 } from '@deed/evm'
import { deploy, type Ended, install, measure, outputOf } from '@deed/evm/measure'
import { command } from '../command.ts'
import { CommandError, EXIT, usageError } from '../fault.ts'
import { flag, number, text } from '../options.ts'

const ENGINES: Readonly<Record<string, Engine>> = { auto, interpreter, tier1, tier2 }
const DEFAULT_RUNS = 25

export const bench = command({
  name: 'bench',
  usage: 'evm --bytecode FILE|HEX [--initcode] [--calldata HEX] [--runs N] [--engine E] [--json]',
  about: [
    'Measures a contract on this engine: puts its code in place, calls it N times, each time from the same state, and',
    'prints the time, the gas and what it returns. The first run is counted too: the longest shows what a cold start costs.',
  ].join('\n'),
  positionals: { min: 1, max: 1 },
  options: {
    bytecode: text('FILE|HEX', 'the code, as hexadecimal or a file of it'),
    initcode: flag('the bytecode is initialisation code: it is run once, and what it returns is called'),
    calldata: text('HEX', 'input of each call; default none'),
    runs: number('N', `how often; default ${DEFAULT_RUNS}`, { min: 1, max: 1_000_000 }),
    engine: text('E', `one of ${Object.keys(ENGINES).join(', ')}; default auto`),
    json: flag('one JSON object'),
  },
  examples: [
    ['npx deed bench evm --bytecode 0x62030d405b600190038060045700', 'a loop that counts down from 200,000'],
    [
      'npx deed bench evm --bytecode 0x602a5f526001601ff3 --calldata 0x --engine interpreter --json',
      'the reference engine, as JSON',
    ],
  ],
  run: async (options, [what], terminal) => {
    if (what !== 'evm') {
      throw usageError('DEED_BENCH_SUBJECT', `"${what}" cannot be measured. Say: deed bench evm.`)
    }
    if (options.bytecode === undefined) {
      throw usageError('DEED_BENCH_BYTECODE', 'There is nothing to run. Give --bytecode FILE or HEX.')
    }
    const name = options.engine ?? 'auto'
    if (!Object.hasOwn(ENGINES, name)) {
      const known = Object.keys(ENGINES).join(', ')
      throw usageError('DEED_BENCH_ENGINE', `"${name}" is no engine. Take one of ${known}.`)
    }
    const engine = ENGINES[name]!
    const code = readHex('--bytecode', fileOrText(options.bytecode))
    const data = readHex('--calldata', options.calldata ?? '0x')
    const installed = options.initcode ? deploy(engine, code, { gas: GAS }) : install(code)
    if (!('world' in installed)) {
      throw new CommandError('DEED_BENCH_DEPLOY', `The initialisation code failed: ${endOf(installed)}.`)
    }
    const runs = options.runs ?? DEFAULT_RUNS
    const { outcome, gasUsed, milliseconds } = measure(
      engine,
      installed,
      data,
      runs,
      () => performance.now(),
      { gas: GAS },
    )
    const sorted = milliseconds.toSorted((a, b) => a - b)
    const median = sorted[sorted.length >> 1]!
    const result = {
      engine: engine.name,
      runs,
      status: endOf(outcome),
      medianMs: rounded(median),
      minMs: rounded(sorted[0]!),
      maxMs: rounded(sorted.at(-1)!),
      gas: Number(gasUsed),
      mgasPerSecond: Math.round(Number(gasUsed) / median / 1000),
      returnData: outputOf(outcome),
    }
    if (options.json) terminal.out(JSON.stringify(result))
    else {
      terminal.out(`${result.status} on ${result.engine}, ${runs} runs`)
      terminal.out(`  time    median ${result.medianMs} ms, min ${result.minMs}, max ${result.maxMs}`)
      terminal.out(`  gas     ${result.gas}, ${result.mgasPerSecond} Mgas/s`)
      terminal.out(`  returns ${result.returnData}`)
    }
    return EXIT.ok
  },
})

/** So much that honest code ends, and a loop without end does too. */
const GAS = 1_000_000_000n

const rounded = (milliseconds: number): number => Number(milliseconds.toPrecision(4))

const endOf = (outcome: Ended): string =>
  outcome.status === 'halt' ? `halt (${outcome.reason})` : outcome.status

const fileOrText = (given: string): string => (existsSync(given) ? readFileSync(given, 'utf8').trim() : given)

function readHex(option: string, given: string): Uint8Array {
  try {
    return hexToBytes(given.startsWith('0x') ? given : `0x${given}`)
  } catch (error) {
    if (!(error instanceof HexError)) throw error
    const shown = given.length > 40 ? `${given.slice(0, 40)}…` : given
    throw usageError(
      'DEED_BENCH_HEX',
      `${option} "${shown}" is neither hexadecimal of even length nor a file of it.`,
    )
  }
}
