/**
 * Deeds with one error each: a change to the little deed below, and what must be said of it. Every code of the language
 * has a case at least.
 */
import type { Code } from '../src/codes.ts'
import cases from './cases.json' with { type: 'json' }

export const LITTLE = `# Little deed

Seller sells a bicycle to Buyer for {price}.

## 1. Terms

- Seller and Buyer are parties.
- Judge is a third party.
- USDC is money with 6 decimals.
- price is an amount in USDC from 10 USDC to 1,000 USDC, agreed at signing.
- term is a date from 2027-01-01 to 2030-12-31, agreed at signing.
- purse is USDC held for Buyer.
- debt is owed by Buyer to Seller in USDC.
- award is an amount in USDC, stated later.
- note is a document, stated later.
- level is an amount in USDC from 0 USDC to 100 USDC, at first 5 USDC.
- step is a row of this table.

| name  | part | wait   |
| ----- | ---- | ------ |
| "one" | 40%  | 3 days |
| "two" | 60%  | 5 days |

## 2. Payment

- By term:
  - Buyer must pay price into purse:
    - Begin Delivery.
- Otherwise:
  - End.

## 3. Delivery

- Within 7 days:
  - Buyer may accept:
    - Release all of purse to Seller.
    - End.
  - Seller may complain, giving note:
    - Begin Ruling.
- Otherwise:
  - End.

## 4. Ruling

- Within 30 days:
  - Judge may rule, giving award of at most purse:
    - Release award from purse to Seller.
    - End.
- Otherwise:
  - End.
`
  .replaceAll('- day is', '- term is')
  .replaceAll('By day:', 'By term:')

const TERMS = '# T\n\n## 1. Terms\n\n- A and B are parties.\n- USDC is money with 6 decimals.\n'
const range = (count: number) => Array.from({ length: count }, (_, i) => i)

interface Case {
  readonly code: Code
  /** What of the little deed is replaced; the whole of it if that is empty. */
  readonly from: string
  readonly to: string
  /** `line:column` of the error. */
  readonly at: string
  /** What the message must say. */
  readonly says: string
  /** The text that can be pasted. */
  readonly fix: string
}

const _error = (code: Code, from: string, to: string, at: string, says: string, fix: string): Case => ({
  code,
  from,
  to,
  at,
  says,
  fix,
})

const error = (code: Code, from: string, to: string, at: string, says: string, fix: string): Case => ({
  code,
  from,
  to,
  at,
  says,
  fix,
})

const many = range(100).map((i) => `- v${i} is 3 days.`)
const waits = range(16).map(
  (i) => `## ${i + 3}. W${i}\n\n- Within 3 days:\n  - A may go.\n- Otherwise:\n  - Do nothing.\n`,
)
const open = `## 2. Start\n\n- Begin ${range(15)
  .map((i) => `W${i}`)
  .join(', ')} and W15.\n`
const row = '| "two" | 60%  | 5 days |\n'

export const CASES: readonly Case[] = [
  ...(cases as readonly Case[]),
  error(
    'DEED_L403',
    '',
    `${TERMS}\n${open}\n${waits.join('\n')}`,
    '8:7',
    'The clauses of this deed can be open together in so many ways that they cannot all be looked at (20,000 states).',
    '- Close Rent and Notice.',
  ),
  error(
    'DEED_L702',
    'Seller sells',
    'word '.repeat(14_000),
    '1:1',
    'The deed has 71110 bytes, and 65536 is the most.',
    '# Second deed',
  ),
  error('DEED_L706', row, row.repeat(32), '53:1', 'A table has 32 rows at most.', '# Second deed'),
  error(
    'DEED_L709',
    '- step is a row',
    `${many.join('\n')}\n- step is a row`,
    '106:3',
    'A deed declares 100 names at most.',
    '# Second deed',
  ),
]

/** Codes that need more than a text: their tests stand elsewhere. */
export const ELSEWHERE: readonly Code[] = ['DEED_L606', 'DEED_L708']
