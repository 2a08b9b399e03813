/** What a party does on the page, before the real chain, platform and keeper, in a real browser. */
import { existsSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { keccak256, toBytes } from 'viem'
import { build } from 'vite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { violations } from './axe.ts'
import { findBrowser, type OpenBrowser, openBrowser } from './browser.ts'
import { deployExample, type House, openHouse } from './house.ts'
import { unnamed, unreadable } from './readable.ts'
import { installWallet } from './wallet.ts'

const STUDIO = new URL('..', import.meta.url).pathname
const DESK = { width: 1280, height: 900 }
const PHONE = { width: 360, height: 740 }
const DAY = 86_400
/** Account 1 of the development mnemonic, whom `deed perform` casts as Landlord. */
const LANDLORD = '0x70997970c51812dc3a010c7d01b50e0d17dc79c8'

const found = await findBrowser()
const title = found
  ? 'acting on the page'
  : 'acting on the page: LEFT OUT, no browser (set CHROME_PATH or install Chrome or Chromium)'

describe.skipIf(!found)(title, () => {
  let house: House
  let browser: OpenBrowser
  let page: Page
  let lease: string
  const complaints: string[] = []

  beforeAll(async () => {
    if (!existsSync(`${STUDIO}dist/index.html`))
      await build({ configFile: `${STUDIO}vite.config.ts`, logLevel: 'error' })
    house = await openHouse()
    lease = await deployExample(house, 'lease')
    browser = await openBrowser(found!, { viewport: DESK, reducedMotion: 'reduce' })
    page = browser.context.pages()[0] ?? (await browser.context.newPage())
    page.setDefaultTimeout(20_000)
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
    })
    page.on('pageerror', ({ message }) => complaints.push(message))
    await installWallet(page, { name: 'Test Wallet', account: LANDLORD, rpc: house.url })
    await page.goto(`${house.url}/deed/${lease}`)
  }, 120_000)

  afterAll(async () => {
    await browser?.close()
    await house?.stop()
  })

  const now = () => page.getByRole('region', { name: 'Now' })
  const become = (who: string | RegExp) => now().getByText(who, { exact: true }).click()
  const press = (name: string | RegExp) => now().getByRole('button', { name })
  const pass = async (days: number) => {
    await house.rpc('evm_increaseTime', days * DAY)
    await house.rpc('evm_mine')
  }
  /** The clauses that the text marks as open. */
  const open = () =>
    page
      .locator('[data-status=open] h3')
      .evaluateAll((all) => all.map((h) => /^\d+/.exec(h.textContent!)![0]))

  test('an unsigned deed says who is missing, and is signed by a wallet that is shown every value', async () => {
    await now().getByText('Missing: Landlord, Tenant.').waitFor()
    await become('Test Wallet')
    await now().getByRole('radio', { name: 'Landlord, by Test Wallet' }).waitFor()
    await press('Sign as Landlord').click()
    await now().getByText('Missing: Tenant.').waitFor()
    const asked = await page.evaluate(() => (window as unknown as { walletAsked: string[] }).walletAsked)
    expect(asked).toContain('wallet_addEthereumChain')
    expect(asked.filter((method) => /^eth_(?:sign|send)/.test(method))).toEqual([
      'eth_signTypedData_v4',
      'eth_sendTransaction',
    ])
  })

  test('who says no in the wallet reads that nothing has happened', async () => {
    await become('Tenant')
    await press('Sign as Tenant').waitFor()
    await page.evaluate(() => {
      ;(window as unknown as { walletSays: string }).walletSays = 'no'
    })
    await become('Landlord')
    await become('Test Wallet')
    await now().getByText('You said no in the wallet. Nothing has happened.').waitFor()
    await page.evaluate(() => {
      ;(window as unknown as { walletSays: string }).walletSays = 'yes'
    })
  })

  test('with the last signature the deed begins, and the open clause is marked', async () => {
    await become('Tenant')
    await press('Sign as Tenant').click()
    await page.locator('article header').getByText('Performing', { exact: true }).waitFor()
    await page.locator('#clause-2[data-status=open]').waitFor()
    expect(await open()).toEqual(['2'])
    const deposit = page.locator('#clause-2')
    await deposit.getByText('you must now').waitFor()
    await deposit.getByText(/^by itself after \d+ \w+ \d{4}$/).waitFor()
  })

  test('a duty is done with one press: the money is allowed and paid', async () => {
    await press('Pay 2,400.00 USDC').click()
    await page.locator('#clause-2[data-status=closed]').waitFor()
    const money = page.getByRole('region', { name: 'Money' })
    await money.getByText('2,400.00 USDC').waitFor()
    expect(await open()).toEqual(['3', '4', '5', '6', '8'])
    await page.getByRole('region', { name: 'What happened' }).getByText('Tenant pays into security').waitFor()
  })

  test('what falls due by itself is announced with its day, and happens', async () => {
    await page
      .locator('#clause-3')
      .getByText(/^by itself on 1 \w+ \d{4}$/)
      .waitFor()
    const due = Number(
      ((await (await fetch(`${house.url}/api/deeds/${lease}`)).json()) as { next: { due: number } }).next.due,
    )
    const { timestamp } = (await house.rpc('eth_getBlockByNumber', 'latest', false)) as { timestamp: string }
    await pass(Math.ceil((due - Number(timestamp)) / DAY))
    await page.getByRole('region', { name: 'Money' }).getByText('1,200.00 USDC').waitFor()
  })

  test('a party fills in what it gives; what is out of bounds is refused before anything is sent', async () => {
    await become('Tenant')
    const amount = now().getByRole('textbox', { name: /^amount in USDC/i })
    expect(await amount.inputValue()).toBe('1,200.00')
    await now().getByText('at most 1,200.00 USDC').waitFor()
    const block = await house.rpc('eth_blockNumber')
    await amount.fill('1,200.000001')
    await press('Pay').click()
    await now().getByText('Amount: at most 1,200.00 USDC can be given now.').waitFor()
    await amount.fill('many')
    await press('Pay').click()
    await now()
      .getByText(/^Amount: write an amount in USDC/)
      .waitFor()
    expect(await house.rpc('eth_blockNumber')).toBe(block)
    await amount.fill('200')
    await press('Pay').click()
    await page.getByRole('region', { name: 'Money' }).getByText('1,000.00 USDC').waitFor()
  })

  test('each sees what is its own, by keyboard too', async () => {
    await become('Arbiter')
    expect(await press('Give notice').count()).toBe(0)
    await press('Pay').waitFor()
    await become('Landlord')
    expect(await press('Give notice').count()).toBe(0)
    // Landlord's radio is before Tenant's.
    await page.keyboard.press('ArrowRight')
    expect(await now().getByRole('radio', { name: 'Tenant', exact: true }).isChecked()).toBe(true)
    const notice = press('Give notice')
    await notice.focus()
    await page.keyboard.press('Enter')
    await page.locator('#clause-6[data-status=closed]').waitFor()
    await page.locator('#clause-7[data-status=open]').waitFor()
    await become('only looking')
    expect(await press(/^(?:Pay|Give notice)/).count()).toBe(0)
  })

  test('who has not the money reads so, and nothing is sent', async () => {
    await become('somebody else')
    const block = await house.rpc('eth_blockNumber')
    await press('Pay').click()
    await now().getByText('The account has 0.00 USDC, and this takes 1,000.00 USDC.').waitFor()
    expect(await house.rpc('eth_blockNumber')).toBe(block)
  })

  test('explained: parties, terms, text with figures, what this browser has proved; on paper too', async () => {
    await page.getByRole('link', { name: 'Explain and print' }).click()
    await page.getByText('Your browser has just proved it').waitFor()
    const proved = page.getByRole('region', { name: 'What is proved' })
    await proved
      .getByText('This deed ends by finish + 61 days at the latest, whatever anybody does.')
      .waitFor()
    await proved.getByText(/^\(finish: 1 \w+ \d{4}\)$/).waitFor()
    await page.getByRole('region', { name: 'Text' }).getByText('2,400.00 USDC').waitFor()
    await page.getByRole('img', { name: /clauses have been open/ }).waitFor()
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' })
    expect(await page.getByRole('button', { name: 'Print' }).isVisible()).toBe(false)
    expect(await page.getByRole('link', { name: 'Deed: home' }).isVisible()).toBe(false)
    expect(await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor)).toBe(
      'rgb(255, 255, 255)',
    )
    expect(await unreadable(page)).toEqual([])
    const paper = await page.pdf({ format: 'A4' })
    // Pages of the file, and no sheet of it is wider than paper.
    expect(paper.toString('latin1').match(/\/Type \/Page\b/g)!.length).toBeGreaterThan(2)
    await page.emulateMedia({ media: 'screen', colorScheme: 'light' })
  })

  test('a platform that sends another text than the one that was signed is found out', async () => {
    await page.route('**/document', async (route) => {
      const response = await route.fetch()
      const document = await response.json()
      await route.fulfill({ response, json: { ...document, source: document.source.replace('5%', '6%') } })
    })
    await page.reload()
    await page.getByText(/^The text that the platform sent has the hash 0x/).waitFor()
    await page.unroute('**/document')
  })

  test('everything can be read and named, in light and dark, at a desk and on a phone', async () => {
    for (const at of [`/deed/${lease}`, `/deed/${lease}/explain`]) {
      for (const [colorScheme, size] of [
        ['light', PHONE],
        ['dark', DESK],
      ] as const) {
        await page.emulateMedia({ colorScheme })
        await page.setViewportSize(size)
        await page.goto(house.url + at)
        await page.locator('#clause-2').waitFor()
        if (!at.endsWith('explain')) await become('Tenant')
        const where = `${at} ${colorScheme} ${size.width}`
        expect(await page.evaluate(() => document.documentElement.scrollWidth), where).toBe(size.width)
        expect(await unreadable(page), where).toEqual([])
        expect(await unnamed(page), where).toEqual([])
        expect(await violations(page), where).toEqual([])
      }
    }
    expect(complaints).toEqual([])
    await page.setViewportSize(DESK)
    await page.emulateMedia({ colorScheme: 'light' })
    await page.goto(`${house.url}/deed/${lease}`)
  }, 120_000)

  test('a whole sale is done by its parties on the page: signed, paid, approved, delivered', async () => {
    const sale = await deployExample(house, 'escrow')
    await page.goto(`${house.url}/deed/${sale}`)
    for (const who of ['Buyer', 'Seller']) {
      await become(who)
      await press(`Sign as ${who}`).click()
      await press(`Sign as ${who}`).waitFor({ state: 'hidden' })
    }
    await become('Buyer')
    await press('Pay 20,000.00 USDC').click()
    // What it gives is a document: its hash is made here, and the file goes nowhere.
    const approval = now().getByRole('form', { name: /^Buyer may approve, giving survey/ })
    await approval.getByRole('button', { name: 'Approve' }).click()
    await approval.getByText('Survey: choose the file; only its hash leaves this page.').waitFor()
    await approval
      .getByLabel('survey')
      .setInputFiles({ name: 'survey.pdf', mimeType: 'application/pdf', buffer: Buffer.from('dry') })
    await approval.getByRole('button', { name: 'Approve' }).click()
    await page.locator('#clause-4[data-status=open]').waitFor()
    await become('Seller')
    await press('Deliver Title').click()
    await page.locator('#clause-4[data-status=closed]').waitFor()
    await become('Buyer')
    await press('Pay 380,000.00 USDC').click()
    await page.locator('article header').getByText('Ended', { exact: true }).waitFor()
    const text = page.getByRole('region', { name: 'Text of the deed' })
    await text.getByText('Seller sells to Buyer the property recorded by').waitFor()
    const { fields } = (await (await fetch(`${house.url}/api/deeds/${sale}`)).json()) as {
      fields: { name: string; value: string }[]
    }
    expect(fields.find(({ name }) => name === 'survey')!.value).toBe(keccak256(toBytes('dry')))
    await page.goto(`${house.url}/deed/${lease}`)
  }, 60_000)

  test('what the contract refuses is said in words before anything is sent', async () => {
    await become('Tenant')
    await now().getByText('at most 1,000.00 USDC').waitFor()
    // Another has paid in the meantime, which this page has not heard of.
    await page.route('**/api/**', (route) => route.abort())
    await page.evaluate(async (deed) => {
      const ask = (method: string, params: unknown[]) =>
        fetch('/', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
        })
      await ask('evm_increaseTime', [800 * 86_400])
      await ask('evm_mine', [])
      return deed
    }, lease)
    await press('Pay').click()
    await now()
      .getByText(/The clause is not open: its time has not come, or is over\./)
      .waitFor()
    await page.unroute('**/api/**')
  })
})
