import { encodeErrorResult, parseAbi } from 'viem'
import { describe, expect, it } from 'vitest'
import { hexToBytes } from '../hex.ts'
import { revertError, revertReason } from './revert.ts'

const abi = parseAbi(['error Error(string)', 'error Panic(uint256)', 'error TooMuch(uint256 by)'])
const encode = (errorName: 'Error' | 'Panic' | 'TooMuch', args: [never]) =>
  hexToBytes(encodeErrorResult({ abi, errorName, args }))

describe('a revert', () => {
  it('says its string, whatever the language', () => {
    for (const text of ['', 'not seven', 'zu viel: 12 €', 'x'.repeat(5_000)])
      expect(revertReason(encode('Error', [text as never]))).toBe(text)
  })

  it('says what a panic means', () => {
    expect(revertReason(encode('Panic', [0x11n as never]))).toBe('arithmetic underflow or overflow')
    expect(revertReason(encode('Panic', [0x99n as never]))).toBe('unknown panic code: 0x99')
  })

  it('leaves everything else to those who know the ABI', () => {
    const custom = encode('TooMuch', [5n as never])
    expect(revertError(custom)).toMatchObject({
      code: 3,
      message: 'execution reverted',
      data: expect.stringMatching(/^0x.{72}$/),
    })
    expect(revertError(new Uint8Array(0))).toMatchObject({
      code: 3,
      message: 'execution reverted',
      data: '0x',
    })
  })

  it('is not taken in by lengths that lie', () => {
    const whole = encode('Error', ['hello' as never])
    for (let length = 0; length < whole.length - 27; length++)
      expect(revertReason(whole.subarray(0, length))).toBeUndefined()
    const huge = Uint8Array.from(whole)
    huge.fill(0xff, 4, 36)
    expect(revertReason(huge)).toBeUndefined()
    expect(revertReason(encode('Panic', [1n as never]).subarray(0, 20))).toBeUndefined()
  })
})
