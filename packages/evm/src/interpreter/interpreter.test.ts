import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createAddress } from '../created.ts'
import { MISS, type TraceFrame, type TraceResult, type TraceStep } from '../engine.ts'
import { ENGINES, everyEngine } from '../engines.fixture.ts'
import { FORKS } from '../forks.ts'
import { opcodesAt } from '../opcodes.ts'
import {
  ALICE,
  assemble,
  CONTRACT,
  callOf,
  evaluate,
  gasUsed,
  lazyWorld,
  OTHER,
  RETURN_TOP,
  run,
  worldOf,
} from './fixture.ts'

const CALL_OTHER = `PUSH1 0x00 PUSH1 0x00 PUSH1 0x00 PUSH1 0x00 PUSH1 0x00 PUSH20 ${OTHER} GAS CALL`

describe('a world that does not hold everything', () => {
  const program = `PUSH1 0x05 SLOAD PUSH1 0x01 ADD PUSH1 0x06 SSTORE ${CALL_OTHER} PUSH2 0x03e0 BLOCKHASH ${RETURN_TOP}`
  const holdings = {
    [CONTRACT]: { nonce: 1n, storage: { 5: 41n }, code: assemble(program) },
    [OTHER]: { nonce: 1n, code: assemble('PUSH1 0x00 PUSH1 0x00 LOG0') },
  }

  test.each(ENGINES)(
    '$name stops at each value that is missing, names it, and comes to the same end',
    (engine) => {
      const whole = callOf(program, { holdings })
      const world = lazyWorld(whole.world)
      let outcome = engine.run({ ...whole, world })
      let runs = 1
      while (outcome.status === 'miss') {
        expect(outcome.missing.length).toBeGreaterThan(0)
        for (const missing of outcome.missing) world.fetch(missing)
        outcome = engine.run({ ...whole, world })
        expect(++runs).toBeLessThan(20)
      }
      expect(outcome).toEqual(everyEngine.run(whole))
      expect(new Set(world.fetched).size).toBe(world.fetched.length)
      // Caller and callee come together; code, two slots, the other account, its code, and a block follow.
      if (engine.name === 'interpreter') expect(runs).toBe(8)
      // Others may know the codes already.
      else expect(runs).toBeLessThanOrEqual(8)
    },
  )

  test('a code that was run before is known by its hash', () => {
    const whole = callOf(program, { holdings })
    everyEngine.run(whole)
    const noCode = { ...whole.world, code: (): typeof MISS => MISS }
    for (const engine of ENGINES.slice(1))
      expect(engine.run({ ...whole, world: noCode }).status).toBe('success')
  })

  test('what the transaction declared is named with the first miss', () => {
    const whole = callOf(program, {
      holdings,
      warm: { addresses: [OTHER], slots: [{ address: CONTRACT, keys: [5n, 6n] }] },
    })
    const outcome = everyEngine.run({ ...whole, world: lazyWorld(whole.world) })
    if (outcome.status !== 'miss') throw new Error(outcome.status)
    const names = outcome.missing.map((missing) => Object.values(missing).join(' '))
    expect(names.sort()).toEqual(
      [
        `account ${ALICE}`,
        `account ${CONTRACT}`,
        `account ${OTHER}`,
        `slot ${CONTRACT} 5`,
        `slot ${CONTRACT} 6`,
      ].sort(),
    )
  })
})

describe('a tracer', () => {
  const holdings = { [OTHER]: { nonce: 1n, code: assemble(`PUSH1 0x07 ${RETURN_TOP}`) } }

  function trace(program: string, gas = 100_000n, nonce = 1n) {
    const steps: TraceStep[] = []
    const frames: TraceFrame[] = []
    const results: TraceResult[] = []
    const tracer = {
      step: (step: TraceStep) => steps.push({ ...step, memory: step.memory.slice() }),
      enter: (frame: TraceFrame) => frames.push(frame),
      exit: (result: TraceResult) => results.push(result),
    }
    return {
      steps,
      frames,
      results,
      outcome: run(program, { holdings: { ...holdings, [CONTRACT]: { nonce } }, tracer, gas }),
    }
  }

  test('is told each instruction before it happens, with its whole price', () => {
    const { steps } = trace('PUSH1 0x02 PUSH1 0x40 MSTORE')
    expect(
      steps.map(({ pc, opcode, gasLeft, gasCost, stack }) => ({ pc, opcode, gasLeft, gasCost, stack })),
    ).toEqual([
      { pc: 0, opcode: 0x60, gasLeft: 100_000n, gasCost: 3n, stack: [] },
      { pc: 2, opcode: 0x60, gasLeft: 99_997n, gasCost: 3n, stack: [2n] },
      { pc: 4, opcode: 0x52, gasLeft: 99_994n, gasCost: 12n, stack: [2n, 0x40n] },
      { pc: 5, opcode: 0x00, gasLeft: 99_982n, gasCost: 0n, stack: [] },
    ])
    expect(steps[2]!.memory).toHaveLength(0)
    expect(steps[3]!.memory).toHaveLength(96)
  })

  test('is told the frames in order, and how each ended', () => {
    const { frames, results, steps, outcome } = trace(CALL_OTHER)
    expect(frames.map(({ kind, depth, from, to }) => ({ kind, depth, from, to }))).toEqual([
      { kind: 'CALL', depth: 1, from: ALICE, to: CONTRACT },
      { kind: 'CALL', depth: 2, from: CONTRACT, to: OTHER },
    ])
    expect(results.map(({ status }) => status)).toEqual(['success', 'success'])
    expect(results[0]!.output).toHaveLength(32)
    expect(results[0]!.gasUsed).toBe(18n)
    expect(100_000n - results[1]!.gasUsed).toBe(outcome.gasLeft)
    expect(Math.max(...steps.map(({ depth }) => depth))).toBe(2)
  })

  test.each(['CALLCODE', 'DELEGATECALL'])('is told whose code a %s runs', (name) => {
    const value = name === 'CALLCODE' ? 'PUSH1 0x00' : ''
    const { frames } = trace(
      `PUSH1 0x00 PUSH1 0x00 PUSH1 0x00 PUSH1 0x00 ${value} PUSH20 ${OTHER} GAS ${name}`,
    )
    expect(frames[1]).toMatchObject({ kind: name, from: CONTRACT, to: OTHER })
  })

  test('changes nothing but the time it takes', () => {
    const plain = run(CALL_OTHER, { holdings, gas: 100_000n })
    expect(trace(CALL_OTHER).outcome).toEqual(plain)
  })

  test('is told of calls that are not made, as geth tells its callTracer', () => {
    const refused = (reason: string) => ({ status: 'halt', reason, gasUsed: 0n, output: new Uint8Array() })
    const poor = 'insufficient balance for transfer'
    const create = 'PUSH1 0x00 PUSH1 0x00 PUSH1 0x01 CREATE'
    for (const name of ['CALL', 'CALLCODE']) {
      const { frames, results } = trace(
        `PUSH1 0x00 PUSH1 0x00 PUSH1 0x01 PUSH1 0x20 PUSH1 0x07 PUSH20 ${OTHER} PUSH2 0x1000 ${name}`,
      )
      expect(frames[1]).toMatchObject({ depth: 2, from: CONTRACT, to: OTHER, value: 7n, gas: 6_396n })
      expect(frames[1]!.input).toHaveLength(1)
      expect(results).toMatchObject([refused(poor), { status: 'success' }])
    }
    expect(trace(create).results).toMatchObject([refused(poor), { status: 'success' }])
    expect(trace(create).frames[1]).toMatchObject({
      kind: 'CREATE',
      to: createAddress(CONTRACT, 1n),
      value: 1n,
    })
    const last = trace('PUSH1 0x00 PUSH1 0x00 PUSH1 0x00 CREATE', 100_000n, 2n ** 64n - 1n)
    expect(last.results).toMatchObject([refused('nonce overflow'), { status: 'success' }])

    const self = `PUSH1 0x00 PUSH1 0x00 PUSH1 0x00 PUSH1 0x00 PUSH1 0x00 PUSH20 ${CONTRACT} GAS CALL`
    const { frames, results } = trace(self, 10n ** 15n)
    expect(frames).toHaveLength(1026)
    expect(frames.at(-1)!.depth).toBe(1026)
    expect(results[0]).toEqual(refused('max call depth exceeded'))
  })

  test('sees the instruction that fails', () => {
    const { steps, results } = trace('ADD')
    expect(steps.map(({ opcode }) => opcode)).toEqual([0x01])
    expect(results).toEqual([
      {
        status: 'halt',
        reason: 'stack underflow',
        fault: { opcode: 0x01, stackSize: 0, gasLeft: 100_000n },
        gasUsed: 100_000n,
        output: new Uint8Array(),
      },
    ])
  })
})

describe('any program', () => {
  /** Bytes that are opcodes more often than not, small operands, and calls of itself. */
  const program = fc.array(
    fc.oneof(
      { weight: 3, arbitrary: fc.nat(255).map((byte) => [byte]) },
      { weight: 6, arbitrary: fc.nat(0x40).map((byte) => [0x60, byte]) },
      {
        weight: 3,
        arbitrary: fc.constantFrom([0x54], [0x55], [0x5c], [0x5d], [0x5b], [0x80], [0x52], [0xa1]),
      },
      {
        weight: 2,
        arbitrary: fc.constantFrom(...['CALL', 'DELEGATECALL', 'STATICCALL', 'CREATE'].map(selfCall)),
      },
    ),
    { maxLength: 60 },
  )
  function selfCall(name: string): number[] {
    return [...assemble(`PUSH1 0x00 PUSH1 0x00 PUSH1 0x20 PUSH1 0x00 PUSH1 0x01 ADDRESS GAS ${name}`)]
  }

  test('ends, at every fork, the same again, the same traced, and the same from a world that misses', () => {
    fc.assert(
      fc.property(program, fc.constantFrom(...FORKS), fc.bigInt(0n, 60_000n), (bytes, fork, gas) => {
        const code = Uint8Array.from(bytes.flat())
        const call = callOf('', {
          fork,
          gas,
          holdings: { [CONTRACT]: { nonce: 1n, balance: 9n, storage: { 1: 2n }, code } },
        })
        const outcome = everyEngine.run(call)
        if (outcome.status === 'miss') throw new Error('A world in memory has no misses.')
        expect(outcome.gasLeft >= 0n && outcome.gasLeft <= gas).toBe(true)
        if (outcome.status !== 'success') expect(outcome.logs).toEqual([])
        expect(everyEngine.run(call)).toEqual(outcome)
        expect(everyEngine.run({ ...call, tracer: { step() {}, enter() {}, exit() {} } })).toEqual(outcome)

        for (const engine of ENGINES) {
          const world = lazyWorld(call.world)
          let lazy = engine.run({ ...call, world })
          while (lazy.status === 'miss') {
            for (const missing of lazy.missing) world.fetch(missing)
            lazy = engine.run({ ...call, world })
          }
          expect(lazy).toEqual(outcome)
        }
      }),
      { numRuns: 300 },
    )
  })

  test('may be run while another one is traced', () => {
    const inner = callOf(`PUSH1 0x63 ${RETURN_TOP}`)
    const program = `PUSH1 0x01 PUSH1 0x02 ADD ${RETURN_TOP}`
    const step = () => void everyEngine.run(inner)
    expect(evaluate(program, { tracer: { step } })).toBe(3n)
  })
})

describe('forks', () => {
  test('an opcode is there from its fork on and no earlier', () => {
    const since = {
      SHL: 'Constantinople',
      CHAINID: 'Istanbul',
      BASEFEE: 'London',
      PUSH0: 'Shanghai',
      MCOPY: 'Cancun',
      CLZ: 'Osaka',
    }
    for (const [name, first] of Object.entries(since)) {
      for (const fork of FORKS) {
        const present = opcodesAt(fork).some((opcode) => opcode?.name === name)
        expect([name, fork, present]).toEqual([
          name,
          fork,
          FORKS.indexOf(fork) >= FORKS.indexOf(first as never),
        ])
      }
    }
  })

  test.each([
    ['Frontier', 50n],
    ['TangerineWhistle', 200n],
    ['Istanbul', 800n],
    ['Berlin', 2100n],
    ['Osaka', 2100n],
  ] as const)('at %s the first SLOAD costs %s', (fork, price) => {
    expect(gasUsed('PUSH1 0x00 SLOAD', { fork })).toBe(3n + price)
  })

  test('0x44 is the difficulty before the merge and randomness since', () => {
    expect(evaluate('0x44', { fork: 'London' })).toBe(131_072n)
    expect(evaluate('0x44', { fork: 'Paris' })).toBe(42n)
  })

  test('hashes of the 256 blocks before this one, zero for others', () => {
    const hashOf = (number: string) => evaluate(`PUSH2 ${number} BLOCKHASH`)
    expect(hashOf('0x02e8')).not.toBe(0n) // 744 = 1000 - 256
    expect(hashOf('0x02e7')).toBe(0n)
    expect(hashOf('0x03e7')).not.toBe(0n)
    expect(hashOf('0x03e8')).toBe(0n)
  })
})

describe('touched accounts (EIP-161)', () => {
  const RIPEMD = '0x0000000000000000000000000000000000000003'
  const call = (address: string) =>
    `PUSH1 0x00 PUSH1 0x00 PUSH1 0x00 PUSH1 0x00 PUSH1 0x00 PUSH20 ${address} PUSH2 0xffff CALL`

  test('a call of zero value touches, a reverted one does not, but for RIPEMD-160', () => {
    const options = { fork: 'SpuriousDragon', holdings: { [OTHER]: {}, [RIPEMD]: {} } } as const
    expect([...run(call(OTHER), options).changes.keys()]).toContain(OTHER)
    const failing = `${call(OTHER)} ${call(RIPEMD)} INVALID`
    expect([...run(failing, options).changes.keys()]).toEqual([RIPEMD])
  })

  test('before, a call of nobody brings an empty account into being', () => {
    const account = (fork: 'Homestead' | 'SpuriousDragon') =>
      run(call(OTHER), { fork }).changes.get(OTHER)?.account
    expect(account('Homestead')).toMatchObject({ nonce: 0n, balance: 0n })
    expect(account('SpuriousDragon')).toBeUndefined()
  })
})

test('a sender without the value is the driver’s mistake', () => {
  const call = callOf('STOP', { value: 2n })
  const world = worldOf({ [ALICE]: { balance: 1n } })
  for (const engine of ENGINES)
    expect(() => engine.run({ ...call, world })).toThrow(
      expect.objectContaining({ code: 'DEED_EVM_BALANCE' }),
    )
})
