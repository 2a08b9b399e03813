import { describe, expect, it } from 'vitest'
import { compiledCode, matchCreation, matchRuntime, sizeWithoutMetadata } from './matching.ts'

/** CBOR as solc appends it: `ipfs` with a hash, `solc` with a version, and the length. */
const metadata = (digit: string) => `a2646970667358221220${digit.repeat(64)}64736f6c63430008250033`
const CODE = '60806040526004'
const code = (body: string, digit = 'a') => `0x${body}${metadata(digit)}`

describe('run-time code', () => {
  it('is the same to the last byte, or but for the hash of its metadata', () => {
    const compiled = compiledCode(code(CODE), '')
    expect(matchRuntime(code(CODE), compiled)).toBe('exact')
    expect(matchRuntime(code(CODE, 'b'), compiled)).toBe('but for metadata')
    expect(matchRuntime(code('60806040526005'), compiled)).toBeUndefined()
    expect(matchRuntime(code(`${CODE}00`), compiled)).toBeUndefined()
    expect(matchRuntime('0x', compiled)).toBeUndefined()
  })

  it('matches where only the metadata of a contract that it creates differs', () => {
    const body = (digit: string) => `${CODE}${metadata(digit)}${CODE}`
    expect(matchRuntime(code(body('c')), compiledCode(code(body('d')), ''))).toBe('but for metadata')
  })

  it('has immutables and addresses of libraries where zeros and placeholders were', () => {
    const library = `__$${'1'.repeat(34)}$__`
    const compiled = compiledCode(
      `0x73${library}63${'00'.repeat(32)}ff`,
      '',
      { 'A.sol': { A: [{ start: 1, length: 20 }] } },
      { 7: [{ start: 22, length: 32 }] },
    )
    const filled = (last: string) => `0x73${'ab'.repeat(20)}63${'cd'.repeat(32)}${last}`
    expect(matchRuntime(filled('ff'), compiled)).toBe('exact')
    expect(matchRuntime(filled('fe'), compiled)).toBeUndefined()
  })

  it('of a library knows its own address', () => {
    const compiled = compiledCode(`0x73${'00'.repeat(20)}30146080`, '')
    expect(matchRuntime(`0x73${'ef'.repeat(20)}30146080`, compiled)).toBe('exact')
  })

  it('is measured without its metadata, which need not be there', () => {
    expect(sizeWithoutMetadata(code(CODE))).toBe(CODE.length / 2)
    expect(sizeWithoutMetadata(`0x${CODE}`)).toBe(CODE.length / 2)
    expect(sizeWithoutMetadata('0x')).toBe(0)
    // Two last bytes that look like a length, of something that is no CBOR.
    expect(sizeWithoutMetadata('0x6080000000000002')).toBe(8)
  })
})

it('creation code has the arguments of the constructor behind it', () => {
  const compiled = compiledCode(code(CODE), '')
  expect(matchCreation(`${code(CODE)}${'00'.repeat(32)}`, compiled)).toBe('exact')
  expect(matchCreation(code(CODE, 'e'), compiled)).toBe('but for metadata')
  expect(matchCreation(code(CODE).slice(0, -2), compiled)).toBeUndefined()
  expect(matchCreation('0x', compiledCode('0x', ''))).toBeUndefined()
})
