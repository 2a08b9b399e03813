import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Outline } from '@deed/agreement'
import { type Hex, http } from 'viem'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ApiError, Deed, DeedDocument } from '../src/gateway/api.ts'
import { type Gateway, startGateway } from '../src/gateway/gateway.ts'
import type { Log } from '../src/log.ts'
import { openPlatform, type Platform } from '../src/platform.ts'
import { AMOUNT, type Bench, DAY, first, GENESIS, second, startBench, TEXT, TEXT_HASH } from './bench.ts'

const outline: Outline = {
  title: 'Clockwork',
  file: 'clockwork.deed',
  text: TEXT_HASH,
  contract: 'Clockwork.sol:Clockwork',
  parties: [
    { name: 'First', getter: 'first', role: 'party' },
    { name: 'Second', getter: 'second', role: 'party' },
  ],
  tokens: [{ name: 'PICK', getter: 'token', decimals: 18 }],
  terms: [{ name: 'amount', field: 'amount', kind: 'amount', token: 'PICK' }],
  holdings: [],
  debts: [],
  fields: [{ name: 'round', getter: 'round', kind: 'number' }],
  clauses: [
    {
      number: 1,
      name: 'Tick',
      prose: '',
      when: 'Every 30 days',
      otherwise: ['Release amount to First.'],
      acts: [],
    },
  ],
}

let bench: Bench
let platform: Platform
let gateway: Gateway
let deed: Hex
const page = mkdtempSync(join(tmpdir(), 'deed-page-'))
const logged: string[] = []
const log: Log = (level, message) => level === 'error' && logged.push(message)

beforeAll(async () => {
  bench = await startBench()
  deed = await bench.deed({ start: GENESIS + 10 * DAY })
  platform = await openPlatform({ transport: http(bench.url, { retryCount: 0 }) })
  mkdirSync(join(page, 'assets'))
  writeFileSync(join(page, 'index.html'), '<!doctype html><title>page</title>')
  writeFileSync(join(page, 'assets/app-1a2b.js'), 'export {}')
  writeFileSync(join(page, '..', 'deed-secret.txt'), 'secret')
  gateway = await startGateway({
    platform,
    log,
    studioFolder: page,
    hosts: ['deed.example'],
    version: '0.1.0',
  })
  await platform.settle()
})
afterAll(async () => {
  await gateway.close()
  await platform.close()
  await bench.close()
  rmSync(page, { recursive: true })
  rmSync(join(page, '..', 'deed-secret.txt'))
  expect(logged).toEqual([])
})

const at = (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${gateway.port}${path}`, init)
const get = async <T>(path: string): Promise<T> => {
  const response = await at(path)
  expect(response.status).toBe(200)
  return (await response.json()) as T
}
const post = (body: unknown, headers: Record<string, string> = { 'content-type': 'application/json' }) =>
  at('/api/agreements', {
    method: 'POST',
    headers,
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
/** Status and error of a request, which must have the one form of errors. */
const failure = async (response: Response): Promise<[number, string]> => {
  const error = (await response.json()) as ApiError
  expect(error.message).toMatch(/\.$/)
  expect(JSON.stringify(error)).not.toMatch(/\bat .*\.ts:\d/)
  return [response.status, error.code]
}
/** `fetch` sets Host and Origin itself. */
const raw = (headers: Record<string, string>, path = '/api/health') =>
  new Promise<number>((resolve, reject) => {
    httpRequest({ port: gateway.port, host: '127.0.0.1', path, headers }, (response) => {
      response.resume()
      resolve(response.statusCode!)
    })
      .on('error', reject)
      .end()
  })

describe('deeds', () => {
  test('without an outline: addresses and numbers', async () => {
    const shown = await get<Deed>(`/api/deeds/${deed}`)
    expect(shown).toMatchObject({
      address: deed,
      text: TEXT_HASH,
      state: 'running',
      next: { clause: 1, due: GENESIS + 10 * DAY },
      terms: [],
      timeline: [],
      open: [{ clause: 1, due: GENESIS + 10 * DAY, must: false, acts: [] }],
    })
    expect(shown.title).toBeUndefined()
    expect(shown.parties.map(({ address, signed }) => [address, signed! >= GENESIS])).toEqual([
      [first.address.toLowerCase(), true],
      [second.address.toLowerCase(), true],
    ])
    expect(await failure(await at(`/api/deeds/${deed}/document`))).toEqual([404, 'DEED_NOT_FOUND'])
  })

  test('with one: names, terms, timeline and text', async () => {
    const answer = await post({ outline, text: TEXT, abi: bench.code.Clockwork.abi })
    expect(answer.status).toBe(201)
    expect(await answer.json()).toEqual({ text: TEXT_HASH, title: 'Clockwork', clauses: 1, deeds: [deed] })
    expect((await post({ outline, text: TEXT, abi: bench.code.Clockwork.abi })).status).toBe(200)
    expect(await get('/api/agreements')).toHaveLength(1)

    await bench.at(GENESIS + 10 * DAY)
    await platform.settle()
    const shown = await get<Deed>(`/api/deeds/${deed.toUpperCase().replace('0X', '0x')}`)
    expect(shown).toMatchObject({
      title: 'Clockwork',
      next: { clause: 1, name: 'Tick', due: GENESIS + 40 * DAY },
      terms: [{ name: 'amount', kind: 'amount', token: 'PICK', shown: '5.00 PICK', value: String(AMOUNT) }],
      fields: [{ name: 'round', shown: '1', value: '1' }],
      tokens: [{ name: 'PICK', address: bench.token, decimals: 18 }],
      open: [{ name: 'Tick', otherwise: ['Release amount to First.'] }],
      earlier: 0,
    })
    expect(shown.parties.map(({ name }) => name)).toEqual(['First', 'Second'])
    expect(shown.timeline.map(({ what, by, to, amount }) => [what, to ?? by, amount])).toEqual([
      ['signed', 'First', undefined],
      ['signed', 'Second', undefined],
      ['begun', undefined, undefined],
      ['opened', undefined, undefined],
      ['elapsed', 'time', undefined],
      ['opened', undefined, undefined],
      ['credit', 'First', String(AMOUNT)],
      ['credit', 'Second', String(AMOUNT)],
      ['withdraw', 'Second', String(AMOUNT)],
      ['withdraw', 'First', String(AMOUNT)],
    ])
    const list = await get<Deed[]>('/api/deeds')
    expect(list.map(({ address, title }) => [address, title])).toEqual([[deed, 'Clockwork']])

    const document = await get<DeedDocument>(`/api/deeds/${deed}/document`)
    expect(document.preface).toEqual([
      {
        type: 'prose',
        parts: [{ text: 'Time pays ' }, { slot: 'amount', text: '5.00 PICK' }, { text: '.' }],
      },
    ])
    expect(document.clauses).toEqual([
      {
        number: 1,
        name: 'Tick',
        status: 'open',
        due: GENESIS + 40 * DAY,
        blocks: [{ type: 'bullet', level: 0, parts: [{ text: 'amount is 5 PICK.' }] }],
      },
    ])
    const { actions } = await platform.keeper()
    expect(actions.map(({ reason }) => reason)).toEqual([
      expect.stringMatching(/^(First|Second) can withdraw 5\.00 PICK$/),
      expect.stringMatching(/^(First|Second) can withdraw 5\.00 PICK$/),
      '1. Tick fell due 2027-01-11 00:00:00 UTC',
    ])
  })

  test('health and keeper', async () => {
    expect(await get('/api/health')).toMatchObject({
      chain: 'here',
      chainId: 31337,
      keeper: 'idle',
      deeds: 1,
      version: '0.1.0',
    })
    expect(await get('/api/keeper')).toMatchObject({ state: 'idle', next: { deed, clause: 1 } })
  })
})

describe('bad input', () => {
  test('paths and methods', async () => {
    expect(await failure(await at('/api/nothing'))).toEqual([404, 'DEED_NOT_FOUND'])
    expect(await failure(await at('/api/deeds/0x12'))).toEqual([400, 'DEED_BAD_REQUEST'])
    expect(await failure(await at(`/api/deeds/0x${'0'.repeat(40)}`))).toEqual([404, 'DEED_NOT_FOUND'])
    expect(await failure(await at(`/api/deeds/${'x'.repeat(500)}`))).toEqual([414, 'DEED_BAD_REQUEST'])
    expect(await failure(await at('/api/health', { method: 'DELETE' }))).toEqual([404, 'DEED_NOT_FOUND'])
    expect(await failure(await at('/api/%zz'))).toEqual([400, 'DEED_BAD_REQUEST'])
  })

  test('agreements', async () => {
    const good = { outline, text: TEXT, abi: [] }
    expect(await failure(await post('{'))).toEqual([400, 'DEED_BAD_JSON'])
    expect(await failure(await post(''))).toEqual([400, 'DEED_BAD_JSON'])
    expect(await failure(await post(good, { 'content-type': 'text/plain' }))).toEqual([
      415,
      'DEED_MEDIA_TYPE',
    ])
    expect(await failure(await post('x'.repeat(1_000_001)))).toEqual([413, 'DEED_BODY_TOO_LARGE'])
    expect(await failure(await post({}))).toEqual([400, 'DEED_BAD_REQUEST'])
    expect(await failure(await post({ ...good, more: 1 }))).toEqual([400, 'DEED_BAD_REQUEST'])
    expect(await failure(await post({ ...good, text: `${TEXT} ` }))).toEqual([422, 'DEED_TEXT_HASH'])
    expect(await get('/api/agreements')).toHaveLength(1)
  })

  test('foreign hosts and origins', async () => {
    expect(await raw({ host: 'evil.example' })).toBe(403)
    expect(await raw({ host: 'deed.example' })).toBe(200)
    expect(await raw({ host: 'localhost:8545', origin: 'https://evil.example' })).toBe(403)
    expect(await raw({ host: 'localhost:8545', origin: 'null' })).toBe(403)
    expect(await raw({ host: '[::1]:8545', origin: 'http://localhost:5173' })).toBe(200)
    expect(await raw({ host: '127.0.0.1', origin: 'chrome-extension://abcdef' })).toBe(200)
  })
})

describe('the page', () => {
  test('files, pages by path, and nothing from outside the folder', async () => {
    const home = await at('/')
    expect(home.headers.get('content-type')).toContain('text/html')
    expect(home.headers.get('content-security-policy')).toContain("default-src 'self'")
    expect(home.headers.get('cache-control')).toBe('no-cache')
    expect(await (await at('/deeds/0x1234')).text()).toContain('<title>page</title>')
    const script = await at('/assets/app-1a2b.js')
    expect(script.headers.get('content-type')).toContain('text/javascript')
    expect(script.headers.get('cache-control')).toContain('immutable')
    expect(await failure(await at('/assets/gone.js'))).toEqual([404, 'DEED_NOT_FOUND'])
    expect(await raw({ host: 'localhost' }, '/../deed-secret.txt')).toBe(404)
    expect(await raw({ host: 'localhost' }, '/..%2fdeed-secret.txt')).toBe(404)
  })

  test('says so when it is not built', async () => {
    const bare = await startGateway({ platform, log, version: '0.1.0' })
    const response = await fetch(`http://127.0.0.1:${bare.port}/`)
    expect(response.status).toBe(503)
    expect(await response.text()).toContain('npm run build -w @deed/studio')
    await bare.close()
  })
})

test('the stream tells of heads, deeds and what the keeper did', async () => {
  const abort = new AbortController()
  const response = await at('/api/stream', { signal: abort.signal })
  expect(response.headers.get('content-type')).toBe('text/event-stream')
  const names: string[] = []
  const reading = (async () => {
    const decoder = new TextDecoder()
    for await (const chunk of response.body!)
      for (const [, name] of decoder.decode(chunk).matchAll(/^event: (.*)$/gm)) names.push(name!)
  })().catch(() => {})
  await expect.poll(() => names).toEqual(['head'])
  await bench.at(GENESIS + 40 * DAY)
  await platform.settle()
  await expect.poll(() => new Set(names)).toEqual(new Set(['head', 'deed', 'keeper']))
  abort.abort()
  await reading
})
