/** The engine in a page of a real browser: built, served, and opened twice, once where WebAssembly may not be compiled. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { build } from 'vite'
import { type Browser, type OpenBrowser, openBrowser } from '../../packages/studio/test/browser.ts'
import type { EngineName, PageProgram, PageResult, PageVectors } from './engine-page.ts'

interface EnginePage {
  run(engine: EngineName, program: PageProgram): Promise<PageResult | string>
  /** @param vectors state tests, as a file of them has them */
  runVectors(engine: EngineName, vectors: unknown): Promise<PageVectors>
}

export interface EngineSite {
  readonly page: EnginePage
  /** Its content-security policy lacks 'wasm-unsafe-eval'. */
  readonly strict: EnginePage
  close(): Promise<void>
}

const LOADING_MS = 30_000

export async function openEngineSite(browser: Browser): Promise<EngineSite> {
  const folder = mkdtempSync(join(tmpdir(), 'deed-engine-page-'))
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
  const opened = await openBrowser(browser)
  return {
    page: await open(opened.context, `http://127.0.0.1:${port}/`),
    strict: await open(opened.context, `http://127.0.0.1:${port}/strict`),
    close: async () => {
      await opened.close()
      server.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function open(context: OpenBrowser['context'], url: string): Promise<EnginePage> {
  const opened = await context.newPage()
  const faults: string[] = []
  opened.on('pageerror', ({ message }) => faults.push(message))
  opened.on('console', (message) => faults.push(message.text()))
  await opened.goto(url)
  const end = performance.now() + LOADING_MS
  // Playwright's own waiting evaluates text in the page, which the policy forbids.
  while (!(await opened.evaluate(() => 'runVectors' in globalThis))) {
    if (performance.now() > end) throw new Error(`The page does not load: ${faults.join('; ')}`)
    await setTimeout(20)
  }
  const ask = <Answer>(what: 'runEngine' | 'runVectors', engine: EngineName, given: unknown) =>
    opened.evaluate(
      ({ what, engine, given }) => {
        const page = globalThis as unknown as Record<string, (...all: unknown[]) => unknown>
        return page[what]!(engine, given) as Answer
      },
      { what, engine, given },
    ) as Promise<Answer>
  return {
    run: (engine, program) => ask('runEngine', engine, program),
    runVectors: (engine, vectors) => ask('runVectors', engine, vectors),
  }
}
