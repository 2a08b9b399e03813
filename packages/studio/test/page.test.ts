/**
 * The page in a real browser before the real chain, platform and keeper. Where there is no browser the tests are
 * left out by name.
 */
import { existsSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { build } from 'vite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findBrowser, type OpenBrowser, openBrowser } from './browser.ts'
import { type House, openHouse, performLease } from './house.ts'
import { unnamed, unreadable } from './readable.ts'

const STUDIO = new URL('..', import.meta.url).pathname
const PHONE = { width: 360, height: 740 }
const DESK = { width: 1280, height: 900 }
const SENDER = '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266'
const STRANGER = '0x15d34aaf54267db7d7c367839aaf71a00a2c6a65'
const HALF_ETHER = '0x6f05b59d3b20000'

const found = await findBrowser()
const title = found
  ? 'the page'
  : 'the page: LEFT OUT, no browser (set CHROME_PATH or install Chrome or Chromium)'

describe.skipIf(!found)(title, () => {
  let house: House
  let browser: OpenBrowser
  let page: Page
  const complaints: string[] = []
  const foreign: string[] = []

  beforeAll(async () => {
    if (!existsSync(`${STUDIO}dist/index.html`))
      await build({ configFile: `${STUDIO}vite.config.ts`, logLevel: 'error' })
    house = await openHouse()
    browser = await openBrowser(found!, { viewport: DESK, reducedMotion: 'reduce' })
    page = browser.context.pages()[0] ?? (await browser.context.newPage())
    page.setDefaultTimeout(15_000)
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
    })
    page.on('pageerror', ({ message }) => complaints.push(message))
    page.on('request', (request) => {
      if (!request.url().startsWith(house.url)) foreign.push(request.url())
    })
    page.on('websocket', (socket) => {
      if (!socket.url().startsWith(house.url.replace('http', 'ws'))) foreign.push(socket.url())
    })
  }, 120_000)

  afterAll(async () => {
    await browser?.close()
    await house?.stop()
  })

  const see = (text: string | RegExp) => page.getByText(text).first().waitFor({ timeout: 15_000 })
  const blocks = () => page.getByRole('region', { name: 'Newest blocks' })
  /** Number of entries on the timeline of the deed that is shown. */
  const entries = async () => Number(await page.locator('[data-picture]').getAttribute('data-picture'))

  test('an empty chain says what to do next', async () => {
    await page.goto(house.url)
    await see('No deed lives on this chain yet')
    await see(`npx deed perform examples/lease --rpc ${house.url}`)
    await page.locator('[data-link=live]').waitFor()
    await see('31337')
  })

  test('a transfer appears by itself, in words', async () => {
    const hash = await house.rpc('eth_sendTransaction', { from: SENDER, to: STRANGER, value: HALF_ETHER })
    const row = blocks()
      .locator('li', { has: page.locator(`a[href="/tx/${hash}"]`) })
      .last()
    await row.waitFor()
    expect(await row.textContent()).toContain('0xf39f…2266 sends 0.50 ETH to 0x15d3…6a65')
    const number = Number(await house.rpc('eth_blockNumber'))
    await page.locator(`[data-block="${number}"]`).waitFor()
  })

  test('many blocks at once stay few on the page, the newest first', async () => {
    for (let mined = 0; mined < 60; mined++)
      await house.rpc('eth_sendTransaction', { from: SENDER, to: STRANGER, value: '0x1' })
    const number = Number(await house.rpc('eth_blockNumber'))
    await page.locator(`[data-block="${number}"]`).waitFor()
    const shown = await page.locator('[data-block]').evaluateAll((rows) => rows.map((r) => r.dataset.block))
    expect(shown).toEqual(Array.from({ length: 10 }, (_, back) => String(number - back)))
  })

  test('a deed appears, its timeline grows as its months pass, and it ends', async () => {
    const performed = performLease(house.url)
    await page.getByRole('link', { name: 'Residential lease' }).first().click()
    await page.locator('[data-picture]').waitFor()
    const seen = new Set<number>()
    const badge = page.locator('article header').getByText('Ended', { exact: true })
    for (const end = Date.now() + 60_000; Date.now() < end && !(await badge.isVisible()); ) {
      seen.add(await entries())
      await page.waitForTimeout(100)
    }
    expect(await performed).toBe(0)
    await badge.waitFor()
    const counts = [...seen]
    expect(counts.length).toBeGreaterThan(3)
    expect(counts).toEqual(counts.toSorted((a, b) => a - b))
  }, 120_000)

  test('the timeline says who paid what by which clause; the text stands below it', async () => {
    await page.getByRole('button', { name: /^Show all/ }).click()
    const happened = page.getByRole('region', { name: 'What happened' })
    expect(await happened.getByText('Tenant pays into security').count()).toBe(1)
    expect(await happened.getByText('Tenant pays towards arrears').count()).toBe(12)
    expect(await happened.getByText('Charged to arrears, owed by Tenant').count()).toBe(12)
    expect(await happened.getByText('The deed ends').count()).toBe(1)
    const text = page.getByRole('region', { name: 'Text of the deed' })
    await text.getByText('Tenant must pay deposit into security').waitFor()
    expect(await page.getByRole('img', { name: /clauses have been open/ }).count()).toBe(1)
  })

  test('from a payment to its transaction, its block and an account', async () => {
    const payment = page
      .getByRole('region', { name: 'What happened' })
      .getByRole('listitem')
      .filter({ hasText: 'Tenant pays towards arrears' })
      .last()
    await payment.getByTitle(/^Transaction 0x/).click()
    await see('What it did in the deed')
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toMatch(
      /^Tenant pays [\d,.]+ USDC towards arrears · 5\. Payment$/,
    )
    await see('Transfer')
    await page.locator('a[href^="/block/"]').first().click()
    await page.getByRole('heading', { level: 1, name: /^Block / }).waitFor()
    await page.getByRole('link', { name: 'Tenant' }).first().click()
    await page.getByRole('heading', { level: 1, name: 'Tenant' }).waitFor()
    await page.goBack()
    await page.getByRole('heading', { level: 1, name: /^Block / }).waitFor()
  })

  test('the keeper says what it did and why', async () => {
    await page.getByRole('link', { name: 'Deed: home' }).click()
    await page.getByText('What the keeper did, and why').click()
    const did = page.locator('details li')
    expect(await did.count()).toBe(12)
    expect(await did.filter({ hasText: 'done' }).count()).toBe(12)
    expect(
      await did
        .first()
        .getByTitle(/^Transaction 0x/)
        .count(),
    ).toBe(1)
  })

  test('a reverted act says why', async () => {
    const [deed] = (await (await fetch(`${house.url}/api/deeds`)).json()) as { address: string }[]
    // terminationTerminate(): the lease has ended, so its clause is not open.
    const hash = await house.rpc('eth_sendTransaction', {
      from: SENDER,
      to: deed!.address,
      data: '0x7baba0a2',
      gas: '0x493e0',
    })
    await page.goto(`${house.url}/tx/${hash}`)
    await see('ClauseNotOpen(8)')
    await see('The clause is not open')
  })

  test('the search finds, and says what it cannot find', async () => {
    await page.keyboard.press('/')
    await page.keyboard.type('nonsense')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').waitFor()
    await page.getByRole('searchbox').fill('1')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'Block 1' }).waitFor()
  })

  test.each([
    ['/nowhere', 'There is no such page'],
    ['/block/99999999', 'There is no block 99,999,999 yet'],
    ['/block/x', 'This is no block’s number'],
    [`/tx/0x${'12'.repeat(32)}`, 'The chain knows no such transaction'],
    ['/tx/0x12', 'This is no transaction’s hash'],
    ['/address/0x12', 'This is no address'],
    [`/deed/${SENDER}`, 'There is no deed at this address'],
  ])('%s says what is wrong', async (at, text) => {
    await page.goto(house.url + at)
    await see(text)
    expect(await unnamed(page)).toEqual([])
    // The gateway's 404 of a deed that is none is an answer, which browsers print all the same.
    for (const expected of complaints.filter((text) => /404/.test(text))) {
      complaints.splice(complaints.indexOf(expected), 1)
    }
  })

  test('every page can be read in light and dark, at a desk and on a phone', async () => {
    const [deed] = (await (await fetch(`${house.url}/api/deeds`)).json()) as { address: string }[]
    const block = (await house.rpc('eth_getBlockByNumber', '0x2', false)) as { transactions: string[] }
    const pages = ['/', `/deed/${deed!.address}`, '/block/2', `/tx/${block.transactions[0]}`]
    for (const at of pages) {
      const papers = new Set<string>()
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme })
        for (const size of [DESK, PHONE]) {
          await page.setViewportSize(size)
          await page.goto(house.url + at)
          await page.locator('h1').waitFor()
          await page.locator('[data-link=live]').waitFor()
          const where = `${at} ${colorScheme} ${size.width}`
          const width = await page.evaluate(() => document.documentElement.scrollWidth)
          expect(width, where).toBe(size.width)
          expect(await unreadable(page), where).toEqual([])
          expect(await unnamed(page), where).toEqual([])
          papers.add(await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor))
          expect((await page.screenshot()).length, where).toBeGreaterThan(5_000)
        }
      }
      expect(papers.size, at).toBe(2)
    }
    await page.setViewportSize(DESK)
    await page.emulateMedia({ colorScheme: 'light' })
  }, 120_000)

  test('nothing was asked of others and nothing was complained about', () => {
    expect(foreign).toEqual([])
    expect(complaints).toEqual([])
  })

  test('without the platform blocks and transactions can still be seen', async () => {
    const away = { code: 'DEED_PLATFORM_AWAY', message: 'The platform is away.' }
    await page.route('**/api/**', (route) => route.fulfill({ status: 503, json: away }))
    await page.goto(house.url)
    await see('The deeds cannot be shown.')
    await blocks().locator('[data-block]').first().waitFor()
    await blocks()
      .getByRole('link', { name: /^Transaction/ })
      .first()
      .click()
    await see('Gas price')
    await page.unroute('**/api/**')
  })

  test('when the chain goes away the page says so, and comes back with it', async () => {
    await page.goto(house.url)
    await page.locator('[data-link=live]').waitFor()
    const head = Number(await house.rpc('eth_blockNumber'))
    process.kill(house.chain, 'SIGKILL')
    await page.locator('[data-link=reconnecting]').waitFor()
    await see('The chain does not answer.')
    await page.locator('[data-link=live]').waitFor({ timeout: 30_000 })
    // With everything that was on it.
    expect(head).toBeGreaterThan(0)
    await page.locator(`[data-block="${head}"]`).waitFor()
  })
})
