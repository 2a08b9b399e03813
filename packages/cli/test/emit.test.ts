import { copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkSize } from '../src/commands/agreement/size.ts'
import { ROOT, runDeed } from './run-deed.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'deed-emit-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('a contract is emitted wherever its text lies, with what takes how many bytes', async () => {
  copyFileSync(join(ROOT, 'examples/consent/consent.deed'), join(folder, 'consent.deed'))
  const { exit, out } = await runDeed(['agreement', 'emit', join(folder, 'consent.deed'), '--sizes'])
  expect(exit).toBe(0)
  expect(readFileSync(join(folder, 'Consent.sol'), 'utf8')).toBe(
    readFileSync(join(ROOT, 'examples/consent/Consent.sol'), 'utf8'),
  )
  const total = Number(/has ([\d,]+) bytes of 24,576/.exec(out[2]!)![1]!.replaceAll(',', ''))
  const parts = out.slice(3).map((line) => /^ *([\d,]+) {2}(.+)$/.exec(line)!)
  expect(parts.map(([, , part]) => part)).toEqual(expect.arrayContaining(['base', '2. Use', '3. Erasure']))
  const sum = parts.reduce((all, [, bytes]) => all + Number(bytes!.replaceAll(',', '')), 0)
  // What the compiler appends is no instruction.
  expect(sum).toBeGreaterThan(total - 200)
  expect(sum).toBeLessThanOrEqual(total)
}, 60_000)

test('a contract that cannot be deployed is an error that says what takes how much', () => {
  const size = { bytes: 25_000, most: 24_576, parts: [{ part: '3. Rent', bytes: 9000 }] }
  expect(() => checkSize('Lease.sol', size)).toThrow(/25000 bytes.*3\. Rent 9000/)
  expect(() => checkSize('Lease.sol', { ...size, bytes: 24_576 })).not.toThrow()
})

/** The loan with another scenario. */
const performed = async (change: (scenario: Record<string, unknown>) => void) => {
  const own = join(folder, 'loan')
  cpSync(join(ROOT, 'examples/loan'), own, { recursive: true })
  const file = join(own, 'scenarios/liquidated.json')
  const scenario = JSON.parse(readFileSync(file, 'utf8'))
  change(scenario)
  writeFileSync(file, JSON.stringify(scenario))
  const { exit, err } = await runDeed(['perform', own, '--scenario', 'liquidated'])
  rmSync(own, { recursive: true })
  expect(exit).toBe(1)
  return err.join('\n')
}

test.each([
  [{ at: 'start', feed: 'WETH-prise', answer: '1 USDC' }, 'DEED_BAD_SCENARIO', 'Did it mean "WETH-price"?'],
  [{ at: 'start - 20 days', feed: 'WETH-price', answer: '1.2' }, 'DEED_BAD_VALUE', '"2,500 USDC"'],
  [
    { at: 'start', role: 'Borrower', by: 'Borrower', to: 'Lender' },
    'DEED_BAD_SCENARIO',
    'There are: Lender.',
  ],
  [{ at: 'start', role: 'Lender', by: 'Lender', to: 'Nobody' }, 'DEED_BAD_SCENARIO', 'the party "Nobody"'],
  [
    { at: 'start - 20 days', role: 'Lender', by: 'Borrower', to: 'Anyone' },
    'DEED_ERC721_INSUFFICIENT_APPROVAL',
    'The transfer of the role Lender',
  ],
])(
  'a scenario that is wrong around the deed: %o',
  async (step, code, said) => {
    const told = await performed((scenario) => (scenario.steps as unknown[]).splice(3, 0, step))
    expect(told).toContain(code)
    expect(told).toContain(said)
  },
  60_000,
)

test('a scenario of a deed without a start needs a day of its own', async () => {
  const told = await performed((scenario) => {
    delete scenario.start
  })
  expect(told).toContain('DEED_BAD_VALUE')
  expect(told).toContain('start cannot be ""')
}, 60_000)
