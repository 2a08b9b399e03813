import type { Hex } from 'viem'
import { beforeAll, describe, expect, it } from 'vitest'
import { callData, compileFixture, localRpc, type Mode, openStage, type Stage } from '../debug.fixture.ts'
import type { Explanation } from '../explain/explanation.ts'
import { renderStorage } from '../render/state.ts'

/** Every change as `variable: before -> after`. */
const told = ({ storage }: Explanation): string[] =>
  storage.flatMap(({ changes }) =>
    changes.map(({ variable, before, after }) => {
      const [old, now] = [before, after].map(({ value, label }) => label ?? value)
      return `${variable}: ${old} -> ${now}`
    }),
  )

const LONG = 'a text that is longer than thirty-two bytes, by far'
const modes: Mode[] = ['plain', 'optimized', 'via IR']

describe.each(modes)('changes of storage, compiled %s', (mode) => {
  let stage: Stage
  let address: Hex
  let sender: Hex
  beforeAll(async () => {
    stage = await openStage(await localRpc(), await compileFixture('Storage.sol', mode))
    address = await stage.deploy('Storage')
    sender = stage.accounts[0]!
  })
  const run = async (name: string, ...args: unknown[]) =>
    stage.explainSent({ to: address, gas: '0x400000', data: callData(stage.abiOf('Storage'), name, args) })

  it('are of simple values, several in a slot, inherited ones too', async () => {
    expect(told(await run('simple'))).toEqual([
      `admin: 0x${'00'.repeat(20)} -> ${address}`,
      'epoch: 0 -> 77',
      'small: 0 -> -5',
      'tag: 0x0000000000 -> 0x6162636465',
      'flag: false -> true',
      'phase: Open -> Closed',
      'price: 0 -> 1234567',
      `payee: 0x${'00'.repeat(20)} -> ${sender}`,
      `count: 0 -> ${2n ** 256n - 1n}`,
    ])
    // Of what shares a slot, only what changed is told.
    expect(told(await run('onlyFlag', false))).toEqual(['flag: true -> false'])
  })

  it('are of texts and bytes, short and long', async () => {
    const bytes = `0x${'ab'.repeat(70)}`
    expect(told(await run('text', 'short', '0x1234'))).toEqual(['title:  -> short', 'blob: 0x -> 0x1234'])
    expect(told(await run('text', LONG, bytes))).toEqual([
      `title: short -> ${LONG}`,
      `blob: 0x1234 -> ${bytes}`,
    ])
    const longer = `${LONG}, ünd mehr`
    expect(told(await run('text', longer, bytes))).toEqual([`title: ${LONG} -> ${longer}`])
    expect(told(await run('text', '', '0x'))).toEqual([`title: ${longer} -> `, `blob: ${bytes} -> 0x`])
  })

  it('are of lists', async () => {
    expect(told(await run('push', 500n))).toEqual([
      'list.length: 0 -> 1',
      'list[0]: 0 -> 500',
      'packedList.length: 0 -> 2',
      'packedList[0]: 0 -> 500',
      'packedList[1]: 0 -> 501',
    ])
    expect(told(await run('push', 600n))).toContain('packedList[3]: 0 -> 601')
    expect(told(await run('fixedArrays'))).toEqual([
      'packed[1]: 0 -> 11',
      'packed[4]: 0 -> 44',
      'pair[1].high: 0 -> 2',
      'pair[1].low: 0 -> -1',
    ])
    expect(told(await run('nestedArrays'))).toEqual([
      'names.length: 0 -> 2',
      'names[0]:  -> short',
      'names[1]:  -> a name that is longer than one word of thirty-two bytes',
      'grid.length: 0 -> 2',
      'grid[1].length: 0 -> 2',
      'grid[1][0]: 0 -> 5',
      'grid[1][1]: 0 -> 6',
    ])
  })

  it('are of structs in mappings', async () => {
    const at = `positions[${sender}]`
    expect(told(await run('structs', 5n, 'memo'))).toEqual([
      `${at}.amount: 0 -> 5`,
      `${at}.isOpen: false -> true`,
      `${at}.memo:  -> memo`,
      `${at}.range.low: 0 -> -7`,
      `${at}.seen[3]: false -> true`,
      `${at}.since: 0 -> 99`,
    ])
    expect(told(await run('structs', 6n, LONG))).toEqual([
      `${at}.amount: 5 -> 6`,
      `${at}.memo: memo -> ${LONG}`,
    ])
  })

  it('are of mappings, by every kind of key', async () => {
    expect(new Set(told(await run('mappings', 'Ada')))).toEqual(
      new Set([
        `nested[${sender}][7]: 0 -> 70`,
        `nested[${address}][8]: 0 -> 80`,
        'byName["Ada"]: 0 -> 1',
        'byBytes[0xc0ffee]: 0 -> 2',
        'byPhase[Paused]: 0 -> 3',
        'bySelector[0xdeadbeef]: false -> true',
        'lists[-3].length: 0 -> 1',
        'lists[-3][0]: 0 -> 4',
        `byContract[${address}]: 0 -> 5`,
      ]),
    )
    // An optimizer hashes constant keys beforehand, so that nobody sees them being hashed.
    expect(told(await run('constantKey'))).toEqual([
      `nested[0x${'00'.repeat(20)}][1]: 0 -> 9`,
      'byPhase[Closed]: 0 -> 8',
    ])
  })

  it('are named as their owner names them, whose code ever wrote them', async () => {
    expect(told(await run('throughLibrary', '0xabcd'))).toEqual([
      'entries.length: 0 -> 1',
      'entries[0].amount: 0 -> 12',
      'entries[0].note: 0x -> 0xabcd',
    ])
  })

  it('are of namespaces (ERC-7201)', async () => {
    expect(told(await run('namespaced', 7n))).toEqual([
      `AccountStorage.balances[${sender}]: 0 -> 7`,
      'AccountStorage.total: 0 -> 7',
    ])
  })

  it('are of slots where no variable is known', async () => {
    expect(told(await run('raw', 2n ** 200n, 5n))).toEqual([
      `slot 0x${(2n ** 200n).toString(16).padStart(64, '0')}: 0x0 -> 0x5`,
    ])
    const implementation = BigInt('0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc')
    expect(told(await run('raw', implementation, BigInt(sender)))).toEqual([
      `implementation (ERC-1967): 0x${'00'.repeat(20)} -> ${sender}`,
    ])
  })

  it('are none of what failed', async () => {
    const explanation = await run('writeAndFail')
    expect(explanation.status).toBe('failed')
    expect(told(explanation)).toEqual([])
  })
})

it('is written with names for accounts', async () => {
  const stage = await openStage(await localRpc(), await compileFixture('Storage.sol', 'optimized'))
  const address = await stage.deploy('Storage')
  const data = callData(stage.abiOf('Storage'), 'mappings', ['Ada'])
  const text = renderStorage(await stage.explainSent({ to: address, data })).join('\n')
  expect(text).toMatch(/^Storage 0x\w{40}\n {2}nested\[Storage\]\[8\] +0 → 80\n/)
})
