/** What every engine does for its host. */
import { describe, expect, test } from 'vitest'
import { auto } from './auto.ts'
import type { EngineCall } from './engine.ts'
import { ENGINES } from './engines.fixture.ts'
import { ALICE, assemble, callOf } from './interpreter/fixture.ts'

const engines = [...ENGINES, auto].map((engine) => [engine.name, engine] as const)

class Enough extends Error {}

describe('a run that takes too long is ended by its host', () => {
  // JUMPDEST PUSH1 0x00 JUMP; and the same with a call of the identity, which is asked about each time.
  const FOR_EVER = 'JUMPDEST PUSH1 0x00 JUMP'
  const PRECOMPILES = `JUMPDEST PUSH1 0x00 DUP1 DUP1 DUP1 DUP1 PUSH1 0x04 GAS CALL POP PUSH1 0x00 JUMP`

  test.each(engines)('%s', (_, engine) => {
    for (const [program, least] of [
      [FOR_EVER, 1],
      [PRECOMPILES, 50],
    ] as const) {
      let asked = 0
      const call: EngineCall = {
        ...callOf(program, { gas: 2n ** 62n }),
        check: () => {
          if (++asked >= least) throw new Enough()
        },
      }
      expect(() => engine.run(call)).toThrow(Enough)
      expect(asked).toBe(least)
      // What it left behind does not show.
      expect(engine.run(callOf('PUSH1 0x2a PUSH1 0x00 SSTORE'))).toMatchObject({ status: 'success' })
    }
  })
})

test.each(engines)('%s tells the result alone if that is all that is asked for', (_, engine) => {
  const program =
    'PUSH1 0x07 PUSH1 0x00 SSTORE PUSH1 0x01 PUSH1 0x00 PUSH1 0x00 LOG1 PUSH1 0x20 PUSH1 0x00 RETURN'
  const call = callOf(program)
  const whole = engine.run(call)
  expect(whole).toMatchObject({ status: 'success', logs: [{}] })
  expect(engine.run({ ...call, resultOnly: true })).toEqual({
    ...whole,
    logs: [],
    changes: new Map(),
    destroyed: [],
  })
})

test('code that is created and run at once is no harder to end', () => {
  const initcode = assemble('JUMPDEST PUSH1 0x00 JUMP')
  for (const [, engine] of engines) {
    const call = callOf('')
    const run = () =>
      engine.run({
        ...call,
        message: {
          kind: 'create',
          caller: ALICE,
          created: '0x00000000000000000000000000000000000c0de9',
          value: 0n,
          data: initcode,
          gas: 2n ** 62n,
        },
        check: () => {
          throw new Enough()
        },
      })
    expect(run).toThrow(Enough)
  }
})
