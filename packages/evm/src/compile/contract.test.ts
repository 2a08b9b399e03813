import { describe, expect, test } from 'vitest'
import { everyEngine } from '../engines.fixture.ts'
import { CONTRACT, callOf } from '../interpreter/fixture.ts'
import { compileContract } from './contract.ts'

/** Nothing runs here: any addresses do. */
const ADDRESSES = { current: 0, fuel: 4, operands: 4096, words: 64 }

const compiled = (code: Uint8Array) => compileContract(code, 'Osaka', ADDRESSES, 65_536, 1)
const repeat = (times: number, ...bytes: number[]) =>
  Uint8Array.from({ length: times * bytes.length }, (_, index) => bytes[index % bytes.length]!)
const join = (...parts: Uint8Array[]) => Uint8Array.from(parts.flatMap((part) => [...part]))

const CODE_SIZE = 24_576
const INITCODE_SIZE = 49_152

/** Bytecode made to be dear to compile. */
const ADVERSARIAL: Readonly<Record<string, Uint8Array>> = {
  'JUMPDESTs alone': repeat(CODE_SIZE, 0x5b),
  'JUMPDESTs alone, 64 KB of them': repeat(65_536, 0x5b),
  'one block': repeat(CODE_SIZE / 3, 0x60, 0x01, 0x50),
  'a wide product at every second instruction': join(
    repeat(1, 0x7f, ...Array(32).fill(0xff)),
    repeat(12_000, 0x80, 0x02),
  ),
  // DUP1 PUSH2 0x0000 JUMPI, JUMPDEST: as many branches as there can be, each to a place of its own.
  'branches everywhere': join(
    Uint8Array.of(0x5f),
    ...Array.from({ length: 3500 }, (_, i) => {
      const to = 1 + 7 * ((i * 7919) % 3500) + 5
      return Uint8Array.of(0x80, 0x61, to >> 8, to & 0xff, 0x57, 0x5b, 0x5b)
    }),
  ),
  // Every place is pushed, then jumped to by a number that is not known.
  'a jump table': join(
    ...Array.from({ length: 4000 }, (_, i) => Uint8Array.of(0x61, (5 * i) >> 8, (5 * i) & 0xff, 0x5b, 0x50)),
    Uint8Array.of(0x36, 0x56),
  ),
  'a deep stack that is turned over': join(repeat(1000, 0x5f), repeat(20_000, 0x9f, 0x8f, 0x50)).subarray(
    0,
    CODE_SIZE,
  ),
  'initialisation code at the limit': repeat(INITCODE_SIZE / 6, 0x60, 0x20, 0x51, 0x5f, 0x52, 0x5b),
  'calls one after the other': repeat(CODE_SIZE / 8, 0x5f, 0x5f, 0x5f, 0x5f, 0x30, 0x5f, 0xfa, 0x50),
}

describe('bytecode that is made to be dear', () => {
  // 2 MB, and the last region that began below them.
  const LIMIT = 2 ** 21 + 2 ** 17

  test.each(Object.entries(ADVERSARIAL))('%s: the module is bounded', (_, code) => {
    const { module, tableSize } = compiled(code)
    expect(module.length).toBeLessThan(LIMIT)
    expect(tableSize).toBeLessThan(code.length)
    expect(WebAssembly.validate(module)).toBe(true)
  })

  test.each(Object.entries(ADVERSARIAL))('%s: all engines agree', (_, code) => {
    for (const gas of [30_000n, 300_000n]) {
      const call = callOf('', { gas, holdings: { [CONTRACT]: { nonce: 1n, code } } })
      expect(everyEngine.run(call)).toMatchObject({ gasLeft: expect.any(BigInt) })
    }
  })
})

test('a jump to where nothing was compiled goes on in the loop, or halts where nothing may land', () => {
  // The destination is the size of the input: no PUSH names it.
  const code = Uint8Array.of(0x36, 0x56, 0x00, 0x5b, 0x60, 0x01, 0x5f, 0x52, 0x60, 0x20, 0x5f, 0xf3)
  const run = (size: number) =>
    everyEngine.run(callOf('', { data: new Uint8Array(size), holdings: { [CONTRACT]: { nonce: 1n, code } } }))
  expect(run(3)).toMatchObject({ status: 'success' })
  for (const size of [0, 1, 2, 4, 5, 200])
    expect(run(size)).toMatchObject({ reason: 'invalid jump destination' })
})

test('a call does not end where a jump may land', () => {
  // CALL at 9; behind it, at 10, a POP: a region begins there, and JUMP to it must fail.
  const code = Uint8Array.of(
    0x36,
    0x15,
    0x60,
    0x08,
    0x57,
    0x60,
    0x10,
    0x56,
    0x5b,
    0x5f,
    0x5f,
    0x5f,
    0x5f,
    0x5f,
    0x5f,
    0xfa,
    0x00,
  )
  const run = (size: number) =>
    everyEngine.run(callOf('', { data: new Uint8Array(size), holdings: { [CONTRACT]: { nonce: 1n, code } } }))
  expect(run(0)).toMatchObject({ status: 'success' })
  expect(run(1)).toMatchObject({ reason: 'invalid jump destination' })
})
