/** What our engine costs as things grow: linear or better is what is hoped for. */
import { auto, bytesToHex } from '@deed/evm'
import { install, measure } from '@deed/evm/measure'

interface Series {
  readonly name: string
  readonly unit: string
  readonly sizes: readonly number[]
  code(size: number): Uint8Array
  /** What changed is told too, as for a transaction. */
  readonly effects?: boolean
}

const push3 = (value: number): number[] => [0x62, value >> 16, (value >> 8) & 0xff, value & 0xff]

const SLOTS = [1_000, 10_000, 100_000, 1_000_000, 10_000_000]

const SERIES: readonly Series[] = [
  {
    name: 'size of code, run once through',
    unit: 'bytes',
    sizes: [1_500, 3_000, 6_000, 12_000, 24_000, 48_000],
    // PUSH1 1 POP, again and again: every byte is executed.
    code: (size) => Uint8Array.from({ length: size }, (_, i) => [0x60, 0x01, 0x50][i % 3]!),
  },
  {
    name: 'depth of calls',
    unit: 'calls',
    sizes: [64, 128, 256, 512, 1024],
    // Calls itself with a number in the input that is one less each time, until it is zero.
    code: (size) =>
      Uint8Array.of(
        ...[0x36, 0x60, 0x0b, 0x57, ...push3(size), 0x60, 0x0e, 0x56, 0x5b, 0x5f, 0x35],
        ...[0x5b, 0x80, 0x60, 0x15, 0x57, 0x00, 0x00, 0x5b, 0x60, 0x01, 0x90, 0x03, 0x5f, 0x52],
        ...[0x5f, 0x5f, 0x60, 0x20, 0x5f, 0x5f, 0x30, 0x5a, 0xf1, 0x00],
      ),
  },
  {
    name: 'slots written in one run',
    unit: 'slots',
    sizes: SLOTS,
    code: writeSlots,
  },
  {
    name: 'slots written in one run, and told',
    unit: 'slots',
    sizes: SLOTS,
    code: writeSlots,
    effects: true,
  },
  {
    name: 'memory written in one run',
    unit: 'bytes',
    sizes: [32_000, 320_000, 3_200_000, 32_000_000],
    code: (size) => loop(size / 32, [0x80, 0x80, 0x60, 0x05, 0x1b, 0x52]),
  },
]

/** A key each time that was never written: all are still to be asked of the world. */
function writeSlots(count: number): Uint8Array {
  return loop(count, [0x80, 0x80, 0x55])
}

/** Counts down; the body finds the counter on top and leaves it there. */
function loop(times: number, body: readonly number[]): Uint8Array {
  const start = 5
  return Uint8Array.of(
    ...[0x63, times >>> 24, (times >> 16) & 0xff, (times >> 8) & 0xff, times & 0xff],
    ...[0x5b, ...body, 0x60, 0x01, 0x90, 0x03, 0x80, 0x60, start, 0x57, 0x00],
  )
}

const RUNS = 5

export async function printScaling(json: boolean): Promise<void> {
  for (const { name, unit, sizes, code, effects = false } of SERIES) {
    if (!json) console.log(name)
    let first: number | undefined
    for (const size of sizes) {
      const { outcome, milliseconds } = measure(
        auto,
        install(code(size)),
        new Uint8Array(),
        size > 1_000_000 ? 1 : RUNS,
        () => performance.now(),
        { gas: 2n ** 60n, effects },
      )
      if (outcome.status !== 'success')
        throw new Error(`${name} ${size}: ${outcome.status} ${bytesToHex(outcome.output)}`)
      const best = Math.min(...milliseconds)
      const nanoseconds = (1e6 * best) / size
      first ??= nanoseconds
      if (json) console.log(JSON.stringify({ series: name, size, milliseconds: best }))
      else {
        const bar = '#'.repeat(Math.max(1, Math.round((20 * nanoseconds) / first)))
        console.log(
          `  ${String(size).padStart(9)} ${unit} ${best.toFixed(3).padStart(10)} ms ${nanoseconds.toFixed(1).padStart(8)} ns each ${bar.slice(0, 60)}`,
        )
      }
    }
  }
}
