import { beforeAll, describe, expect, it } from 'vitest'
import { createDevNode, type DevNode } from '../dev/node.ts'

interface Paths {
  readonly frames: readonly {
    readonly calls: number[]
    readonly runs?: number[]
    readonly left?: number
    readonly probe?: [number, string]
    readonly writes?: string[]
  }[]
  readonly images: string[]
}

let node: DevNode
let from: string
beforeAll(async () => {
  node = await createDevNode({ wallTime: () => 1_800_000_000n })
  from = ((await node.request('eth_accounts')) as string[])[0]!
})

const HERE = `0x${'ee'.repeat(20)}`
const THERE = `0x${'dd'.repeat(20)}`

/** Runs code at {@link HERE}, with other code at {@link THERE}. */
const pathsOf = async (code: string, callee = ''): Promise<Paths> =>
  (await node.request('debug_traceCall', [
    { from, to: HERE, gas: '0xf00000' },
    'latest',
    {
      tracer: 'deedTracer',
      timeout: '60s',
      stateOverrides: { [HERE]: { code: `0x${code}` }, [THERE]: { code: `0x${callee}` } },
    },
  ])) as Paths

describe('deedTracer', () => {
  it('tells the stretches of a frame that failed, and none of one that did not', async () => {
    // PUSH1 4, JUMP, INVALID, JUMPDEST, PUSH0, PUSH0, REVERT
    expect((await pathsOf('600456fe5b5f5ffd')).frames).toEqual([{ calls: [], runs: [0, 2, 4, 7] }])
    expect((await pathsOf('600456fe5b5f5ff3')).frames).toEqual([{ calls: [] }])
  })

  it('takes a branch that is not taken for going on, and one that is for a jump', async () => {
    // PUSH0, PUSH1 255, JUMPI, PUSH1 1, PUSH1 9, JUMPI, INVALID, JUMPDEST, INVALID
    expect((await pathsOf('5f60ff576001600a57fe5bfe')).frames).toEqual([{ calls: [], runs: [0, 8, 10, 11] }])
  })

  it('has the instruction that was not executed', async () => {
    // PUSH0, then ADD, which finds one word on the stack
    expect((await pathsOf('5f01')).frames).toEqual([{ calls: [], runs: [0, 1] }])
  })

  it('says where calls were made, of precompiles and of accounts without code too', async () => {
    const call = (to: string) => `5f5f5f5f5f${to}5af150`
    const code = `${call(`73${THERE.slice(2)}`)}${call('6004')}${call(`73${'cc'.repeat(20)}`)}00`
    const { frames } = await pathsOf(code, '5f5ffd')
    expect(frames).toEqual([
      { calls: [27, 37, 66] },
      { calls: [], runs: [0, 2] },
      { calls: [] },
      { calls: [] },
    ])
  })

  it('has slots that were written, each once, what was hashed, and the last account that was looked at', async () => {
    // SSTORE(7, 1) twice; MSTORE(0, 5); KECCAK256(0, 64); EXTCODESIZE(0xab); STOP
    const { frames, images } = await pathsOf(
      '600160075560016007556005 5f52 60405f20 60ab3b 00'.replaceAll(' ', ''),
    )
    expect(frames).toEqual([{ calls: [], writes: ['0x7'], probe: [20, '0xab'] }])
    expect(images).toEqual([`0x${'5'.padStart(64, '0')}${'0'.repeat(64)}`])
  })

  it('keeps the beginning and the end of what is too long', async () => {
    // JUMPDEST, PUSH0, JUMP: until the gas is gone, at 11 a round
    const { frames } = await pathsOf('5b5f56')
    const { runs, left } = frames[0]!
    expect(runs).toHaveLength(2 * 20_000)
    expect(left).toBeGreaterThan(1_000_000)
    expect(runs!.slice(0, 2)).toEqual([0, 2])
    // What was run last stands last.
    expect(runs!.at(-1)).toBeLessThanOrEqual(2)
  })
})
