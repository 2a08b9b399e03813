import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { build } from './assemble.ts'

test('what is committed is what the sources give', async () => {
  const generated = await build()
  for (const [name, text] of Object.entries(generated)) {
    const committed = readFileSync(join(import.meta.dirname, '../src', name), 'utf8')
    // Not `toBe`: a difference of 48,000 characters tells nobody anything.
    expect(committed === text, `${name}: run node packages/evm/scripts/assemble.ts`).toBe(true)
  }
  expect(Object.keys(generated)).toEqual([
    'tier1/module.ts',
    'keccak-module.ts',
    'precompiles/blake2f-module.ts',
    'tier1/layout.ts',
  ])
})
