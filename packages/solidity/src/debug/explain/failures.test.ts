import { beforeAll, describe, expect, it } from 'vitest'
import {
  callData,
  compileFixture,
  localRpc,
  type Mode,
  openStage,
  SETTINGS,
  type Stage,
} from '../debug.fixture.ts'
import { type Deployed, dataOf, deployFailures, FAILURES, markedLines } from '../failures.fixture.ts'
import { renderFailure } from '../render/render.ts'

const FILE = 'Failures.sol'
const lines = markedLines(FILE)

describe.each(Object.keys(SETTINGS) as Mode[])('a failure, compiled %s', (mode) => {
  let stage: Stage
  let deployed: Deployed
  beforeAll(async () => {
    stage = await openStage(await localRpc(), await compileFixture(FILE, mode))
    deployed = await deployFailures(stage)
  })

  it.each(FAILURES)('$name', async (one) => {
    const { failure, status } = await stage.explainSent({
      to: deployed.failures,
      data: dataOf(stage, one, deployed),
      ...one.sent?.(deployed),
    })
    expect(status).toBe('failed')
    expect(failure!.reason.text).toMatch(one.says)
    expect(failure!.stack.map((line) => line.function)).toEqual(one.stack)
    if (one.line !== null) expect(failure!.code!.line).toBe(lines.get(one.line ?? one.name))
  })
})

describe('what is told of a failure', () => {
  let stage: Stage
  let deployed: Deployed
  beforeAll(async () => {
    stage = await openStage(await localRpc(), await compileFixture(FILE, 'optimized'))
    deployed = await deployFailures(stage)
  })
  const explainCase = (name: string) => {
    const one = FAILURES.find((known) => known.name === name)!
    return stage.explainSent({
      to: deployed.failures,
      data: dataOf(stage, one, deployed),
      ...one.sent?.(deployed),
    })
  }

  it('is text with the line, and every function on the way', async () => {
    const text = renderFailure(await explainCase('internal function')).join('\n')
    expect(text).toMatch(
      /^Failures reverted with "second: too big"\n {2}at Failures.second \(Failures.sol:\d+:9\)\n {2}at Failures.first \(Failures.sol:\d+:\d+\)\n {2}at Failures.deep/,
    )
    expect(text).toMatch(/\n {2}> \d+ \| {9}require\(x < 100, "second: too big"\); .*\n {6,8}\| {9}\^{35}\n/)
  })

  it('has the arguments of a custom error', async () => {
    const { failure } = await explainCase('custom error 2')
    expect(failure!.reason).toMatchObject({
      name: 'Insufficient',
      args: [
        { name: 'needed', type: 'uint256', value: '2' },
        { name: 'available', type: 'uint256', value: '2' },
      ],
    })
  })

  it('names the failure that made a contract fail in its own words', async () => {
    const { failure } = await explainCase('own words')
    expect(failure!.cause).toMatchObject({
      contract: 'Picky',
      reason: { kind: 'halt', text: 'wrote to storage within a static call, which must not change anything' },
      code: { line: lines.get('static call') },
    })
  })

  it('says where a call was made that failed', async () => {
    const { call } = await explainCase('immutable')
    expect(call.items[0]).toMatchObject({
      is: 'call',
      contract: 'Picky',
      at: { line: lines.get('checkSeed') },
    })
  })

  it('tells of failures that were caught', async () => {
    const data = dataOf(
      stage,
      { name: '', call: 'tolerate', args: [deployed.picky], says: /./, stack: [] },
      deployed,
    )
    const { status, failure, call } = await stage.explainSent({ to: deployed.failures, data })
    expect([status, failure]).toEqual(['success', undefined])
    expect(call.items[0]).toMatchObject({
      error: { text: 'reverted without a reason' },
      failedAt: { file: FILE, line: lines.get('silent callee') },
    })
  })
})

describe.each(['optimized', 'via IR'] as const)(
  'a contract on those of OpenZeppelin, compiled %s',
  (mode) => {
    const functions = async (name: string, args: readonly unknown[]) => {
      const coin = await openStage(await localRpc(), await compileFixture('Coin.sol', mode))
      const to = await coin.deploy('Coin')
      const { failure } = await coin.explainSent({ to, data: callData(coin.abiOf('Coin'), name, args) })
      return { functions: failure!.stack.map((line) => line.function), failure: failure! }
    }
    const NOBODY = `0x${'ab'.repeat(20)}`

    it('fails in a function that a modifier calls', async () => {
      const told = await functions('mint', [NOBODY, 1n])
      expect(told.failure.reason).toMatchObject({
        name: 'AccessControlUnauthorizedAccount',
        args: [{ name: 'account' }, { name: 'neededRole' }],
      })
      expect(told.failure.code!.file).toBe('@openzeppelin/contracts/access/AccessControl.sol')
      // By way of Yul all that lies between them is one.
      expect([told.functions[0], told.functions.at(-1)]).toEqual(['AccessControl._checkRole', 'Coin.mint'])
      if (mode === 'optimized')
        expect(told.functions.slice(1, -1)).toEqual(['AccessControl._checkRole', 'AccessControl.onlyRole'])
    })

    it('fails in a function that it inherits', async () => {
      const told = await functions('transfer', [NOBODY, 1n])
      expect(told.functions).toEqual(['ERC20._update', 'ERC20._transfer', 'ERC20.transfer'])
      expect(told.failure.reason.name).toBe('ERC20InsufficientBalance')
    })
  },
)
