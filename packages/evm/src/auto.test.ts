import { afterEach, expect, test, vi } from 'vitest'
import { CONTRACT, callOf } from './interpreter/fixture.ts'

afterEach(() => {
  vi.unstubAllGlobals()
  vi.resetModules()
})

/** 100,000 turns of a loop, and the rest of the gas on the stack. */
const LOOP = Uint8Array.of(
  ...[0x62, 0x01, 0x86, 0xa0, 0x5b, 0x60, 0x01, 0x90, 0x03, 0x80, 0x60, 0x04, 0x57],
  ...[0x5a, 0x5f, 0x52, 0x60, 0x20, 0x5f, 0xf3],
)
const call = callOf('', { holdings: { [CONTRACT]: { nonce: 1n, code: LOOP } } })

test('a contract that becomes hot in the middle of a run goes over to compiled code, and nothing changes', async () => {
  const { auto } = await import('./auto.ts')
  const { interpreter } = await import('./interpreter/interpreter.ts')
  const compiled = vi.spyOn(WebAssembly, 'Module')
  const expected = interpreter.run(call)
  for (let run = 0; run < 5; run++) expect(auto.run(call)).toEqual(expected)
  // Whether vectors are known, tier 1, and the contract.
  expect(compiled.mock.calls.length).toBe(3)
  compiled.mockRestore()
})

test('what is hot when a run ends is compiled while nothing runs', async () => {
  const { auto } = await import('./auto.ts')
  // 40,000 turns are less than a slice; 250,000 are hot.
  const code = LOOP.slice()
  code.set([0x00, 0x9c, 0x40], 1)
  const short = callOf('', { holdings: { [CONTRACT]: { nonce: 1n, code } } })
  const expected = auto.run(short)
  const compiled = vi.spyOn(WebAssembly, 'Module')
  for (let run = 0; run < 7; run++) auto.run(short)
  expect(compiled.mock.calls.length).toBe(0)
  await vi.waitUntil(() => compiled.mock.calls.length > 0)
  expect(auto.run(short)).toEqual(expected)
  compiled.mockRestore()
})

test('and where no timer is ever due, before a run now and then', async () => {
  const { auto } = await import('./auto.ts')
  const code = LOOP.slice()
  code.set([0x00, 0x9c, 0x41], 1)
  const short = callOf('', { holdings: { [CONTRACT]: { nonce: 1n, code } } })
  const compiled = vi.spyOn(WebAssembly, 'Module')
  for (let run = 0; run < 30; run++) auto.run(short)
  expect(compiled.mock.calls.length).toBe(3)
  compiled.mockRestore()
})

test('where WebAssembly may not be compiled, the whole package does without', async () => {
  const forbidden = () => {
    throw new WebAssembly.CompileError('blocked by the policy')
  }
  vi.stubGlobal('WebAssembly', {
    ...Object.fromEntries(
      Object.getOwnPropertyNames(WebAssembly).map((name) => [name, WebAssembly[name as never]]),
    ),
    Module: class {
      constructor() {
        forbidden()
      }
    },
    compile: async () => forbidden(),
    instantiate: async () => forbidden(),
  })
  vi.resetModules()
  const { auto, keccakHash, privateKeyToAddress, interpreter } = await import('./index.ts')
  expect(auto.run(call)).toEqual(interpreter.run(call))
  expect(keccakHash(Uint8Array.of(1))).toBe(
    '0x5fe7f977e71dba2ea1a68e21057beebb9be2ac30c6410aa38d4f3fbe41dcffd2',
  )
  expect(privateKeyToAddress(new Uint8Array(32).fill(1))).toBe('0x1a642f0e3c3af545e7acbd38b07251b3990914f1')
})
