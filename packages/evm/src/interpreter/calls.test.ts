import { describe, expect, test } from 'vitest'
import { createAddress } from '../created.ts'
import type { EngineCall } from '../engine.ts'
import { everyEngine } from '../engines.fixture.ts'
import { bytesToHex, hexToBytes } from '../hex.ts'
import {
  ALICE,
  assemble,
  CONTRACT,
  callOf,
  evaluate,
  gasUsed,
  NOBODY,
  OTHER,
  RETURN_TOP,
  run,
} from './fixture.ts'

/** Calls OTHER with all gas and no value; the word of its success stays on the stack. */
const CALL_OTHER = `PUSH1 0x00 PUSH1 0x00 PUSH1 0x00 PUSH1 0x00 PUSH1 0x00 PUSH20 ${OTHER} GAS CALL`
const DELEGATE_OTHER = `PUSH1 0x00 PUSH1 0x00 PUSH1 0x00 PUSH1 0x00 PUSH20 ${OTHER} GAS DELEGATECALL`
const STATIC_OTHER = `PUSH1 0x00 PUSH1 0x00 PUSH1 0x00 PUSH1 0x00 PUSH20 ${OTHER} GAS STATICCALL`
const REVERT = 'PUSH1 0x00 PUSH1 0x00 REVERT'

const other = (lines: string) => ({ [OTHER]: { nonce: 1n, code: assemble(lines) } })

describe('depth', () => {
  // Calls itself with all gas, then counts: slot 0 holds how many frames there were.
  const COUNT = `PUSH1 0x00 DUP1 DUP1 DUP1 DUP1 ADDRESS GAS CALL POP PUSH1 0x01 PUSH1 0x00 SLOAD ADD PUSH1 0x00 SSTORE`

  test('1024 calls below the outermost frame, and no JavaScript stack used up', () => {
    // Without EIP-150 all gas goes on, so that only the limit ends it. Each level needs about 60 and the rest.
    const code = `PUSH1 0x00 DUP1 DUP1 DUP1 DUP1 ADDRESS PUSH2 0x7530 GAS SUB CALL POP PUSH1 0x01 PUSH1 0x00 SLOAD ADD PUSH1 0x00 SSTORE`
    const outcome = run(code, { fork: 'Frontier', gas: 40_000_000n })
    expect(outcome.changes.get(CONTRACT)?.storage.get(0n)).toBe(1025n)
  })

  test('with EIP-150 gas runs out before the limit, unless there is absurdly much', () => {
    const modest = run(COUNT, { gas: 30_000_000n }).changes.get(CONTRACT)?.storage.get(0n)
    expect(modest! < 1025n).toBe(true)
    // 1024 times 63/64 leaves a 10^-7th.
    const absurd = run(COUNT, { gas: 2n ** 63n })
      .changes.get(CONTRACT)
      ?.storage.get(0n)
    expect(absurd).toBe(1025n)
  })
})

describe('gas', () => {
  test('messages of more gas than a number can count are exact', () => {
    for (const gas of [2n ** 53n + 1n, 2n ** 63n + 12_345n, 2n ** 64n - 1n]) {
      expect(evaluate('GAS', { gas })).toBe(gas - 2n)
      expect(gasUsed('PUSH1 0x01 POP', { gas })).toBe(5n)
    }
  })

  test('a callee of absurd gas gets exactly all but one 64th (EIP-150)', () => {
    const gas = 2n ** 63n + 12_345n
    const got = evaluate(
      `PUSH1 0x20 PUSH1 0x00 PUSH1 0x00 PUSH1 0x00 PUSH1 0x00 PUSH20 ${OTHER} PUSH32 0x${'ff'.repeat(32)} CALL POP PUSH1 0x00 MLOAD`,
      { gas, holdings: other(`GAS ${RETURN_TOP}`) },
    )
    // Seven pushes, growing memory to one word, and a cold account.
    const left = gas - 7n * 3n - 3n - 2600n
    expect(got).toBe(left - left / 64n - 2n)
  })

  test.each([
    ['Frontier', 40n],
    ['TangerineWhistle', 700n],
    ['Berlin', 2600n],
  ] as const)('at %s a call of an account with code costs %s', (fork, price) => {
    const program = `PUSH1 0x00 PUSH1 0x00 PUSH1 0x00 PUSH1 0x00 PUSH1 0x00 PUSH20 ${OTHER} PUSH1 0x00 CALL`
    expect(gasUsed(program, { fork, holdings: other('STOP') })).toBe(21n + price)
  })

  test.each([
    ['Homestead', 0n, 25_000n],
    ['Homestead', 1n, 34_000n - 2300n],
    ['SpuriousDragon', 0n, 0n],
    ['SpuriousDragon', 1n, 34_000n - 2300n],
  ] as const)('at %s a call of nobody with %s wei costs %s more (EIP-161)', (fork, value, extra) => {
    const program = `PUSH1 0x00 PUSH1 0x00 PUSH1 0x00 PUSH1 0x00 PUSH1 ${bytesToHex(Uint8Array.of(Number(value)))} PUSH20 ${NOBODY} PUSH1 0x00 CALL`
    const base = fork === 'Homestead' ? 40n : 700n
    const holdings = { [CONTRACT]: { balance: 10n, code: assemble(program) } }
    expect(gasUsed(program, { fork, holdings })).toBe(21n + base + extra)
  })

  test('before EIP-150 a call that asks for more than there is fails', () => {
    const program = `PUSH1 0x00 PUSH1 0x00 PUSH1 0x00 PUSH1 0x00 PUSH1 0x00 PUSH20 ${OTHER} PUSH4 0xffffffff CALL`
    const holdings = other('STOP')
    expect(run(program, { fork: 'Homestead', holdings })).toMatchObject({ status: 'halt', gasLeft: 0n })
    expect(run(program, { fork: 'TangerineWhistle', holdings })).toMatchObject({ status: 'success' })
  })

  test('memory is paid by its square and an offset beyond any memory is out of gas', () => {
    expect(gasUsed('PUSH1 0x00 PUSH2 0x03e0 MSTORE')).toBe(9n + 32n * 3n + 2n)
    expect(run(`PUSH1 0x00 PUSH32 0x${'ff'.repeat(32)} MSTORE`)).toMatchObject({ reason: 'out of gas' })
    expect(run(`PUSH1 0x00 PUSH6 0x010000000000 MSTORE`, { gas: 2n ** 64n })).toMatchObject({
      reason: 'out of gas',
    })
    // An empty range is free wherever it is.
    expect(run(`PUSH1 0x00 PUSH32 0x${'ff'.repeat(32)} LOG0`)).toMatchObject({ status: 'success' })
  })
})

describe('contexts', () => {
  const WHO = 'CALLER PUSH1 0x00 SSTORE CALLVALUE PUSH1 0x01 SSTORE ADDRESS PUSH1 0x02 SSTORE'

  test('CALL changes the callee, which sees its caller', () => {
    const { changes } = run(CALL_OTHER, { holdings: other(WHO), value: 5n })
    expect(changes.get(OTHER)?.storage).toEqual(
      new Map([
        [0n, BigInt(CONTRACT)],
        [2n, BigInt(OTHER)],
      ]),
    )
  })

  test('DELEGATECALL changes the caller, which stays who was called, by whom and with what', () => {
    const { changes } = run(DELEGATE_OTHER, { holdings: other(WHO), value: 5n })
    expect(changes.has(OTHER)).toBe(false)
    expect(changes.get(CONTRACT)?.storage).toEqual(
      new Map([
        [0n, BigInt(ALICE)],
        [1n, 5n],
        [2n, BigInt(CONTRACT)],
      ]),
    )
  })

  test.each([
    'PUSH1 0x01 PUSH1 0x01 SSTORE',
    'PUSH1 0x01 PUSH1 0x01 TSTORE',
    'PUSH1 0x00 PUSH1 0x00 LOG0',
    'PUSH1 0x00 PUSH1 0x00 PUSH1 0x00 CREATE',
    'PUSH1 0x00 SELFDESTRUCT',
    `PUSH1 0x00 PUSH1 0x00 PUSH1 0x00 PUSH1 0x00 PUSH1 0x01 PUSH20 ${NOBODY} GAS CALL`,
  ])('STATICCALL does not let its callee do %s, nor whom that calls', (write) => {
    const holdings = { [OTHER]: { nonce: 1n, balance: 9n, code: assemble(write) } }
    expect(evaluate(STATIC_OTHER, { holdings })).toBe(0n)
    expect(evaluate(CALL_OTHER, { holdings })).toBe(1n)
    // One level further: CONTRACT is called by OTHER2 statically.
    const holder: `0x${string}` = '0x00000000000000000000000000000000000c0de2'
    const relayed = { ...holdings, [holder]: { code: assemble(`${CALL_OTHER} ${RETURN_TOP}`) } }
    const viaStatic = STATIC_OTHER.replace(OTHER, holder).replace('PUSH1 0x00', 'PUSH1 0x20')
    expect(evaluate(`${viaStatic} POP PUSH1 0x00 MLOAD`, { holdings: relayed })).toBe(0n)
  })

  test('return data is the last call’s; reading beyond it fails (EIP-211)', () => {
    const holdings = other(`PUSH1 0x2a ${RETURN_TOP}`)
    const copy = (size: string) =>
      `${CALL_OTHER} PUSH1 ${size} PUSH1 0x00 PUSH1 0x00 RETURNDATACOPY PUSH1 0x00 MLOAD`
    expect(evaluate(`${CALL_OTHER} RETURNDATASIZE`, { holdings })).toBe(32n)
    expect(evaluate(copy('0x20'), { holdings })).toBe(42n)
    expect(run(copy('0x21'), { holdings })).toMatchObject({ reason: 'return data out of bounds' })
  })

  test('output is written as far as the caller gave room', () => {
    const call = `PUSH1 0x02 PUSH1 0x1e PUSH1 0x00 PUSH1 0x00 PUSH1 0x00 PUSH20 ${OTHER} GAS CALL PUSH1 0x00 MLOAD`
    const code = `PUSH32 0x${'11'.repeat(32)} ${RETURN_TOP}`
    expect(evaluate(call, { holdings: other(code) })).toBe(0x1111n)
  })
})

describe('what fails is undone', () => {
  const WRITES = `PUSH1 0x07 PUSH1 0x00 SSTORE PUSH1 0x07 PUSH1 0x00 TSTORE PUSH1 0x00 PUSH1 0x00 LOG0`

  test('a callee that reverts leaves nothing, one that succeeds leaves all', () => {
    const kept = run(DELEGATE_OTHER, { holdings: other(WRITES) })
    expect(kept.logs).toHaveLength(1)
    expect(kept.changes.get(CONTRACT)?.storage.get(0n)).toBe(7n)
    const undone = run(DELEGATE_OTHER, { holdings: other(`${WRITES} ${REVERT}`) })
    expect(undone).toMatchObject({ status: 'success', logs: [], gasRefund: 0n })
    expect(undone.changes.get(CONTRACT)?.storage.get(0n)).toBeUndefined()
    expect(
      evaluate(`${DELEGATE_OTHER} POP PUSH1 0x00 TLOAD`, { holdings: other(`${WRITES} ${REVERT}`) }),
    ).toBe(0n)
    expect(evaluate(`${DELEGATE_OTHER} POP PUSH1 0x00 TLOAD`, { holdings: other(WRITES) })).toBe(7n)
  })

  test('refunds and warmth of a failed callee are undone too', () => {
    const clears = `PUSH1 0x00 PUSH1 0x00 SSTORE`
    const holdings = (tail: string) => ({
      [CONTRACT]: {
        storage: { 0: 1n },
        code: assemble(`${DELEGATE_OTHER} POP GAS PUSH1 0x00 SLOAD POP GAS SWAP1 SUB ${RETURN_TOP}`),
      },
      ...other(`${clears} ${tail}`),
    })
    const kept = run('', { holdings: holdings('') })
    const undone = run('', { holdings: holdings(REVERT) })
    expect(kept.gasRefund).toBe(4800n)
    expect(undone.gasRefund).toBe(0n)
    const priceOf = ({ output }: { output: Uint8Array }) => BigInt(bytesToHex(output)) - 7n
    expect(priceOf(kept)).toBe(100n)
    expect(priceOf(undone)).toBe(2100n)
  })

  test('the outermost frame: its value returns, and a halt takes its gas', () => {
    const reverted = run(REVERT, { value: 3n, gas: 1000n })
    expect(reverted).toMatchObject({ status: 'revert', gasLeft: 994n })
    expect(reverted.changes.size).toBe(0)
    const halted = run('INVALID', { value: 3n, gas: 1000n })
    expect(halted).toMatchObject({ status: 'halt', reason: 'invalid opcode', gasLeft: 0n })
  })

  test.each([
    ['ADD', 'stack underflow'],
    [`${'PUSH0 '.repeat(1025)}`, 'stack overflow'],
    ['PUSH1 0x03 JUMP', 'invalid jump destination'],
    ['PUSH1 0x04 JUMP PUSH1 0x5b', 'invalid jump destination'],
    [`PUSH32 0x${'ff'.repeat(32)} JUMP`, 'invalid jump destination'],
    ['0x0c', 'invalid opcode'],
  ])('%s halts with %s', (program, reason) => {
    expect(run(program)).toMatchObject({ status: 'halt', reason, gasLeft: 0n })
  })

  test('a stack of 1024 is not too high', () => {
    expect(run('PUSH0 '.repeat(1024))).toMatchObject({ status: 'success' })
  })
})

describe('creation', () => {
  /** Initialisation code that returns `code` as the contract. */
  const deploys = (code: string) => {
    const bytes = hexToBytes(code)
    const size = bytesToHex(Uint8Array.of(bytes.length))
    return assemble(`PUSH1 ${size} DUP1 PUSH1 0x09 PUSH0 CODECOPY PUSH0 RETURN ${code}`)
  }
  const CREATED = createAddress(ALICE, 1n)
  const create = (initcode: Uint8Array, options: Partial<EngineCall> = {}, gas = 1_000_000n) =>
    everyEngine.run({
      ...callOf('', options),
      message: { kind: 'create', caller: ALICE, created: CREATED, value: 0n, data: initcode, gas },
    })

  test('puts the returned code at the address, nonce 1, for 200 gas a byte', () => {
    const outcome = create(deploys('0x6001'))
    expect(outcome).toMatchObject({ status: 'success', output: hexToBytes('0x6001') })
    if (outcome.status === 'miss') throw new Error('unreachable')
    expect(outcome.changes.get(CREATED)).toMatchObject({ account: { nonce: 1n }, code: hexToBytes('0x6001') })
    // PUSH1 DUP1 PUSH1 PUSH0 CODECOPY(+1 word, +1 word of memory) PUSH0 RETURN, and the deposit
    expect(1_000_000n - outcome.gasLeft).toBe(3n + 3n + 3n + 2n + 3n + 3n + 3n + 2n + 400n)
  })

  test.each([
    ['Berlin', 'success', undefined],
    ['London', 'halt', 'invalid code: must not begin with 0xef'],
  ] as const)('at %s code that begins with 0xef: %s (EIP-3541)', (fork, status, reason) => {
    const initcode = assemble('PUSH1 0xef PUSH1 0x00 MSTORE8 PUSH1 0x01 PUSH1 0x00 RETURN')
    const outcome = create(initcode, { fork })
    expect(outcome.status).toBe(status)
    if (outcome.status === 'halt') expect(outcome.reason).toBe(reason)
  })

  test.each([
    ['0x6000', 'success'],
    ['0x6001', 'halt'],
  ] as const)('code of %s bytes: %s (EIP-170)', (size, status) => {
    const outcome = create(assemble(`PUSH2 ${size} PUSH1 0x00 RETURN`), {}, 10_000_000n)
    expect(outcome.status).toBe(status)
    if (outcome.status === 'halt') expect(outcome.reason).toBe('max code size exceeded')
  })

  test('code that cannot be paid for: an empty contract at Frontier, a failure since Homestead (EIP-2)', () => {
    const initcode = assemble('PUSH1 0x20 PUSH1 0x00 RETURN')
    expect(create(initcode, { fork: 'Frontier' }, 100n)).toMatchObject({ status: 'success', gasLeft: 91n })
    expect(create(initcode, { fork: 'Homestead' }, 100n)).toMatchObject({ status: 'halt', gasLeft: 0n })
  })

  test.each([
    ['nonce', { nonce: 1n }],
    ['code', { code: Uint8Array.of(0) }],
    ['storage', { storage: { 1: 1n } }],
  ])('an address that has %s already is a collision (EIP-684, 7610)', (_, holding) => {
    const { world } = callOf('', { holdings: { [CREATED]: holding } })
    expect(create(deploys('0x00'), { world })).toMatchObject({
      status: 'halt',
      reason: 'contract address collision',
    })
  })

  test('an address that has a balance only is none, and keeps it', () => {
    const { world } = callOf('', { holdings: { [CREATED]: { balance: 8n } } })
    const outcome = create(deploys('0x00'), { world })
    if (outcome.status !== 'success') throw new Error(outcome.status)
    expect(outcome.changes.get(CREATED)?.account?.balance).toBe(8n)
  })

  test('EIP-3860: two gas a word of initialisation code, and at most 49152 bytes of it', () => {
    const program = (size: string) => `PUSH3 ${size} PUSH1 0x00 PUSH1 0x00 CREATE`
    const difference =
      gasUsed(program('0x00c000'), { fork: 'Shanghai' }) - gasUsed(program('0x00c000'), { fork: 'Paris' })
    expect(difference).toBe(2n * 1536n)
    expect(run(program('0x00c001'), { fork: 'Paris' })).toMatchObject({ status: 'success' })
    expect(run(program('0x00c001'), { fork: 'Shanghai' })).toMatchObject({
      reason: 'max initcode size exceeded',
    })
  })

  test('CREATE that cannot pay its value leaves nonce and gas alone', () => {
    const outcome = run('PUSH1 0x00 PUSH1 0x00 PUSH1 0x01 CREATE')
    expect(outcome).toMatchObject({ status: 'success' })
    expect(outcome.changes.get(CONTRACT)?.account?.nonce).toBe(1n)
    expect(10_000_000n - outcome.gasLeft).toBe(32_009n)
  })

  test('CREATE2 twice with the same salt and code is a collision that costs all the gas it had', () => {
    const create2 = 'PUSH1 0x00 PUSH1 0x00 PUSH1 0x00 PUSH1 0x00 CREATE2'
    const outcome = run(`${create2} POP ${create2} ${RETURN_TOP}`, { gas: 1_000_000n })
    expect(BigInt(bytesToHex(outcome.output))).toBe(0n)
    expect(outcome.gasLeft < 1_000_000n / 60n).toBe(true)
    expect(outcome.changes.get(CONTRACT)?.account?.nonce).toBe(3n)
  })
})

describe('SELFDESTRUCT', () => {
  const program = `PUSH20 ${NOBODY} SELFDESTRUCT`
  const holdings = { [CONTRACT]: { balance: 50n, code: assemble(program) } }

  test('before Cancun deletes and refunds, since London without refund, since Cancun only sends (EIP-6780)', () => {
    expect(run(program, { fork: 'Berlin', holdings })).toMatchObject({
      destroyed: [CONTRACT],
      gasRefund: 24_000n,
    })
    expect(run(program, { fork: 'London', holdings })).toMatchObject({ destroyed: [CONTRACT], gasRefund: 0n })
    const cancun = run(program, { fork: 'Cancun', holdings })
    expect(cancun.destroyed).toEqual([])
    expect(cancun.changes.get(NOBODY)?.account?.balance).toBe(50n)
    expect(cancun.changes.get(CONTRACT)?.account?.balance).toBe(0n)
  })

  test('to itself burns the balance where it deletes, and keeps it where it does not', () => {
    const toItself = 'ADDRESS SELFDESTRUCT'
    const own = { [CONTRACT]: { balance: 50n, code: assemble(toItself) } }
    const shanghai = run(toItself, { fork: 'Shanghai', holdings: own })
    expect(shanghai.changes.get(CONTRACT)?.account?.balance).toBe(0n)
    expect(run(toItself, { holdings: own }).changes.get(CONTRACT)?.account?.balance).toBe(50n)
  })

  test('since Cancun still deletes what the same transaction created', () => {
    const initcode = bytesToHex(assemble('ADDRESS SELFDESTRUCT'))
    const outcome = run(`PUSH2 ${initcode} PUSH1 0x00 MSTORE PUSH1 0x02 PUSH1 0x1e PUSH1 0x00 CREATE`)
    expect(outcome.destroyed).toEqual([createAddress(CONTRACT, 1n)])
  })
})

describe('EIP-7702', () => {
  const designator = hexToBytes(`0xef0100${OTHER.slice(2)}`)
  const holdings = {
    [NOBODY]: { nonce: 1n, code: designator },
    [OTHER]: { nonce: 1n, code: assemble(`ADDRESS ${RETURN_TOP}`) },
  }

  test('an account that delegates runs its delegate’s code as its own, for the delegate’s access on top', () => {
    const call = `PUSH1 0x20 PUSH1 0x00 PUSH1 0x00 PUSH1 0x00 PUSH1 0x00 PUSH20 ${NOBODY} GAS CALL POP PUSH1 0x00 MLOAD`
    expect(evaluate(call, { holdings })).toBe(BigInt(NOBODY))
    const used = (fork: 'Cancun' | 'Prague') => {
      const target = fork === 'Prague' ? holdings : { ...holdings, [NOBODY]: holdings[OTHER] }
      return gasUsed(call, { fork, holdings: target })
    }
    expect(used('Prague') - used('Cancun')).toBe(2600n)
  })

  test('reading its code reads the designator', () => {
    expect(evaluate(`PUSH20 ${NOBODY} EXTCODESIZE`, { holdings })).toBe(23n)
  })

  test('a delegate that delegates, or is a precompile, runs nothing', () => {
    const call = `PUSH1 0x00 PUSH1 0x00 PUSH1 0x00 PUSH1 0x00 PUSH1 0x00 PUSH20 ${NOBODY} GAS CALL POP RETURNDATASIZE`
    const precompile = hexToBytes(`0xef0100${'00'.repeat(19)}02`)
    expect(evaluate(call, { holdings: { [NOBODY]: { code: precompile } } })).toBe(0n)
    const chain = { [NOBODY]: { code: designator }, [OTHER]: { code: designator } }
    // The designator itself runs, and its first byte is no opcode.
    const success = call.replace('POP RETURNDATASIZE', '')
    expect(evaluate(success, { holdings: chain })).toBe(0n)
  })
})

describe('what the fuzzer found', () => {
  test('initialisation code of a size that no number holds is out of gas where nothing limits it', () => {
    const program = `PUSH10 0x03ffffffffffffffffff PUSH4 0x3a6a7244 PUSH1 0x00 CREATE`
    expect(run(program, { fork: 'SpuriousDragon' })).toMatchObject({ reason: 'out of gas' })
  })

  test('a block whose gas is not there still halts at the RETURNDATACOPY before, and for its reason', () => {
    // One byte of no return data; what comes behind it cannot be paid for.
    const program = 'PUSH1 0x01 PUSH1 0x00 PUSH1 0x00 RETURNDATACOPY PUSH1 0x00 BALANCE'
    for (const gas of [12n, 13n, 200n, 10_000n])
      expect(run(program, { gas })).toMatchObject({ reason: 'return data out of bounds' })
    expect(run(program, { gas: 11n })).toMatchObject({ reason: 'out of gas' })
  })
})
