/** docs/json-rpc.md lists exactly what the node answers. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { METHODS } from '../packages/chain/src/rpc/methods.ts'

test('docs/json-rpc.md is the table of methods', () => {
  const text = readFileSync(join(import.meta.dirname, '../docs/json-rpc.md'), 'utf8')
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
