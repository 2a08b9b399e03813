import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { generate, TARGET } from './secp256k1.ts'

test('what is committed is what the generator gives', () => {
  // Not `toBe`: a difference of 70,000 characters tells nobody anything.
  const isSame = readFileSync(TARGET, 'utf8') === generate()
  expect(isSame, 'run node packages/evm/scripts/secp256k1.ts').toBe(true)
})
