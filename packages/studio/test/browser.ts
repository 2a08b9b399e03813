/**
 * Finds a browser to look at the page with: the one named by CHROME_PATH, an installed Chrome or Chromium, else
 * the one that npm brought (`@sparticuz/chromium`, Linux only), which unpacks itself to the temporary folder.
 */
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

/** Path of a browser, or undefined where there is none. */
export const findBrowser = async (): Promise<string | undefined> => {
  const named = process.env.CHROME_PATH
  const installed = (process.env.PATH ?? '')
    .split(delimiter)
    .flatMap((folder) => NAMES.map((name) => join(folder, name)))
  const found = [...(named ? [named] : []), ...installed, ...PLACES].find(isProgram)
  return found ?? (await npmBrowser())
}

export interface OpenBrowser {
  /** A browser with nothing in it; what a context changes is gone when it closes. */
  readonly context: BrowserContext
  readonly close: () => Promise<void>
}

/** Starts the browser at `path` with a folder of its own, which goes when it is closed. */
export const openBrowser = async (
  path: string,
  options: Parameters<typeof chromium.launchPersistentContext>[1] = {},
): Promise<OpenBrowser> => {
  const folder = mkdtempSync(join(tmpdir(), 'deed-browser-'))
  const context = await chromium.launchPersistentContext(folder, {
    executablePath: path,
    args: FLAGS,
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

/** Its binary needs libraries that every Debian has but not every container: whoever starts it may still fail. */
const npmBrowser = async (): Promise<string | undefined> => {
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined
  try {
    createRequire(import.meta.url).resolve('@sparticuz/chromium')
  } catch {
    return undefined
  }
  const { default: packed } = await import('@sparticuz/chromium')
  return packed.executablePath()
}
