import { describe, expect, test } from 'vitest'
import { everyEngine } from '../engines.fixture.ts'
import { CONTRACT, callOf } from '../interpreter/fixture.ts'
import { ADVERSARIAL } from './adversarial.fixture.ts'
import { compileContract } from './contract.ts'

/** Nothing runs here: any addresses do. */
const ADDRESSES = { current: 0, fuel: 4, operands: 4096, words: 64 }

const compiled = (code: Uint8Array) => compileContract(code, 'Osaka', ADDRESSES, 65_536, 1)
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
