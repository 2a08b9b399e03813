import { bytesToHex, hexToBytes, keccakHash } from '@deed/evm'
import { sha256 } from '@noble/hashes/sha2.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeRlp, encodeRlp, type RlpInput } from '../rlp.ts'
import { signTransaction } from '../transaction/signature.ts'
import { EMPTY_ROOT } from '../trie/node.ts'
import { emptyBloom, logsBloom, mayContain, mergeBloom } from './bloom.ts'
import { decodeBlock, encodeBlock, transactionsRoot, withdrawalsRoot } from './body.ts'
import { EMPTY_UNCLES_HASH, encodeHeader, headerHash, unclesHash } from './header.ts'
import { decodeReceipt, encodeReceipt, logsHash, receiptsRoot } from './receipt.ts'
import { requestsHash } from './requests.ts'
import type { Block, Header, Receipt, Withdrawal } from './types.ts'

/** First account of the well-known development mnemonic. */
const KEY = hexToBytes('0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80')
const TO = '0x70997970c51812dc3a010c7d01b50e0d17dc79c8'

const word = (bits: number) => fc.bigInt({ min: 0n, max: 2n ** BigInt(bits) - 1n })
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
const hexOf = (length: number) => bytes(length).map(bytesToHex)

/** Fields that later forks added, by the number of them that are there. */
const later = fc.oneof(
  fc.constant({}),
  fc.record({ baseFeePerGas: word(256) }),
  fc.record({ baseFeePerGas: word(256), withdrawalsRoot: hexOf(32) }),
  fc.record({
    baseFeePerGas: word(256),
    withdrawalsRoot: hexOf(32),
    blobGasUsed: word(64),
    excessBlobGas: word(64),
    parentBeaconBlockRoot: hexOf(32),
    requestsHash: hexOf(32),
  }),
)
const header: fc.Arbitrary<Header> = fc
  .tuple(
    fc.record({
      parentHash: hexOf(32),
      unclesHash: hexOf(32),
      beneficiary: hexOf(20),
      stateRoot: hexOf(32),
      transactionsRoot: hexOf(32),
      receiptsRoot: hexOf(32),
      logsBloom: bytes(256),
      difficulty: word(256),
      number: word(64),
      gasLimit: word(64),
      gasUsed: word(64),
      timestamp: word(64),
      extraData: fc.uint8Array({ maxLength: 32 }),
      mixHash: hexOf(32),
      nonce: hexOf(8),
    }),
    later,
  )
  .map(([first, rest]) => ({ ...first, ...rest }))

const withdrawal: fc.Arbitrary<Withdrawal> = fc.record({
  index: word(64),
  validatorIndex: word(64),
  address: hexOf(20),
  amountGwei: word(64),
})

const transaction = (nonce: bigint, type: 0 | 2) => {
  const common = { nonce, gasLimit: 21_000n, to: TO, value: 1n, data: new Uint8Array(3) } as const
  return type === 0
    ? signTransaction({ type, chainId: 1n, gasPrice: 5n, ...common }, KEY)
    : signTransaction(
        { type, chainId: 1n, maxFeePerGas: 5n, maxPriorityFeePerGas: 1n, accessList: [], ...common },
        KEY,
      )
}

const block: fc.Arbitrary<Block> = fc
  .tuple(
    header,
    fc.array(fc.record({ nonce: word(64), type: fc.constantFrom(0 as const, 2 as const) }), { maxLength: 3 }),
    fc.array(header, { maxLength: 2 }),
    fc.option(fc.array(withdrawal, { maxLength: 3 }), { nil: undefined }),
  )
  .map(([head, transactions, uncles, withdrawals]) => ({
    header: head,
    transactions: transactions.map(({ nonce, type }) => transaction(nonce, type)),
    uncles,
    ...(withdrawals && { withdrawals }),
  }))

const log = fc.record({
  address: hexOf(20),
  topics: fc.array(hexOf(32), { maxLength: 4 }),
  data: fc.uint8Array({ maxLength: 70 }),
})
const receipt: fc.Arbitrary<Receipt> = fc
  .tuple(
    fc.constantFrom(0 as const, 1 as const, 2 as const, 3 as const, 4 as const),
    fc.oneof(
      fc.record({ status: fc.constantFrom(0 as const, 1 as const) }),
      fc.record({ postState: hexOf(32) }),
    ),
    word(64),
    fc.array(log, { maxLength: 3 }),
  )
  .map(([type, outcome, cumulativeGasUsed, logs]) => ({
    type,
    ...outcome,
    cumulativeGasUsed,
    logsBloom: logsBloom(logs),
    logs,
  }))

describe('block', () => {
  it('decodes to what was encoded', () => {
    fc.assert(
      fc.property(block, (plain) => {
        const encoded = encodeBlock(plain)
        expect(decodeBlock(encoded)).toEqual(plain)
      }),
    )
  })

  it('with any byte changed is refused as a value or encodes to itself', () => {
    fc.assert(
      fc.property(block, fc.nat(), fc.nat({ max: 255 }), (plain, place, byte) => {
        const bent = encodeBlock(plain)
        bent[place % bent.length] = byte
        const decoded = decodeBlock(bent)
        if ('code' in decoded) expect(decoded.code).toBe('DEED_BLOCK_RLP')
        else expect(encodeBlock(decoded)).toEqual(bent)
      }),
    )
  })

  it.each<[string, (items: RlpInput[]) => RlpInput]>([
    ['no list', () => '0x00'],
    ['two parts', (items) => items.slice(0, 2)],
    ['five parts', (items) => [...items, [], []]],
    ['a header of 14 fields', ([head, ...rest]) => [(head as RlpInput[]).slice(0, 14), ...rest]],
    [
      'a header of 22 fields',
      ([head, ...rest]) => [[...(head as RlpInput[]), ...Array(7).fill('0x')], ...rest],
    ],
    ['a withdrawal over 64 bits', (items) => [...items, [[2n ** 64n, 0n, TO, 0n]]]],
    ['a withdrawal to 19 bytes', (items) => [...items, [[0n, 0n, TO.slice(0, -2) as '0x', 0n]]]],
    ['a transaction without fields', ([head, , uncles]) => [head!, [[]], uncles!]],
  ])('is refused with %s', (_, change) => {
    const [plain] = fc.sample(header, { numRuns: 1, seed: 1 })
    const bare = { ...plain!, baseFeePerGas: undefined }
    const items = decodeRlp(encodeBlock({ header: bare, transactions: [], uncles: [] })) as RlpInput[]
    expect(decodeBlock(encodeRlp(change([...items])))).toMatchObject({ code: 'DEED_BLOCK_RLP' })
  })

  it('has mainnet’s genesis hash', () => {
    const genesis: Header = {
      parentHash: `0x${'00'.repeat(32)}`,
      unclesHash: EMPTY_UNCLES_HASH,
      beneficiary: `0x${'00'.repeat(20)}`,
      stateRoot: '0xd7f8974fb5ac78d9ac099b9ad5018bedc2ce0a72dad1827a1709da30580f0544',
      transactionsRoot: EMPTY_ROOT,
      receiptsRoot: EMPTY_ROOT,
      logsBloom: emptyBloom(),
      difficulty: 17_179_869_184n,
      number: 0n,
      gasLimit: 5_000n,
      gasUsed: 0n,
      timestamp: 0n,
      extraData: hexToBytes('0x11bbe8db4e347b4e8c937c1c8370e4b5ed33adb3db69cbdb7a38e1e50b1b82fa'),
      mixHash: `0x${'00'.repeat(32)}`,
      nonce: '0x0000000000000042',
    }
    expect(headerHash(genesis)).toBe('0xd4e56740f876aef8c010b86a40d5f56745a118d0906a34e69aec8c0db1cb8fa3')
    expect(keccakHash(encodeHeader(genesis))).toBe(headerHash(genesis))
  })

  it('commits to empty lists by the known hashes', () => {
    expect(unclesHash([])).toBe(keccakHash(encodeRlp([])))
    expect(EMPTY_ROOT).toBe(keccakHash(encodeRlp('0x')))
    expect(transactionsRoot([])).toBe(EMPTY_ROOT)
    expect(withdrawalsRoot([])).toBe(EMPTY_ROOT)
    expect(receiptsRoot([])).toBe(EMPTY_ROOT)
    expect(requestsHash([])).toBe(bytesToHex(sha256(new Uint8Array(0))))
    expect(logsHash([])).toBe(keccakHash(Uint8Array.of(0xc0)))
  })

  it('commits to requests with data, type by type', () => {
    const one = { type: 1, data: Uint8Array.of(9, 9) }
    const inner = sha256(Uint8Array.of(1, 9, 9))
    expect(requestsHash([{ type: 0, data: new Uint8Array(0) }, one])).toBe(bytesToHex(sha256(inner)))
  })
})

describe('receipt', () => {
  it('decodes to what was encoded, for every type', () => {
    fc.assert(
      fc.property(receipt, (plain) => {
        expect(decodeReceipt(encodeReceipt(plain))).toEqual(plain)
      }),
    )
  })

  it('has a bloom with every address and topic of its logs', () => {
    fc.assert(
      fc.property(fc.array(log, { maxLength: 4 }), fc.array(log, { maxLength: 4 }), (some, more) => {
        const bloom = logsBloom(some)
        for (const { address, topics } of some) {
          for (const entry of [address, ...topics]) expect(mayContain(bloom, hexToBytes(entry))).toBe(true)
        }
        mergeBloom(bloom, logsBloom(more))
        expect(bloom).toEqual(logsBloom([...some, ...more]))
      }),
    )
    expect(mayContain(emptyBloom(), hexToBytes(TO))).toBe(false)
  })

  it('sets the three bits that the Yellow Paper says', () => {
    // keccak256 of the address begins with the pairs whose low 11 bits are the positions.
    const hash = hexToBytes(keccakHash(hexToBytes(TO)))
    const expected = new Uint8Array(256)
    let sum = 0n
    for (const at of [0, 2, 4]) sum |= 1n << BigInt((hash[at]! * 256 + hash[at + 1]!) % 2048)
    expected.set(hexToBytes(`0x${sum.toString(16).padStart(512, '0')}`))
    expect(logsBloom([{ address: TO, topics: [], data: new Uint8Array(0) }])).toEqual(expected)
  })
})
