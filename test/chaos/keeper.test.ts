import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { liveAYear, surplus } from './keeper.ts'

describe('keepers that are killed', () => {
  it('miss nothing and do nothing twice, even where two of them are at work', {
    timeout: 180_000,
  }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'deed-chaos-keeper-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    const calm = await liveAYear(1)
    const found = await liveAYear(1, { folder, keepers: 2, kills: 3, seed: 7 })
    expect(found.kills).toBe(3)
    expect(calm.elapsed.length).toBeGreaterThan(20)
    expect(surplus(calm.elapsed, found.elapsed)).toEqual([])
    expect(surplus(found.elapsed, calm.elapsed)).toEqual([])
    expect(found.balances).toEqual(calm.balances)
  })
})

it('a surplus counts how often something is there', () => {
  expect(surplus(['a', 'b', 'a'], ['a', 'c'])).toEqual(['b', 'a'])
})
