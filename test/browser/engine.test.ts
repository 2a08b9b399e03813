/** The engine in a page: all tiers as in Node, and without WebAssembly where the page's policy forbids it. */
import { readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { interpreter } from '@deed/evm'
import { install, measure } from '@deed/evm/measure'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Browser, findBrowser } from '../../packages/studio/test/browser.ts'
import { KINDS } from '../conformance/kind.ts'
import { findVectors, vectorFiles } from '../conformance/vectors.ts'
import type { PageProgram } from './engine-page.ts'
import { type EngineSite, openEngineSite } from './engine-site.ts'

const PROGRAMS: Readonly<Record<string, PageProgram>> = {
  // A loop of 200,000 turns with a division in it; then what is left of the gas.
  arithmetic: {
    code: '0x62030d405b806007045060019003806004575a5f5260205ff3',
    data: '0x',
    runs: 3,
  },
  // keccak256 of the input, stored, logged and given back.
  state: {
    code: '0x365f5f37365f20805f5580600155365fa15f545f5260205ff3',
    data: `0x${'ab'.repeat(100)}`,
    runs: 3,
  },
  // ECRECOVER of nothing, SHA-256, and a create.
  precompiles: { code: '0x60205f5f5f5f60025afa5f5f5f5f5f60015af15f5f5ff05f5260205ff3', data: '0x', runs: 3 },
}

const TIERS = ['interpreter', 'tier1', 'tier2', 'auto'] as const

const browser = await findBrowser()
const vectors = findVectors()

describe.skipIf(browser === undefined)('the engine in a browser', () => {
  let site: EngineSite

  beforeAll(async () => {
    site = await openEngineSite(browser as Browser)
  }, 120_000)

  afterAll(() => site?.close())

  test.each(Object.entries(PROGRAMS))('%s: all tiers do what Node does', async (_, program) => {
    const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex.slice(2), 'hex'))
    const { outcome, gasUsed } = measure(
      interpreter,
      install(bytes(program.code)),
      bytes(program.data),
      1,
      () => 0,
      { effects: true },
    )
    const output = `${outcome.status} 0x${Buffer.from(outcome.output).toString('hex')} ${outcome.logs.length} ${outcome.changes.size}`
    expect(outcome.status).toBe('success')
    for (const engine of TIERS)
      expect([engine, await site.page.run(engine, program)]).toEqual([
        engine,
        { output, gasUsed: String(gasUsed), milliseconds: expect.any(Number) },
      ])
    // A page that may not compile: auto is the reference engine then, and asking for a tier fails.
    expect(await site.strict.run('auto', program)).toMatchObject({ output, gasUsed: String(gasUsed) })
    expect(await site.strict.run('tier1', program)).toMatch(/CompileError/)
  })

  test.skipIf(vectors === undefined)(
    vectors === undefined
      ? 'official vectors: LEFT OUT, for there are none'
      : 'official vectors, one file of each folder',
    async () => {
      const sample = Object.assign(
        {},
        ...filesOf(vectors!).map((file) => JSON.parse(readFileSync(file, 'utf8'))),
      )
      for (const engine of TIERS) {
        const { passed, failed } = await site.page.runVectors(engine, sample)
        expect([engine, failed]).toEqual([engine, []])
        expect(passed).toBeGreaterThan(LEAST_CASES)
      }
      expect(await site.strict.runVectors('auto', sample)).toMatchObject({ failed: [] })
    },
    120_000,
  )
})

const LEAST_CASES = 100
const SMALL_FILE = 40_000

/** The first file of each folder of state tests, unless it is large. */
function filesOf(folder: string): string[] {
  const first = new Map<string, string>()
  for (const file of vectorFiles(join(folder, KINDS.state.folder))) {
    const place = dirname(file)
    if (!first.has(place) && statSync(file).size < SMALL_FILE) first.set(place, file)
  }
  return [...first.values()]
}
