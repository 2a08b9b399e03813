import { expect, test } from 'vitest'
import { corruptDeeds } from './corrupt.ts'

test('damaged deeds are answered with coded errors that have a place, and never hang', () => {
  const { codes, whole, slowestMs } = corruptDeeds(400, Number(process.env.DEED_SEED ?? 7))
  expect(Object.keys(codes).length).toBeGreaterThan(20)
  expect(whole).toBeLessThan(250)
  expect(slowestMs).toBeLessThan(5_000)
})
