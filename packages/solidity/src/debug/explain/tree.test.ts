import type { Hex } from 'viem'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Compiled, callData, compileFixture, localRpc, openStage, type Stage } from '../debug.fixture.ts'
import { renderTree } from '../render/render.ts'
import type { ExplainedItem } from './explanation.ts'

let compiled: Compiled
let stage: Stage
let calls: Hex
let token: Hex
let sender: Hex
beforeAll(async () => {
  compiled = await compileFixture('Calls.sol', 'optimized')
  stage = await openStage(await localRpc(), compiled)
  calls = await stage.deploy('Calls')
  token = await stage.deploy('Token')
  sender = stage.accounts[0]!
})
const run = (name: string, args: readonly unknown[] = [], sent: { value?: Hex; gas?: Hex } = {}) =>
  stage.explainSent({ to: calls, data: callData(stage.abiOf('Calls'), name, args), ...sent })

describe('the tree of calls', () => {
  it('has calls and events in the order in which they happened', async () => {
    const { call } = await run('inOrder', [token])
    expect(
      call.items.map((item) =>
        item.is === 'call' ? `${item.contract}.${item.function}` : item.is === 'event' ? item.name : '',
      ),
    ).toEqual(['Counted', 'Token.mint', 'Counted', 'Token.transfer', 'Counted'])
    expect(call.items[3]).toMatchObject({
      from: calls,
      to: token,
      args: [
        { name: 'to', value: sender },
        { name: 'value', value: '4' },
      ],
      returns: [{ type: 'bool', value: true }],
      items: [{ is: 'event', name: 'Transfer', args: [{ value: calls }, { value: sender }, { value: '4' }] }],
    })
  })

  it('adds up in gas', async () => {
    const { call } = await run('inOrder', [token])
    const [, mint, , transfer] = call.items as readonly { readonly gasUsed: number }[]
    expect(mint!.gasUsed).toBeGreaterThan(2_000)
    expect(call.gasUsed).toBeGreaterThan(21_000 + mint!.gasUsed + transfer!.gasUsed)
  })

  it('decodes structs, lists, enums, and what is indexed', async () => {
    const { call } = await run('events', [{ id: 5n, kind: 1, tags: ['a', 'b'] }])
    const [noted, hidden] = call.items
    expect(noted).toMatchObject({
      name: 'Noted',
      args: [
        { name: 'topic', type: 'bytes32', internalType: 'string (hash)' },
        {
          name: 'item',
          type: 'tuple',
          value: [
            { name: 'id', value: '5' },
            { name: 'kind', value: '1', label: 'Large' },
            { name: 'tags', value: [{ value: 'a' }, { value: 'b' }] },
          ],
        },
        { name: 'kind', value: '1', label: 'Large' },
      ],
    })
    expect(hidden).toMatchObject({ name: 'Hidden', args: [{ name: 'number', value: '7' }, { name: 'word' }] })
    expect(call.returns).toMatchObject([
      { name: 'kind', label: 'Large' },
      { value: [{ value: '0' }, { value: '9' }] },
    ])
  })

  it('is a text with names, gas, values and marks', async () => {
    const text = renderTree(await run('events', [{ id: 5n, kind: 1, tags: ['a'] }])).join('\n')
    expect(text).toMatch(
      /^\[[\d,]+\] Calls\.events\(item: \{id: 5, kind: Large, tags: \["a"\]\}\)\n├─ emit Noted\(topic: 0x\w{64}, item: \{id: 5, kind: Large, tags: \["a"\]\}, kind: Large\)\n├─ emit Hidden\(number: 7, word: 0x776f7264\w+\)\n└─ ← kind: Large, numbers: \[0, 9\]$/,
    )
  })

  it('names precompiles, with what they take and give', async () => {
    const { call } = await run('precompiles', [`0x${'12'.repeat(32)}`])
    expect(call.items).toMatchObject([
      {
        function: 'ecrecover',
        args: [{ name: 'hash' }, { name: 'v', value: '27' }, { name: 'r' }, { name: 's' }],
      },
      { function: 'sha256', input: `0x${'12'.repeat(32)}`, returns: [{ type: 'bytes32' }] },
    ])
  })

  it('shows what is logged to the console of Hardhat and Foundry', async () => {
    expect(renderTree(await run('log')).join('\n')).toMatch(/└─ \[\d+\] static console\.log\("count", 42\)$/)
  })

  it('has what is created, sent and destroyed', async () => {
    const explanation = await run('boxes', [], { value: '0xde0b6b3a7640000' })
    expect(explanation.call.items).toMatchObject([
      { kind: 'CREATE2', contract: 'Box', function: 'constructor', args: [] },
      { kind: 'CALL', contract: 'Box', function: 'receive', value: '1000000000000000000' },
      { contract: 'Box', function: 'close', items: [{ kind: 'SELFDESTRUCT', value: '1000000000000000000' }] },
    ])
    const text = renderTree(explanation).join('\n')
    expect(text).toMatch(/├─ \[[\d,]+\] new Box\(\) @ 0x\w{40}\n/)
    expect(text).toMatch(/├─ \[\d+\] Box\.receive\(\) \{1 ETH\}\n/)
    expect(text).toMatch(/ {3}└─ \[0\] selfdestruct to 0x\w{40} \{1 ETH\}$/)
    expect(explanation.balances).toHaveLength(2)
  })
})

const count = (items: readonly ExplainedItem[], sum = { shown: 0, calls: 0, events: 0 }): typeof sum => {
  for (const item of items) {
    if (item.is === 'event') sum.events++
    if (item.is === 'more') {
      sum.calls += item.calls
      sum.events += item.events
    }
    if (item.is !== 'call') continue
    sum.shown++
    sum.calls++
    count(item.items, sum)
  }
  return sum
}

describe('a tree that is too large', () => {
  it('says how much is left out, and still shows where it failed', async () => {
    const { call, failure } = await run('manyAndFail', [10_000n], { gas: '0xf00000' })
    // Beside the outermost one, which is counted too.
    expect(count(call.items)).toEqual({ shown: 499, calls: 10_001, events: 0 })
    expect(call.items.at(-1)).toMatchObject({ is: 'call', function: 'boom', error: { message: 'boom' } })
    expect(call.items.at(-2)).toMatchObject({ is: 'more', calls: 9_502 })
    expect(failure!.stack.map((line) => line.function)).toEqual(['Calls.boom', 'Calls.manyAndFail'])
    expect(JSON.stringify(call).length).toBeLessThan(500_000)
  })

  it('counts the events of calls that are not shown', async () => {
    const { call } = await run('many', [10_000n], { gas: '0xf00000' })
    expect(count(call.items)).toMatchObject({ calls: 10_000, events: 100 })
    expect(renderTree({ call, contracts: {} } as never).at(-1)).toBe(
      '└─ … 9,501 more calls and 95 more events',
    )
  })

  it('can be deep', async () => {
    const { failure, call } = await run('down', [300n], { gas: '0xf00000' })
    expect(failure!.reason.message).toBe('bottom')
    expect(failure!.stack.length).toBe(301)
    expect(JSON.stringify(call)).toContain('"bottom"')
  })
})

describe('code that nobody compiled here', () => {
  let strange: Stage
  beforeAll(async () => {
    strange = await openStage(stage.rpc, compiled, [])
  })

  it('is read by interfaces that are known by heart', async () => {
    const { call, contracts } = await strange.explainSent({
      to: token,
      data: callData(stage.abiOf('Token'), 'mint', [calls, 3n]),
    })
    expect(call).toMatchObject({
      function: 'mint',
      args: [
        { name: 'to', value: calls },
        { name: 'value', value: '3' },
      ],
    })
    expect(call.contract).toBeUndefined()
    expect(call.items).toMatchObject([
      { is: 'event', name: 'Transfer', args: [{ name: 'from' }, { name: 'to' }, { value: '3' }] },
    ])
    expect(contracts).toEqual({})
  })

  it('says its errors, if they are known', async () => {
    const data = callData(stage.abiOf('Token'), 'transfer', [calls, 10n ** 18n])
    const { failure } = await strange.explainSent({ to: token, data, from: stage.accounts[3]! })
    expect(failure!.reason).toMatchObject({
      name: 'ERC20InsufficientBalance',
      args: [{}, { name: 'balance', value: '0' }, {}],
    })
    expect(failure!.stack).toMatchObject([{ function: 'transfer', address: token }])
  })

  it('is shown as it is otherwise', async () => {
    const data = callData(stage.abiOf('Calls'), 'inOrder', [token])
    const { call } = await strange.explainSent({ to: calls, data })
    expect(call.function).toBeUndefined()
    expect(call.input).toBe(data)
    expect(call.items[0]).toMatchObject({
      is: 'event',
      topics: [expect.stringMatching(/^0x/)],
      data: `0x${'1'.padStart(64, '0')}`,
    })
  })
})

it('says that a call was meant for a contract where there is none', async () => {
  const nobody = `0x${'ab'.repeat(20)}` as const
  const { call } = await stage.explainSent({
    to: nobody,
    data: callData(stage.abiOf('Token'), 'transfer', [sender, 1n]),
  })
  expect(call).toMatchObject({ hasNoCode: true, function: 'transfer' })
  expect(renderTree({ call, contracts: {} } as never).at(-1)).toBe(
    '└─ there is no code at this address: nothing was run',
  )
  expect((await stage.explainSent({ to: nobody, value: '0x1' })).call.hasNoCode).toBeUndefined()
  expect((await run('log')).call.items[0]).not.toHaveProperty('hasNoCode')
})

it('finds the errors of those who are called in those who call', async () => {
  const { failure } = await run('spend', [token, sender])
  expect(failure).toMatchObject({ contract: 'Token', reason: { name: 'ERC20InsufficientBalance' } })
  expect(failure!.stack.map((line) => line.function)).toEqual(['Token.transfer', 'Calls.spend'])
})
