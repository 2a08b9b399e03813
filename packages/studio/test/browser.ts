/**
 * Finds a browser to look at the page with: the one named by CHROME_PATH, an installed Chrome or Chromium, else
 * the one that npm brought (`@sparticuz/chromium`, Linux only), which unpacks itself to the temporary folder.
 */
import { spawnSync } from 'node:child_process'
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { type BrowserContext, chromium } from 'playwright-core'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome']
/** Where installers put it on systems that have no `PATH` for programs with windows. */
const PLACES = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
]
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]
const START_TIMEOUT_MS = 60_000

export interface Browser {
  readonly path: string
  /** What its process needs beside our own environment. */
  readonly env: Readonly<Record<string, string>>
}

/** A browser that starts, or undefined where there is none. */
export const findBrowser = async (): Promise<Browser | undefined> => {
  const named = process.env.CHROME_PATH
  const installed = (process.env.PATH ?? '')
    .split(delimiter)
    .flatMap((folder) => NAMES.map((name) => join(folder, name)))
  const paths = [...(named ? [named] : []), ...installed, ...PLACES].filter(isProgram)
  const found = paths.map((path) => ({ path, env: {} })).find(starts)
  if (found) return found
  const brought = await npmBrowser()
  return brought && starts(brought) ? brought : undefined
}

export interface OpenBrowser {
  /** A browser with nothing in it; what a context changes is gone when it closes. */
  readonly context: BrowserContext
  readonly close: () => Promise<void>
}

/** Starts a browser with a folder of its own, which goes when it is closed. */
export const openBrowser = async (
  { path, env }: Browser,
  options: Parameters<typeof chromium.launchPersistentContext>[1] = {},
): Promise<OpenBrowser> => {
  const folder = mkdtempSync(join(tmpdir(), 'deed-browser-'))
  const context = await chromium.launchPersistentContext(folder, {
    executablePath: path,
    args: FLAGS,
    env: { ...process.env, ...env },
    timeout: START_TIMEOUT_MS,
    ...options,
  })
  const close = async () => {
    await context.close()
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
  return { context, close }
}

const isProgram = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Distributions leave stubs in the place of a browser; those fail here and not in the middle of a test. */
const starts = ({ path, env }: Browser): boolean =>
  process.platform === 'win32' ||
  spawnSync(path, ['--version'], { env: { ...process.env, ...env }, timeout: START_TIMEOUT_MS }).status === 0

/** Variables by which the package says where it unpacked the libraries that a bare container lacks. */
const UNPACKED = ['LD_LIBRARY_PATH', 'FONTCONFIG_PATH']
const BELIEF = 'AWS_LAMBDA_JS_RUNTIME'

const npmBrowser = async (): Promise<Browser | undefined> => {
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined
  try {
    createRequire(import.meta.url).resolve('@sparticuz/chromium')
  } catch {
    return undefined
  }
  const before = { ...process.env }
  // It unpacks its libraries only where it believes itself on a machine without any.
  process.env[BELIEF] = 'nodejs22.x'
  try {
    const { default: packed } = await import('@sparticuz/chromium')
    const path = await packed.executablePath()
    return { path, env: Object.fromEntries(UNPACKED.map((name) => [name, process.env[name] ?? ''])) }
  } finally {
    for (const name of [...UNPACKED, BELIEF, 'HOME']) {
      if (before[name] === undefined) delete process.env[name]
      else process.env[name] = before[name]
    }
  }
}
