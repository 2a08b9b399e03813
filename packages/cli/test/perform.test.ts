import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it, onTestFinished } from 'vitest'
import { ROOT, type Run, runDeed } from './run-deed.ts'
import { readTables } from './tables.ts'

const LEASE = join(ROOT, 'examples/lease')
const tables = readTables(readFileSync(join(LEASE, 'README.md'), 'utf8'))
const KEYS = ['time', 'block', 'tx', 'clause', 'what', 'from', 'to', 'amount', 'by']
const MONEY = ['pay', 'charge', 'settle', 'credit']

type Line = Record<string, never>
const lines = ({ out }: Run): Line[] => out.map((line) => JSON.parse(line))
const perform = (...args: string[]) => runDeed(['perform', LEASE, ...args])

describe('every amount is the one that the README works out by hand', () => {
  const outline = JSON.parse(readFileSync(join(LEASE, 'outline.json'), 'utf8'))
  const clauseOf = (number: number) => {
    const clause = outline.clauses.find((c: { number: number }) => c.number === number)
    return `${clause.number}. ${clause.name}`
  }

  it('has a table for each scenario', async () => {
    const { out } = await perform('--list', '--json')
    expect(out.map((line) => JSON.parse(line).name)).toEqual(tables.map(({ scenario }) => scenario))
    expect(tables.length).toBeGreaterThanOrEqual(7)
  })

  it.each(tables)('$scenario', async ({ scenario, rows, balances }) => {
    const run = await perform('--scenario', scenario, '--json')
    expect(run.err).toEqual([])
    expect(run.exit).toBe(0)
    const events = lines(run)
    const last = events.pop()! as unknown as {
      balances: Record<string, Record<string, string>>
      conserved: boolean
    }
    for (const event of events) expect(Object.keys(event)).toEqual(expect.arrayContaining(KEYS))
    const moves = events
      .filter(({ what }) => MONEY.includes(what))
      .map(({ time, clause, what, from, to, amount }) =>
        [(time as string).slice(0, 10), clauseOf(clause), what, from, to, amount].join(' | '),
      )
    expect(moves.sort()).toEqual(rows)
    const shown = Object.entries(last.balances).map(([holder, amounts]) => [holder, amounts.USDC])
    expect(Object.fromEntries(shown)).toMatchObject(withoutNobody(balances))
    expect(last.conserved).toBe(true)
  })

  // A stranger with nothing in the end is left out of the balances.
  const withoutNobody = (balances: Record<string, string>) =>
    Object.fromEntries(
      Object.entries(balances).filter(([name, amount]) => name !== 'Anyone' || amount !== '0'),
    )
})

describe('the way it goes', () => {
  it('gives the same blocks each time', async () => {
    const [first, second] = [await perform('--json'), await perform('--json')]
    expect(first.exit).toBe(0)
    expect(first.out.length).toBeGreaterThan(40)
    // Hashes of transactions are in every line; the hash of the last block commits to everything before it.
    expect(second.out).toEqual(first.out)
    expect(lines(first).at(-1)).toHaveProperty('head', expect.stringMatching(/^0x[0-9a-f]{64}$/))
  })

  it('prints a timeline that a person can read', async () => {
    const { out, exit } = await perform()
    expect(exit).toBe(0)
    const text = out.join('\n')
    expect(text).toContain('Residential lease: all-well')
    expect(text).toMatch(/2027-01-22 +2\. Deposit +pay +Tenant → security +2,400\.00 USDC +Tenant/)
    expect(text).toMatch(/Landlord +14,400\.00 USDC/)
    expect(out.at(-1)).toBe('Every unit of money is accounted for.')
  })

  it('stops where it is told and says what is pending', async () => {
    const { out, exit } = await perform('--until', '2027-04-15', '--json')
    expect(exit).toBe(0)
    const last = JSON.parse(out.at(-1)!)
    expect(last.conserved).toBe(true)
    expect(last.balances.deed).toEqual({ USDC: '2400' })
    expect(last.pending.map((p: { clause: number }) => p.clause)).toEqual([3, 4, 5, 6, 8])
    expect(last.pending[0].due).toBe('2027-05-01T00:00:00Z')
  })

  it('may stop before anybody has signed', async () => {
    const { out, exit } = await perform('--until', '2027-01-02')
    expect(exit).toBe(0)
    expect(out.at(-1)).toBe('Nobody is bound yet: the parties sign at 2027-01-20 12:00:00 UTC.')
  })

  it('takes other terms', async () => {
    const { out } = await perform('--term', 'rent=100 USDC', '--until', '2027-01-23', '--json')
    expect(JSON.parse(out.at(-1)!).balances.deed).toEqual({ USDC: '200' })
  })
})

describe('what is wrong is said in one sentence with a code', () => {
  const scratch: string[] = []
  /** A copy of the lease beside the repo's node_modules, changed by `change`. */
  const spoilt = (change: (folder: string) => void): string => {
    const parent = mkdtempSync(join(tmpdir(), 'deed-lease-'))
    scratch.push(parent)
    symlinkSync(join(ROOT, 'node_modules'), join(parent, 'node_modules'))
    const folder = join(parent, 'lease')
    cpSync(LEASE, folder, { recursive: true })
    change(folder)
    return folder
  }
  afterEach(() => {
    for (const folder of scratch.splice(0)) rmSync(folder, { recursive: true })
  })
  const edit = (folder: string, file: string, from: string, to: string) => {
    const path = join(folder, file)
    const before = readFileSync(path, 'utf8')
    expect(before).toContain(from)
    writeFileSync(path, before.replace(from, to))
  }
  const errorOf = async (...argv: string[]) => {
    const { err, out, exit } = await runDeed(['perform', ...argv, '--json'])
    expect(out).toEqual([])
    expect(err.join('\n')).not.toMatch(/\n {4}at /)
    return { text: err.join('\n'), exit }
  }

  it.each([
    ['a missing folder', ['nowhere'], 'DEED_NOT_FOUND', 1],
    ['a folder that is no agreement', [join(ROOT, 'docs')], 'DEED_NOT_AN_AGREEMENT', 1],
    ['an unknown scenario', [LEASE, '--scenario', 'all-wel'], 'DEED_UNKNOWN_SCENARIO', 2],
    ['an unknown option', [LEASE, '--scenari', 'all-well'], 'DEED_UNKNOWN_OPTION', 2],
    ['a date that is none', [LEASE, '--until', '2027-02-30'], 'DEED_BAD_OPTION', 2],
    ['a past date to stop at', [LEASE, '--until', '2026-12-31'], 'DEED_DATE_PAST', 1],
    ['a lease with a past date', [LEASE, '--term', 'start=2026-12-01'], 'DEED_DATE_PAST', 1],
    ['zero rent', [LEASE, '--term', 'rent=0 USDC'], 'DEED_OUT_OF_BOUNDS', 1],
    ['an amount in another money', [LEASE, '--term', 'rent=5 EUR'], 'DEED_BAD_VALUE', 1],
    ['an unknown term', [LEASE, '--term', 'rnet=5 USDC'], 'DEED_UNKNOWN_TERM', 1],
    ['a chain that is away', [LEASE, '--rpc', 'http://127.0.0.1:1'], 'DEED_CHAIN_AWAY', 1],
  ])('%s', async (_, argv, code, status) => {
    const { text, exit } = await errorOf(...argv)
    expect(text).toMatch(new RegExp(`^${code}: .+[.?]$`))
    expect(exit).toBe(status)
  })

  it.each([
    ['another chain id', { eth_chainId: '0x1' }, 'DEED_WRONG_CHAIN'],
    ['a chain without dev methods', { eth_chainId: '0x7a69' }, 'DEED_NO_DEV_METHODS'],
    ['a chain that refuses', { eth_chainId: '0x7a69', evm_increaseTime: '0x0' }, 'DEED_CHAIN_REFUSED'],
  ])('%s', async (_, results: Record<string, string>, code) => {
    const server = createServer(async (request, response) => {
      if (request.method === 'GET') return void response.writeHead(404).end()
      const calls = JSON.parse(Buffer.concat(await request.toArray()).toString())
      const answers = calls.map(({ id, method }: { id: number; method: string }) =>
        results[method]
          ? { jsonrpc: '2.0', id, result: results[method] }
          : { jsonrpc: '2.0', id, error: { code: -32601, message: 'Method not found' } },
      )
      response.setHeader('content-type', 'application/json').end(JSON.stringify(answers))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    expect((await errorOf(LEASE, '--rpc', url)).text).toMatch(new RegExp(`^${code}: `))
  })

  it('names the value and what to do', async () => {
    expect((await errorOf(LEASE, '--scenario', 'all-wel')).text).toContain('Did you mean "all-well"?')
    expect((await errorOf(LEASE, '--term', 'rent=0 USDC')).text).toContain('OutOfBounds(rent)')
  })

  it('shows the line of a Solidity error', async () => {
    const folder = spoilt((f) => edit(f, 'Lease.sol', '_close(DEPOSIT);', '_closed(DEPOSIT);'))
    const { text, exit } = await errorOf(folder)
    expect(text).toMatch(/^DEED_SOLIDITY: [\s\S]*Lease\.sol:\d+:\d+[\s\S]*_closed\(DEPOSIT\);\n.*\^/)
    expect(exit).toBe(1)
  })

  it('refuses a text that is not the one that was hashed', async () => {
    const folder = spoilt((f) => edit(f, 'lease.deed', 'twelve', 'eleven'))
    expect((await errorOf(folder)).text).toMatch(/^DEED_TEXT_CHANGED: /)
  })

  it('names a missing contract', async () => {
    const folder = spoilt((f) => rmSync(join(f, 'Lease.sol')))
    expect((await errorOf(folder)).text).toMatch(/^DEED_NOT_FOUND: There is no Lease\.sol/)
  })

  it('names the place in a scenario that is wrong', async () => {
    const wrong = spoilt((f) => edit(f, 'scenarios/all-well.json', 'depositPay', 'depositPey'))
    expect((await errorOf(wrong)).text).toMatch(/^DEED_BAD_SCENARIO: .*Did it mean "depositPay"\?$/)
    const broken = spoilt((f) => edit(f, 'scenarios/all-well.json', '"start - 10 days"', '"10 days before"'))
    expect((await errorOf(broken)).text).toMatch(/^DEED_BAD_FILE: .*all-well\.json is wrong at steps\.0\.at/)
  })

  // biome-ignore lint/suspicious/noExplicitAny: any JSON, about to be spoilt.
  type Json = any
  const all = 'scenarios/all-well.json'
  const outline = 'outline.json'
  const acts = (o: Json): Json[] => o.clauses.flatMap((clause: Json) => clause.acts ?? [])
  it.each<[string, string, (o: Json) => unknown, RegExp]>([
    ['a field that is none', all, (o) => ({ ...o, stepz: [] }), /^DEED_BAD_FILE: .*stepz/],
    ['an hour that is none', all, (o) => at(o, 'start - 10 days 25:00'), /^DEED_BAD_FILE: .*steps\.0\.at/],
    ['a year beyond counting', all, (o) => at(o, 'start + 9999999 months'), /^DEED_BAD_FILE: .*steps\.0\.at/],
    [
      'an act before signing',
      all,
      (o) => at(o, 'start - 90 days'),
      /^DEED_BAD_SCENARIO: .*"start - 90 days"/,
    ],
    [
      'an end before signing',
      all,
      (o) => ({ ...o, until: 'start - 90 days' }),
      /^DEED_BAD_SCENARIO: .*ends at/,
    ],
    [
      'too much given',
      all,
      (o) => step(o, 'depositPay', ['1 USDC']),
      /^DEED_BAD_SCENARIO: .*depositPay.*none/,
    ],
    ['too little given', all, (o) => step(o, 'paymentPay', []), /^DEED_BAD_SCENARIO: .*takes 1 \(amount\)/],
    [
      'a wallet of nobody',
      all,
      (o) => ({ ...o, wallets: { Tenent: '1 USDC' } }),
      /^DEED_BAD_SCENARIO: .*"Tenant"\?/,
    ],
    ['a wallet beyond all', all, (o) => wallet(o, `${'9'.repeat(90)} USDC`), /^DEED_BAD_VALUE: .*2\^128/],
    [
      'a rent beyond all',
      all,
      (o) => term(o, 'rent', `${'9'.repeat(39)} USDC`),
      /^DEED_BAD_VALUE: rent .*uint128/,
    ],
    [
      'two of one name',
      all,
      (o) => ({ ...o, name: 'early-exit' }),
      /^DEED_BAD_SCENARIO: .*two scenarios "early-exit"/,
    ],
    [
      'a getter that is none',
      outline,
      (o) => set(o.debts[0], 'getter', 'nope'),
      /^DEED_OUTLINE_CONTRACT: .*debt arrears.*"nope"/,
    ],
    [
      'a term that is none',
      outline,
      (o) => set(o.terms.find((t: Json) => t.name === 'rent')!, 'field', 'rennt'),
      /^DEED_OUTLINE_CONTRACT: .*term rent.*"rennt"/,
    ],
    [
      'a party under another name',
      outline,
      (o) => set(o.parties[0], 'name', 'Owner'),
      /^DEED_OUTLINE_CONTRACT: .*Landlord/,
    ],
    [
      'an act without its values',
      outline,
      (o) => set(acts(o).find((a) => a.function === 'paymentPay')!, 'gives', []),
      /^DEED_OUTLINE_CONTRACT: .*paymentPay with 0 values/,
    ],
    [
      'a payment of nothing known',
      outline,
      (o) => set(acts(o).find((a) => a.pays)!.pays!, 'amount', 'nope'),
      /^DEED_OUTLINE_CONTRACT: .*"nope"/,
    ],
    [
      'too many parties',
      outline,
      (o) => o.parties.push(...Array(9).fill(o.parties[0])),
      /^DEED_TOO_MANY_PARTIES: .*12/,
    ],
  ])('%s', async (_, file, change, says) => {
    const folder = spoilt((f) => {
      const before = JSON.parse(readFileSync(join(f, file), 'utf8'))
      const after = change(before)
      writeFileSync(join(f, file), JSON.stringify(typeof after === 'object' ? after : before))
    })
    const { text, exit } = await errorOf(folder, '--scenario', 'all-well')
    expect(text).toMatch(says)
    expect(exit).toBe(1)
  })

  it('says so when a scenario reads what is no number of the deed', async () => {
    for (const name of ['nope', 'tenant', 'balanceOf']) {
      const folder = spoilt((f) => edit(f, all, '"arrears"', `"${name}"`))
      const { err, exit } = await runDeed(['perform', folder])
      expect(err.join('\n')).toMatch(new RegExp(`^DEED_BAD_VALUE: amount cannot be "${name}"`))
      expect(exit).toBe(1)
    }
  })

  it('says so when the contract does not refuse what the scenario says it will', async () => {
    const folder = spoilt((f) =>
      edit(
        f,
        'scenarios/all-well.json',
        '"act": "depositPay"',
        '"act": "depositPay", "refused": "OutOfBounds"',
      ),
    )
    const { err, exit } = await runDeed(['perform', folder])
    expect(err.join('\n')).toMatch(/^DEED_NOT_REFUSED: /)
    expect(exit).toBe(1)
  })
})

/** Changes one field of a part of a file; what is returned is not used then. */
const set = (part: Record<string, unknown>, field: string, value: unknown): void => {
  part[field] = value
}
const at = (o: { steps?: Record<string, unknown>[] }, when: string) => set(o.steps![0]!, 'at', when)
const step = (o: { steps?: Record<string, unknown>[] }, act: string, give: string[]) =>
  set(o.steps!.find((s) => s.act === act)!, 'give', give)
const term = (o: { terms?: Record<string, unknown> }, name: string, words: string) =>
  set(o.terms!, name, words)
const wallet = (o: { wallets?: Record<string, unknown> }, words: string) => set(o.wallets!, 'Tenant', words)

it('performs an agreement that lies outside of the repo', async () => {
  const folder = join(mkdtempSync(join(tmpdir(), 'deed-elsewhere-')), 'lease')
  onTestFinished(() => rmSync(join(folder, '..'), { recursive: true }))
  expect((await runDeed(['agreement', 'new', 'lease', folder])).exit).toBe(0)
  const there = await runDeed(['agreement', 'perform', folder, '--json'])
  expect([there.exit, there.err]).toEqual([0, []])
  expect(there.out).toEqual((await perform('--json')).out)
})
