/** docs/json-rpc.md lists exactly what the node answers. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { METHODS } from '../packages/chain/src/rpc/methods.ts'
import { startAnvil } from './clients/anvil.ts'
import { ANVIL_NAMES, HARDHAT_NAMES } from './clients/peer-names.ts'

const text = readFileSync(join(import.meta.dirname, '../docs/json-rpc.md'), 'utf8')

test('docs/json-rpc.md is the table of methods', () => {
  const documented = [...text.matchAll(/^\| `(\w+_\w+)` *\| (\w+) *\| *(\d+) \| (.*?) *\|$/gm)].map((m) =>
    m.slice(1),
  )
  const answered = Object.entries(METHODS).map(([name, { class: kind, cost, params }]) => [
    name,
    kind,
    String(cost),
    params.map((param) => param.name).join(', '),
  ])
  expect(documented).toEqual(answered)
})

describe('what anvil and Hardhat answer', () => {
  /** Names with the reason why they are left out. */
  const leftOut = [...text.matchAll(/^\| ((?:`\w+_\w+`(?:, )?)+) *\| ([^|]{10,}) \|$/gm)].flatMap(
    ([, names]) => [...names!.matchAll(/`(\w+)`/g)].map((m) => m[1]!),
  )

  test.each([
    ['anvil', ANVIL_NAMES],
    ['Hardhat', HARDHAT_NAMES],
  ])('is answered here or left out with a reason: %s', (_, names) => {
    expect(names.length).toBeGreaterThan(60)
    expect(names.filter((name) => !(name in METHODS) && !leftOut.includes(name))).toEqual([])
  })

  test('nothing is left out that is answered, or that neither of them has', () => {
    const theirs = new Set([...ANVIL_NAMES, ...HARDHAT_NAMES])
    expect(leftOut.filter((name) => name in METHODS || !theirs.has(name))).toEqual([])
    expect(leftOut.length).toBeGreaterThan(0)
  })

  test('the list of names is that of the anvil that is installed', async () => {
    const anvil = await startAnvil()
    try {
      const unknown: string[] = []
      for (const name of ANVIL_NAMES) {
        // Over HTTP anvil has no subscriptions.
        if (name === 'eth_subscribe' || name === 'eth_unsubscribe') continue
        const error = await anvil.rpc(name).then(
          () => undefined,
          (caught: { code: number }) => caught,
        )
        if (error?.code === -32601) unknown.push(name)
      }
      expect(unknown).toEqual([])
    } finally {
      await anvil.close()
    }
  })
})
