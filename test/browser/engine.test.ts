/** The engine in a page: all tiers as in Node, and without WebAssembly where the page's policy forbids it. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { interpreter } from '@deed/evm'
import { install, measure } from '@deed/evm/measure'
import { build } from 'vite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type Browser,
  findBrowser,
  type OpenBrowser,
  openBrowser,
} from '../../packages/studio/test/browser.ts'
import type { PageProgram, PageResult } from './engine-page.ts'

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

const LOADING_MS = 30_000

const browser = await findBrowser()

describe.skipIf(browser === undefined)('the engine in a browser', () => {
  const folder = mkdtempSync(join(tmpdir(), 'deed-engine-page-'))
  let close: () => Promise<void> = async () => {}
  let page: Awaited<ReturnType<typeof open>>
  let strict: typeof page

  beforeAll(async () => {
    await build({
      configFile: false,
      logLevel: 'error',
      root: import.meta.dirname,
      build: {
        outDir: folder,
        lib: { entry: 'engine-page.ts', formats: ['es'], fileName: () => 'engine.js' },
        target: 'esnext',
      },
    })
    const server = createServer((request, response) => {
      // What is loaded only when it is needed lies beside the rest.
      if (request.url?.endsWith('.js')) {
        response.setHeader('content-type', 'text/javascript')
        response.end(readFileSync(join(folder, basename(request.url))))
        return
      }
      const wasm = request.url === '/strict' ? '' : " 'wasm-unsafe-eval'"
      response.setHeader('content-type', 'text/html')
      response.setHeader('content-security-policy', `default-src 'self'; script-src 'self'${wasm}`)
      response.end('<!doctype html><title>engine</title><script type="module" src="/engine.js"></script>')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const opened = await openBrowser(browser as Browser)
    const { context } = opened
    page = await open(context, `http://127.0.0.1:${port}/`)
    strict = await open(context, `http://127.0.0.1:${port}/strict`)
    close = async () => {
      await opened.close()
      server.close()
    }
  }, 120_000)

  afterAll(async () => {
    await close()
    rmSync(folder, { recursive: true, force: true })
  })

  async function open(context: OpenBrowser['context'], url: string) {
    const opened = await context.newPage()
    const faults: string[] = []
    opened.on('pageerror', ({ message }) => faults.push(message))
    opened.on('console', (message) => faults.push(message.text()))
    await opened.goto(url)
    const end = performance.now() + LOADING_MS
    // Playwright's own waiting evaluates text in the page, which the policy forbids.
    while (!(await opened.evaluate(() => 'runEngine' in globalThis))) {
      if (performance.now() > end) throw new Error(`The page does not load: ${faults.join('; ')}`)
      await setTimeout(20)
    }
    return (name: string, program: PageProgram) =>
      opened.evaluate(
        ({ name, program }) => {
          const { runEngine } = globalThis as unknown as Record<string, (...all: unknown[]) => unknown>
          return runEngine!(name, program) as PageResult | string
        },
        { name, program },
      )
  }

  test.each(Object.entries(PROGRAMS))('%s: all tiers do what Node does', async (_, program) => {
    const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex.slice(2), 'hex'))
    const { outcome, gasUsed } = measure(
      interpreter,
      install(bytes(program.code)),
      bytes(program.data),
      1,
      () => 0,
    )
    const output = `${outcome.status} 0x${Buffer.from(outcome.output).toString('hex')} ${outcome.logs.length} ${outcome.changes.size}`
    expect(outcome.status).toBe('success')
    for (const engine of ['interpreter', 'tier1', 'tier2', 'auto'])
      expect([engine, await page(engine, program)]).toEqual([
        engine,
        { output, gasUsed: String(gasUsed), milliseconds: expect.any(Number) },
      ])
    // A page that may not compile: auto is the reference engine then, and asking for a tier fails.
    expect(await strict('auto', program)).toMatchObject({ output, gasUsed: String(gasUsed) })
    expect(await strict('tier1', program)).toMatch(/CompileError/)
  })
})
