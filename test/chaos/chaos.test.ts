import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { chaos } from './chaos.ts'

it('loses nothing of what it has acknowledged when it is killed', { timeout: 120_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'deed-chaos-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const result = await chaos({ folder: join(folder, 'chain'), kills: 10, seed: 7 })
  expect(result.lost).toEqual([])
  expect(result.failedOpens).toEqual([])
  expect(result.kills).toBe(10)
  expect(result.receipts).toBeGreaterThan(10)
})
