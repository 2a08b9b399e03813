import { describe, expect, test } from 'vitest'
import { parseText } from './document.ts'

const TEXT = `# Cold-chain shipment

Carrier moves the goods
in {legs}.

## 1. Terms

- Buyer is a party.
- leg is a row of this table.

| place | portion |
| ----- | ------- |
| "port" | 30% |

## 2. Carriage

- Within 3 days:
  - Carrier must hand-over, giving
    receipt:
    - End.
- Otherwise:
  - End.
`

describe('parseText', () => {
  const document = parseText(TEXT, new Map([['legs', 'three legs']]))
  test('joins lines of a paragraph and puts figures in', () => {
    expect(document.title).toBe('Cold-chain shipment')
    expect(document.preface).toEqual([
      {
        type: 'prose',
        parts: [{ text: 'Carrier moves the goods in ' }, { slot: 'legs', text: 'three legs' }, { text: '.' }],
      },
    ])
  })

  test('keeps tables without their rule', () => {
    expect(document.clauses[0]!.blocks.at(-1)).toEqual({
      type: 'table',
      rows: [
        ['place', 'portion'],
        ['"port"', '30%'],
      ],
    })
  })

  test('keeps the level of bullets, and what goes on under one belongs to it', () => {
    const bullets = document.clauses[1]!.blocks.map(
      (block) => block.type === 'bullet' && [block.level, block.parts.map(({ text }) => text).join('')],
    )
    expect(bullets).toEqual([
      [0, 'Within 3 days:'],
      [1, 'Carrier must hand-over, giving receipt:'],
      [2, 'End.'],
      [0, 'Otherwise:'],
      [1, 'End.'],
    ])
  })

  test('a figure that is not known shows its name', () => {
    expect(parseText('# T\n\nIn {days}.\n').preface).toEqual([
      { type: 'prose', parts: [{ text: 'In ' }, { slot: 'days', text: 'days' }, { text: '.' }] },
    ])
  })
})
