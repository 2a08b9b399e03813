/** Writing a deed on the page, in a real browser; the checker runs in the page's worker. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { build } from 'vite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { violations } from './axe.ts'
import { findBrowser, type OpenBrowser, openBrowser } from './browser.ts'
import { type House, openHouse } from './house.ts'
import { unnamed, unreadable } from './readable.ts'

const STUDIO = new URL('..', import.meta.url).pathname
const LEASE = readFileSync(new URL('../../../examples/lease/lease.deed', import.meta.url), 'utf8')
const DESK = { width: 1280, height: 900 }
const PHONE = { width: 360, height: 740 }

const found = await findBrowser()
const title = found
  ? 'writing on the page'
  : 'writing on the page: LEFT OUT, no browser (set CHROME_PATH or install Chrome or Chromium)'

describe.skipIf(!found)(title, () => {
  let house: House
  let browser: OpenBrowser
  let page: Page
  let folder: string
  const complaints: string[] = []
  const asked: string[] = []

  beforeAll(async () => {
    if (!existsSync(`${STUDIO}dist/index.html`))
      await build({ configFile: `${STUDIO}vite.config.ts`, logLevel: 'error' })
    folder = await mkdtemp(join(tmpdir(), 'deed-write-'))
    house = await openHouse()
    browser = await openBrowser(found!, { viewport: DESK, reducedMotion: 'reduce', acceptDownloads: true })
    page = browser.context.pages()[0] ?? (await browser.context.newPage())
    page.setDefaultTimeout(20_000)
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
    })
    page.on('pageerror', ({ message }) => complaints.push(message))
    page.on('request', (request) => void asked.push(request.url()))
    await page.goto(house.url)
    await page.getByText('No deed lives on this chain yet').waitFor()
  }, 120_000)

  afterAll(async () => {
    await browser?.close()
    await house?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  const said = () => page.getByRole('region', { name: 'What the checker says' })
  const editor = () => page.getByRole('textbox', { name: 'Text of the deed' })
  const proved = () => said().getByText('proved', { exact: true }).waitFor()
  /** The text in the editor, by what it keeps for the next visit. */
  const text = () => page.evaluate(() => localStorage.getItem('deed.draft') ?? '')
  const open = async (content: string) => {
    const file = join(folder, 'some.deed')
    writeFileSync(file, content)
    await page.getByLabel('Open a deed from a file').setInputFiles(file)
  }
  /** Puts the cursor right after words that stand in the text once. */
  const after = async (words: string) => {
    await editor().focus()
    await page.keyboard.press('Control+f')
    await page.keyboard.type(words)
    await page.keyboard.press('Enter')
    await page.keyboard.press('Escape')
    await page.keyboard.press('ArrowRight')
  }

  test('the editor is loaded by those who write, and by nobody else', async () => {
    expect(asked.filter((url) => /\/(?:write|worker)-/.test(url))).toEqual([])
    await page.getByRole('link', { name: 'Write a deed of your own' }).click()
    await proved()
    expect(asked.filter((url) => /\/(?:write|worker)-/.test(url)).length).toBe(2)
    await said().getByText("What is left in purse at the end is Buyer's own.").waitFor()
  })

  test('begins with an agreement that ships with Deed, and proves it', async () => {
    await page.getByRole('combobox', { name: 'Begin with' }).selectOption('Lease')
    await said()
      .getByText('This deed ends by finish + 61 days at the latest, whatever anybody does.')
      .waitFor()
    expect(await text()).toBe(LEASE)
    await said().getByText('Laid out as it would be signed.').waitFor()
  })

  test('says what is wrong while it is typed, and mends it with one press', async () => {
    await after('pay deposit into securit')
    await page.keyboard.press('Delete')
    await said().getByText('1 error').waitFor()
    await said().getByText('Nothing is called securit.').waitFor()
    await page.locator('.cm-lint-marker').first().hover()
    await page.getByRole('button', { name: 'Write: security' }).click()
    await proved()
    expect(await text()).toBe(LEASE)
  })

  test('goes from a finding to its place', async () => {
    await open(LEASE.replace('Begin Ruling.', 'Begin Rooling.'))
    await said()
      .getByRole('button', { name: /Nothing is called Rooling/ })
      .click()
    await page.keyboard.type('X')
    await said().getByText('Nothing is called XRooling.').waitFor()
  })

  test('completes what can follow', async () => {
    await open(LEASE)
    await proved()
    await after('    - Begin Answer.')
    await page.keyboard.press('Enter')
    await page.keyboard.type('Begin Ans')
    await page
      .getByRole('option', { name: /^Answer/ })
      .first()
      .waitFor()
    await page.keyboard.press('Enter')
    await page.keyboard.type('.')
    await said()
      .getByText(/Answer may begin while it is open/)
      .waitFor()
    expect(await text()).toContain('    - Begin Answer.\n    - Begin Answer.\n')
  })

  test('shows a name’s declaration and what is proved of it', async () => {
    await open(LEASE)
    await proved()
    await after('pay deposit into ')
    await page.locator('.cm-line .deed-holding').first().hover()
    await page
      .locator('.deed-hover')
      .getByText("What is left in security at the end is Tenant's own.")
      .waitFor()
    await page.mouse.move(5, 5)
  })

  test('renames in bullets and prose, and refuses a name that is taken', async () => {
    await after('rent is an amount')
    for (let back = 0; back < ' is an amount'.length; back++) await page.keyboard.press('ArrowLeft')
    await page.keyboard.press('F2')
    await page.getByRole('textbox', { name: 'New name' }).fill('deposit')
    await page.keyboard.press('Enter')
    await page.getByText(/^deposit is declared already/).waitFor()
    await page.keyboard.press('Escape')
    await editor().focus()
    await page.keyboard.press('F2')
    await page.getByRole('textbox', { name: 'New name' }).fill('monthly-rent')
    await page.keyboard.press('Enter')
    await expect.poll(text).toContain('Rent of {monthly-rent} falls due')
    await proved()
    await page.keyboard.press('Control+z')
    await expect.poll(text).toBe(LEASE)
  })

  test('lays out, and saves under the deed’s name', async () => {
    await open(LEASE.replace('- deposit is 2 * rent.', '-  deposit is 2*rent.'))
    await said().getByText('Lay it out before it is signed.').waitFor()
    await page.getByRole('button', { name: 'Lay out' }).click()
    await expect.poll(text).toBe(LEASE)
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save' }).click(),
    ])
    expect(download.suggestedFilename()).toBe('residential-lease.deed')
    await download.saveAs(join(folder, 'saved.deed'))
    expect(readFileSync(join(folder, 'saved.deed'), 'utf8')).toBe(LEASE)
  })

  test('another text does not cost what was being written', async () => {
    await after('# Residential lease')
    await page.keyboard.type(' of mine')
    await expect.poll(text).toContain('# Residential lease of mine')
    await page.getByRole('combobox', { name: 'Begin with' }).selectOption('Cover')
    await expect.poll(text).toContain('# Rainfall cover')
    await page.getByRole('button', { name: 'Bring back what was here' }).click()
    await expect.poll(text).toContain('# Residential lease of mine')
  })

  test('keeps what is being written', async () => {
    await open('# Half a deed\n\n## 1. Terms\n\n- A and B are parties.\n')
    await said()
      .getByText(/No clause of the deed has steps/)
      .waitFor()
    await page.reload()
    await said()
      .getByText(/No clause of the deed has steps/)
      .waitFor()
    await editor().getByText('Half a deed').waitFor()
  })

  test('can be read and named, in light and dark, at a desk and on a phone', async () => {
    await page.getByRole('combobox', { name: 'Begin with' }).selectOption('Loan')
    await proved()
    for (const [colorScheme, size] of [
      ['light', PHONE],
      ['dark', DESK],
    ] as const) {
      await page.emulateMedia({ colorScheme })
      await page.setViewportSize(size)
      const where = `${colorScheme} ${size.width}`
      expect(await page.evaluate(() => document.documentElement.scrollWidth), where).toBe(size.width)
      expect(await unreadable(page), where).toEqual([])
      expect(await unnamed(page), where).toEqual([])
      expect(await violations(page), where).toEqual([])
    }
    expect(complaints).toEqual([])
    expect(asked.filter((url) => !url.startsWith(house.url) && !url.startsWith('blob:'))).toEqual([])
  })
})
