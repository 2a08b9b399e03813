import { readFileSync } from 'node:fs'
import { parseAbi } from 'viem'
import { expect, test } from 'vitest'
import { deedAbi } from './abi.ts'

test('the interface is contracts/src/IDeed.sol, word for word', () => {
  const source = readFileSync(new URL('../../../contracts/src/IDeed.sol', import.meta.url), 'utf8')
  const declared = [...source.matchAll(/^\s+(?:event|error|function)\b[^;]*;|^\s+struct\b[^}]*}/gm)].map(
    ([text]) => text.replace(/\s+/g, ' ').replace(/;$/, '').trim(),
  )
  expect(declared.length).toBeGreaterThan(30)
  expect(deedAbi).toEqual(parseAbi(declared))
})
