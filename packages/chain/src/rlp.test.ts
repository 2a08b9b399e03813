import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bytesToHex, hexToBytes } from './hex.ts'
import { decodeRlp, encodeRlp, MAX_DEPTH, RlpError, type RlpItem, rlpItemEnd } from './rlp.ts'

const item = fc.letrec<{ item: RlpItem; bytes: Uint8Array; list: readonly RlpItem[] }>((tie) => ({
  item: fc.oneof({ maxDepth: 5 }, tie('bytes'), tie('list')),
  bytes: fc.uint8Array({ maxLength: 70 }),
  list: fc.array(tie('item'), { maxLength: 12 }),
})).item

/** The definition of the Yellow Paper, appendix B, word by word. */
const defined = (value: RlpItem): number[] => {
  const content = value instanceof Uint8Array ? [...value] : value.flatMap(defined)
  const base = value instanceof Uint8Array ? 128 : 192
  if (base === 128 && content.length === 1 && content[0]! < 128) return content
  if (content.length < 56) return [base + content.length, ...content]
  const length: number[] = []
  for (let rest = content.length; rest > 0; rest >>= 8) length.unshift(rest & 255)
  return [base + 55 + length.length, ...length, ...content]
}

const codeOf = (hex: string): string => {
  try {
    decodeRlp(hexToBytes(hex))
  } catch (error) {
    if (error instanceof RlpError) return error.code
    throw error
  }
  return 'decoded'
}

describe('RLP', () => {
  it('encodes by the definition and decodes what it encoded', () => {
    fc.assert(
      fc.property(item, (value) => {
        const encoded = encodeRlp(value)
        expect([...encoded]).toEqual(defined(value))
        expect(decodeRlp(encoded)).toEqual(value)
        expect(rlpItemEnd(encoded, 0)).toBe(encoded.length)
      }),
    )
  })

  it('accepts only the one canonical encoding of what it decodes', () => {
    // Short random bytes are often valid prefixes; whatever is accepted must encode to itself.
    let accepted = 0
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 8 }), (bytes) => {
        let decoded: RlpItem
        try {
          decoded = decodeRlp(bytes)
        } catch (error) {
          expect(error).toBeInstanceOf(RlpError)
          return
        }
        accepted++
        expect(bytesToHex(encodeRlp(decoded))).toBe(bytesToHex(bytes))
      }),
      { numRuns: 2000 },
    )
    expect(accepted).toBeGreaterThan(0)
  })

  it('encodes scalars as their shortest bytes and hexadecimal as its bytes', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }), (value) => {
        const digits = value === 0n ? '' : value.toString(16)
        const hex = `0x${digits.length % 2 ? '0' : ''}${digits}` as const
        expect(encodeRlp(value)).toEqual(encodeRlp(hexToBytes(hex)))
        expect(encodeRlp(hex)).toEqual(encodeRlp(hexToBytes(hex)))
      }),
    )
    for (const value of [0n, 1n, 0x7fn, 0x80n, 0xffn, 2n ** 53n - 1n, 2n ** 53n, 2n ** 64n]) {
      const hex =
        value === 0n
          ? '0x'
          : (`0x${value.toString(16).padStart(Math.ceil(value.toString(16).length / 2) * 2, '0')}` as const)
      expect(encodeRlp(value)).toEqual(encodeRlp(hexToBytes(hex)))
    }
  })

  it('grows beyond its scratch buffer', () => {
    const large = new Uint8Array(300_000).fill(7)
    const encoded = encodeRlp([large, [1n, large]])
    const [first, [second, third] = []] = decodeRlp(encoded) as [Uint8Array, RlpItem[]]
    expect(first).toEqual(large)
    expect(second).toEqual(Uint8Array.of(1))
    expect(third).toEqual(large)
    expect(encodeRlp(1n)).toEqual(Uint8Array.of(1))
  })

  it.each([
    ['0x', 'DEED_RLP_EOF'],
    ['0xb8', 'DEED_RLP_EOF'],
    ['0x83aabb', 'DEED_RLP_SIZE'],
    ['0xc383aabb', 'DEED_RLP_SIZE'],
    ['0x0102', 'DEED_RLP_SIZE'],
    ['0x8101', 'DEED_RLP_NOT_CANONICAL'],
    ['0xb80100', 'DEED_RLP_NOT_CANONICAL'],
    ['0xf80180', 'DEED_RLP_NOT_CANONICAL'],
    ['0xffffffffffffffffff00', 'DEED_RLP_SIZE'],
    ['0x8180', 'decoded'],
  ])('%s: %s', (hex, code) => {
    expect(codeOf(hex)).toBe(code)
  })

  it('refuses nesting that would exhaust the stack', () => {
    const nest = (depth: number): RlpItem => {
      let value: RlpItem = []
      for (let i = 1; i < depth; i++) value = [value]
      return value
    }
    expect(decodeRlp(encodeRlp(nest(MAX_DEPTH)))).toEqual(nest(MAX_DEPTH))
    expect(codeOf(bytesToHex(encodeRlp(nest(MAX_DEPTH + 1))))).toBe('DEED_RLP_TOO_DEEP')
  })

  it('says where in the lists the fault is', () => {
    try {
      decodeRlp(hexToBytes('0xc501c3028101'))
    } catch (error) {
      expect((error as RlpError).path).toEqual([1, 1])
      expect((error as RlpError).offset).toBe(4)
      return
    }
    expect.unreachable()
  })
})
