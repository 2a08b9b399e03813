/** The wallet in a browser signs on a page of ours: a real browser, and a wallet that signs with ethers. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Wallet } from 'ethers'
import { privateKeyToAccount } from 'viem/accounts'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { findBrowser, openBrowser } from '../../studio/test/browser.ts'
import { filledLease } from './life.ts'
import { type Run, runDeed } from './run-deed.ts'

const KEY = `0x${'b0b5'.repeat(16)}` as const
const TENANT = privateKeyToAccount(KEY)

let folder: string
beforeAll(async () => {
  folder = await filledLease({ Tenant: TENANT.address })
})

/** The command, and the address of its page as soon as it says it. */
const signing = () => {
  const stop = new AbortController()
  const { promise: page, resolve } = Promise.withResolvers<string>()
  const onErr = (line: string) => {
    const [url] = /http:\S+/.exec(line) ?? []
    if (url) resolve(url)
  }
  const run: Promise<Run> = runDeed(['agreement', 'sign', folder, '--as', 'Tenant', '--browser'], {
    stop: stop.signal,
    onErr,
  })
  return { run, page, stop: () => stop.abort() }
}

const found = await findBrowser()
const title = found
  ? 'a wallet in a browser'
  : 'a wallet in a browser: LEFT OUT, no browser (set CHROME_PATH or install Chrome or Chromium)'

describe(title, () => {
  test.skipIf(!found)('signs what it is shown, value by value', { timeout: 120_000 }, async () => {
    const { context, close } = await openBrowser(found!)
    onTestFinished(close)
    const { run, page: url } = signing()
    const page = await context.newPage()
    const asked: string[] = []
    await page.exposeFunction('askWallet', async (method: string, params: string[]) => {
      asked.push(method)
      if (method === 'eth_requestAccounts') return [TENANT.address.toLowerCase()]
      const { domain, types, message } = JSON.parse(params[1]!)
      const { EIP712Domain: _, ...own } = types
      return new Wallet(KEY).signTypedData(domain, own, message)
    })
    await page.addInitScript(
      'window.ethereum = { request: ({ method, params }) => window.askWallet(method, params ?? []) }',
    )
    await page.goto(await url)
    expect(await page.textContent('h1')).toBe('Residential lease')
    expect(await page.textContent('table')).toContain('1,000.00 USDC')
    await page.click('#sign')
    const { exit, err } = await run
    expect([exit, err.filter((line) => line.startsWith('DEED_'))]).toEqual([0, []])
    expect(asked).toEqual(['eth_requestAccounts', 'eth_signTypedData_v4'])
    const { signer } = JSON.parse(readFileSync(join(folder, 'signatures/Tenant.json'), 'utf8'))
    expect(signer).toBe(TENANT.address)
  })

  test('is asked by nobody who does not know the address of the page', async () => {
    const { run, page, stop } = signing()
    const url = new URL(await page)
    const status = async (address: string, init: RequestInit = {}) => (await fetch(address, init)).status
    expect(await status(`${url.origin}/`)).toBe(404)
    expect(await status(url.href, { method: 'POST', body: 'not JSON' })).toBe(400)
    expect(await status(url.href, { method: 'POST', body: JSON.stringify({ signature: '0x1' }) })).toBe(400)
    expect(await status(url.href)).toBe(200)
    stop()
    const { exit, err } = await run
    expect([exit, err.at(-1)]).toEqual([1, 'DEED_STOPPED: Stopped before anything was signed.'])
  })
})
