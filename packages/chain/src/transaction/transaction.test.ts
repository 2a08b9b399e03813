import {
  type Address,
  bytesToHex,
  FORKS,
  type Fork,
  hexToBytes,
  isActive,
  privateKeyToAddress,
} from '@deed/evm'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeRlp } from '../rlp.ts'
import { decodeTransaction, encodeTransaction, signingHash, transactionHash } from './codec.ts'
import { isFault } from './fault.ts'
import { floorGas, intrinsicGas } from './gas.ts'
import {
  authorizationHash,
  HALF_CURVE_ORDER,
  recoverAuthority,
  recoverSender,
  signAuthorization,
  signTransaction,
} from './signature.ts'
import type { SetCodeTransaction, Transaction, UnsignedTransaction } from './types.ts'
import { type TransactionRules, validateTransaction } from './validate.ts'

/** First account of the well-known development mnemonic. */
const KEY = hexToBytes('0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80')
const ACCOUNT: Address = '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266'
const OTHER: Address = '0x70997970c51812dc3a010c7d01b50e0d17dc79c8'

const word = (bits: number) => fc.bigInt({ min: 0n, max: 2n ** BigInt(bits) - 1n })
const hexOf = (length: number) => fc.uint8Array({ minLength: length, maxLength: length }).map(bytesToHex)
const accessList = fc.array(
  fc.record({ address: hexOf(20), storageKeys: fc.array(hexOf(32), { maxLength: 3 }) }),
  { maxLength: 3 },
)
const payload = {
  nonce: word(64),
  gasLimit: word(64),
  to: fc.option(hexOf(20), { nil: undefined }),
  value: word(256),
  data: fc.uint8Array({ maxLength: 80 }),
}
const dynamic = {
  ...payload,
  chainId: word(64),
  maxPriorityFeePerGas: word(256),
  maxFeePerGas: word(256),
  accessList,
}
const authorization = fc.record({
  chainId: word(256),
  address: hexOf(20),
  nonce: word(64),
  yParity: fc.nat({ max: 255 }),
  r: word(256),
  s: word(256),
})
const type = <T extends number>(n: T) => fc.constant(n)

const unsigned: fc.Arbitrary<UnsignedTransaction> = fc.oneof(
  fc.record({
    type: type(0),
    chainId: fc.option(word(64), { nil: undefined }),
    gasPrice: word(256),
    ...payload,
  }),
  fc.record({ type: type(1), chainId: word(64), gasPrice: word(256), accessList, ...payload }),
  fc.record({ type: type(2), ...dynamic }),
  fc.record({
    type: type(3),
    ...dynamic,
    maxFeePerBlobGas: word(256),
    blobVersionedHashes: fc.array(hexOf(32), { maxLength: 3 }),
  }),
  fc.record({ type: type(4), ...dynamic, authorizationList: fc.array(authorization, { maxLength: 3 }) }),
)

const TRANSFER: UnsignedTransaction = {
  type: 2,
  chainId: 31337n,
  nonce: 0n,
  maxPriorityFeePerGas: 1n,
  maxFeePerGas: 10n,
  gasLimit: 21_000n,
  to: OTHER,
  value: 1n,
  data: new Uint8Array(0),
  accessList: [],
}

const rules = (fork: Fork): TransactionRules => ({
  fork,
  chainId: 31337n,
  transactionGasCap: isActive('Osaka', fork) ? 2n ** 24n : undefined,
  transactionBlobCap: isActive('Osaka', fork) ? 6n : undefined,
  blobs: { max: 9n },
})

describe('transaction codec', () => {
  it('decodes what it encodes, for every type, and recovers who signed', () => {
    fc.assert(
      fc.property(unsigned, (plain) => {
        const signed = signTransaction(plain, KEY)
        const encoded = encodeTransaction(signed)
        const decoded = decodeTransaction(encoded)
        if (isFault(decoded)) throw new Error(decoded.message)
        expect(decoded).toEqual(signed)
        expect(encodeTransaction(decoded)).toEqual(encoded)
        expect(recoverSender(decoded)).toBe(ACCOUNT)
        expect(decoded.s).toBeLessThanOrEqual(HALF_CURVE_ORDER)
      }),
    )
  })

  it('never throws and never accepts a second encoding, whatever the bytes', () => {
    fc.assert(
      fc.property(unsigned, fc.nat(), fc.nat({ max: 255 }), (plain, place, byte) => {
        const bytes = encodeTransaction(signTransaction(plain, KEY)).slice()
        bytes[place % bytes.length] = byte
        const decoded = decodeTransaction(bytes)
        if (isFault(decoded)) expect(decoded.code).toMatch(/^DEED_TX_/)
        else expect(encodeTransaction(decoded)).toEqual(bytes)
      }),
      { numRuns: 500 },
    )
  })

  it('has the hashes of EIP-155', () => {
    // The example of the EIP: its key is 32 bytes of 0x46, so only the given signature is used here.
    const example = {
      type: 0 as const,
      chainId: 1n,
      nonce: 9n,
      gasPrice: 20n * 10n ** 9n,
      gasLimit: 21_000n,
      to: '0x3535353535353535353535353535353535353535' as Address,
      value: 10n ** 18n,
      data: new Uint8Array(0),
    }
    expect(bytesToHex(signingHash(example))).toBe(
      '0xdaf5a779ae972f972197303d7b574746c7ef83eadac0f2791ad23db92e4c8e53',
    )
    const signed: Transaction = {
      ...example,
      yParity: 0,
      r: 0x28ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276n,
      s: 0x67cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83n,
    }
    expect(bytesToHex(encodeTransaction(signed))).toBe(
      '0xf86c098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a76400008025a028ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276a067cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83',
    )
    expect(recoverSender(signed)).toBe('0x9d8a62f656a8d1615c1294fd71e9cfb3e4855a4f')
  })

  it('hashes once what is asked twice', () => {
    const signed = signTransaction(TRANSFER, KEY)
    expect(transactionHash(signed)).toBe(transactionHash({ ...signed }))
    expect(transactionHash(signed)).not.toBe(transactionHash({ ...signed, nonce: 1n }))
  })
})

describe('signatures', () => {
  it('are refused out of range and tell a point that is none', () => {
    const signed = signTransaction(TRANSFER, KEY)
    for (const bent of [{ r: 0n }, { s: 0n }, { r: 2n ** 256n - 1n }]) {
      expect(recoverSender({ ...signed, ...bent })).toMatchObject({ code: 'DEED_TX_INVALID_SIGNATURE_VRS' })
    }
    // x = 5 is not on the curve.
    expect(recoverSender({ ...signed, r: 5n })).toMatchObject({ code: 'DEED_TX_EC_RECOVERY_FAIL' })
  })

  it('of an authorization recover its authority, over keccak256(0x05 || rlp)', () => {
    const consent = { chainId: 31337n, address: OTHER, nonce: 3n }
    const signed = signAuthorization(consent, KEY)
    expect(recoverAuthority(signed)).toBe(ACCOUNT)
    expect(privateKeyToAddress(KEY)).toBe(ACCOUNT)
    expect(recoverAuthority({ ...signed, nonce: 4n })).not.toBe(ACCOUNT)
    expect(recoverAuthority({ ...signed, yParity: 2 })).toBeUndefined()
    expect(recoverAuthority({ ...signed, s: HALF_CURVE_ORDER + 1n })).toBeUndefined()
    expect(authorizationHash(consent)).toHaveLength(32)
  })
})

describe('gas before the first instruction', () => {
  const data = Uint8Array.of(0, 0, 1, 2, 3)
  const legacy = { ...TRANSFER, type: 0 as const, chainId: undefined, gasPrice: 1n, data }

  it.each([
    ['Frontier', 21_000 + 2 * 4 + 3 * 68],
    ['Istanbul', 21_000 + 2 * 4 + 3 * 16],
  ] as const)('of calldata at %s is %d', (fork, gas) => {
    expect(intrinsicGas(legacy, fork)).toBe(BigInt(gas))
  })

  it.each([
    ['Frontier', 21_000 + 8 + 204],
    ['Homestead', 53_000 + 8 + 204],
    ['London', 53_000 + 8 + 48],
    ['Shanghai', 53_000 + 8 + 48 + 2],
  ] as const)('of a creation at %s is %d', (fork, gas) => {
    expect(intrinsicGas({ ...legacy, to: undefined }, fork)).toBe(BigInt(gas))
  })

  it('counts access lists and authorizations', () => {
    const key = `0x${'00'.repeat(32)}` as const
    const listed = {
      ...TRANSFER,
      accessList: [{ address: OTHER, storageKeys: [key, key] }],
    } as UnsignedTransaction
    expect(intrinsicGas(listed, 'Berlin')).toBe(21_000n + 2_400n + 2n * 1_900n)
    const consent = signAuthorization({ chainId: 0n, address: OTHER, nonce: 0n }, KEY)
    const setCode = { ...listed, type: 4, authorizationList: [consent, consent] } as SetCodeTransaction
    expect(intrinsicGas(setCode, 'Prague')).toBe(21_000n + 2_400n + 2n * 1_900n + 50_000n)
  })

  it('has a floor since Prague', () => {
    expect(floorGas(legacy, 'Cancun')).toBe(0n)
    expect(floorGas(legacy, 'Prague')).toBe(21_000n + 10n * (2n + 4n * 3n))
  })
})

describe('validity at a fork', () => {
  const faultOf = (changes: object, fork: Fork = 'Osaka'): string | undefined => {
    const transaction = { ...TRANSFER, ...changes } as UnsignedTransaction
    return validateTransaction(signTransaction(transaction, KEY), rules(fork))?.code.slice('DEED_TX_'.length)
  }
  const blob = { type: 3, maxFeePerBlobGas: 1n, blobVersionedHashes: [`0x01${'00'.repeat(31)}`] }
  const consent = signAuthorization({ chainId: 0n, address: OTHER, nonce: 0n }, KEY)
  const setCode = { type: 4, gasLimit: 100_000n, authorizationList: [consent] }

  it('lets a plain transfer of every type pass from its own fork on', () => {
    const since = { 1: 'Berlin', 2: 'London', 3: 'Cancun', 4: 'Prague' } as const
    const changes = { 1: { type: 1, gasPrice: 1n }, 2: {}, 3: blob, 4: setCode }
    for (const kind of [1, 2, 3, 4] as const) {
      for (const fork of FORKS) {
        const expected = isActive(since[kind], fork) ? undefined : `TYPE_${kind}_TX_PRE_FORK`
        expect(faultOf(changes[kind], fork)).toBe(expected)
      }
    }
  })

  it.each<[string, object, Fork?]>([
    ['INVALID_CHAINID', { chainId: 1n }],
    ['INVALID_SIGNATURE_VRS', { type: 0, gasPrice: 1n }, 'Homestead'],
    ['NONCE_TOO_BIG', { nonce: 2n ** 64n - 1n }],
    ['GASLIMIT_PRICE_PRODUCT_OVERFLOW', { maxFeePerGas: 2n ** 256n - 1n }],
    ['PRIORITY_GREATER_THAN_MAX_FEE_PER_GAS', { maxPriorityFeePerGas: 11n }],
    ['INTRINSIC_GAS_TOO_LOW', { gasLimit: 20_999n }],
    ['INTRINSIC_GAS_BELOW_FLOOR_GAS_COST', { gasLimit: 21_039n, data: Uint8Array.of(1) }],
    ['GAS_LIMIT_EXCEEDS_MAXIMUM', { gasLimit: 2n ** 24n + 1n }],
    ['INITCODE_SIZE_EXCEEDED', { to: undefined, gasLimit: 10n ** 7n, data: new Uint8Array(49_153) }],
    ['TYPE_3_TX_CONTRACT_CREATION', { ...blob, to: undefined }],
    ['TYPE_3_TX_ZERO_BLOBS', { ...blob, blobVersionedHashes: [] }],
    [
      'TYPE_3_TX_BLOB_COUNT_EXCEEDED',
      { ...blob, blobVersionedHashes: Array(7).fill(blob.blobVersionedHashes[0]) },
    ],
    [
      'TYPE_3_TX_MAX_BLOB_GAS_ALLOWANCE_EXCEEDED',
      { ...blob, blobVersionedHashes: Array(10).fill(blob.blobVersionedHashes[0]) },
    ],
    ['TYPE_3_TX_INVALID_BLOB_VERSIONED_HASH', { ...blob, blobVersionedHashes: [`0x02${'00'.repeat(31)}`] }],
    ['TYPE_4_TX_CONTRACT_CREATION', { ...setCode, to: undefined }],
    ['TYPE_4_EMPTY_AUTHORIZATION_LIST', { ...setCode, authorizationList: [] }],
  ])('%s', (name, changes, fork) => {
    expect(faultOf(changes, fork)).toBe(name)
  })

  it('is not spoiled one step inside each bound', () => {
    for (const changes of [
      { nonce: 2n ** 64n - 2n },
      { maxPriorityFeePerGas: 10n },
      { gasLimit: 21_040n, data: Uint8Array.of(1) },
      { gasLimit: 2n ** 24n },
      { to: undefined, gasLimit: 10n ** 7n, data: new Uint8Array(49_152) },
      { ...blob, blobVersionedHashes: Array(6).fill(blob.blobVersionedHashes[0]) },
    ]) {
      expect(faultOf(changes)).toBeUndefined()
    }
  })

  it('wants a low s since Homestead', () => {
    const order = 2n * HALF_CURVE_ORDER + 1n
    const low = signTransaction(
      { ...TRANSFER, type: 0, chainId: undefined, gasPrice: 1n } as UnsignedTransaction,
      KEY,
    )
    const high = { ...low, s: order - low.s, yParity: (1 - low.yParity) as 0 | 1 }
    expect(recoverSender(high)).toBe(ACCOUNT)
    expect(validateTransaction(high, rules('Frontier'))).toBeUndefined()
    expect(validateTransaction(high, rules('Homestead'))).toMatchObject({
      code: 'DEED_TX_INVALID_SIGNATURE_VRS',
    })
  })

  it.each([
    ['RLP_ERROR_EOF', '0x'],
    ['TYPE_NOT_SUPPORTED', '0x05c0'],
    ['RLP_TOO_FEW_ELEMENTS', '0x02c0'],
    ['RLP_INVALID_HEADER', '0x0280'],
  ])('bytes that are none: %s', (name, hex) => {
    expect(decodeTransaction(hexToBytes(hex))).toMatchObject({ code: `DEED_TX_${name}` })
  })

  it('names a y parity above one', () => {
    const signed = signTransaction(TRANSFER, KEY)
    const list = [31337n, 0n, 1n, 10n, 21_000n, OTHER, 1n, '0x', [], 2n, signed.r, signed.s] as const
    const bytes = Uint8Array.of(2, ...encodeRlp(list))
    expect(decodeTransaction(bytes)).toMatchObject({ code: 'DEED_TX_INVALID_SIGNATURE_VRS' })
  })
})
