import type { HaltReason } from '@deed/evm'
import { expect, it } from 'vitest'
import { faultText, haltText } from './fault-text.ts'

/** By core/vm/errors.go and the checks of core/vm/interpreter.go in go-ethereum. */
it.each<[HaltReason, number, number, bigint, string]>([
  ['stack underflow', 0x01, 1, 9n, 'stack underflow (1 <=> 2)'],
  ['stack underflow', 0x9f, 3, 9n, 'stack underflow (3 <=> 17)'], // SWAP16 works on 17 words
  ['stack overflow', 0x5f, 1024, 9n, 'stack limit reached 1024 (1023)'],
  ['stack overflow', 0x80, 1024, 9n, 'stack limit reached 1024 (1023)'],
  ['invalid opcode', 0xfe, 0, 9n, 'invalid opcode: INVALID'],
  ['invalid opcode', 0x0c, 0, 9n, 'invalid opcode: opcode 0xc not defined'],
  ['out of gas', 0x55, 2, 2_300n, 'out of gas: not enough gas for reentrancy sentry'],
  ['out of gas', 0x55, 2, 2_301n, 'out of gas'],
  ['invalid jump destination', 0x56, 0, 9n, 'invalid jump destination'],
])('%s at 0x%x', (reason, opcode, stackSize, gasLeft, text) => {
  expect(haltText(reason, 'Osaka', { opcode, stackSize, gasLeft })).toBe(text)
})

it('knows of no sentry before EIP-2200', () => {
  expect(haltText('out of gas', 'Petersburg', { opcode: 0x55, stackSize: 2, gasLeft: 1n })).toBe('out of gas')
})

it.each([
  [8, 100, 'bad elliptic curve pairing size'],
  [8, 192, 'precompile failed'],
  [9, 212, 'invalid input length'],
  [9, 213, 'invalid final flag'],
  [11, 255, 'invalid input length'],
  [12, 0, 'invalid input length'],
  [12, 320, 'precompile failed'],
  [6, 64, 'precompile failed'],
])('precompile %d with %d bytes', (precompile, length, text) => {
  const callee = `0x${precompile.toString(16).padStart(40, '0')}` as const
  const result = {
    status: 'halt',
    reason: 'precompile failed',
    gasUsed: 0n,
    output: new Uint8Array(),
  } as const
  expect(faultText(result, 'Osaka', callee, length)).toBe(text)
})
