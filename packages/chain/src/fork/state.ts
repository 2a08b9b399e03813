/**
 * The state after the fork's block, as an engine reads it: synchronously. What is not at hand is asked for when the
 * step ends, and until then the step goes on with a guess, so that it names more of what it will need. So exchanges
 * are as many as a step has things that depend on one another, and not as many as it reads.
 *
 * Measured with an origin 50 ms away, medians of five runs that took turns with anvil 1.7.1 as a fork of the same:
 *
 *     a call that reads 60 slots of an array    3 exchanges,  0.29 s   anvil 67 exchanges, 3.8 s
 *     an ERC-20 transfer                        4 exchanges,  0.35 s   anvil 14 exchanges, 0.40 s
 *     a call that reads 20 slots, each of       20 exchanges, 1.25 s   anvil 20 exchanges, 1.22 s
 *       which says where the next one is
 *     10 blocks                                 none,         0.02 s   anvil 10 exchanges, 0.65 s
 *
 * eth_createAccessList would bring the third to two, and makes the others dearer; many origins do not have it.
 */
import { type Address, EMPTY_CODE_HASH, type Hash, keccakHash, MISS, type Miss } from '@deed/evm'
import { hexToBytes, quantity } from '../hex.ts'
import { isObject } from '../rpc/decode.ts'
import { ORIGIN_LIFE } from '../state/root.ts'
import type { Account } from '../state/types.ts'
import { type Cache, createCache } from '../store/disk/cache.ts'
import { EMPTY_ROOT } from '../trie/node.ts'
import { ForkError, OriginRefusal } from './error.ts'
import type { Origin } from './origin.ts'

export interface OriginState {
  /** `null`: there is none. */
  account(address: Address): Account | null | Miss
  slot(address: Address, key: bigint): bigint | Miss
  /** Of an account that was read. */
  code(hash: Hash): Uint8Array | undefined | Miss
  /** Of a block below the fork's. */
  blockHash(number: bigint): Hash | Miss
  /** Fetches what was missed since the last time. @throws ForkError when what a step cannot do without is not to be had */
  load(): Promise<void>
  guessed(): boolean
}

/** About what decoded values may occupy; a call of 50 million gas reads at most 24,000 cold slots. */
const MEMORY_BYTES = 64 << 20
const VALUE_BYTES = 300
/**
 * What a step may miss before it stops: by then it may be far astray. Twice as much each time that it was not enough,
 * since every time the step runs from its beginning.
 */
const FIRST_GUESSES = 256
const MAX_GUESSES = 16_384

export const createOriginState = (origin: Origin): OriginState => {
  const memory: Cache<unknown> = createCache(MEMORY_BYTES)
  /** Whose code it is, so that it can be fetched once more when memory has lost it. */
  const owners = new Map<Hash, Address>()
  let missed = new Map<string, () => Promise<unknown>>()
  let guesses = FIRST_GUESSES

  const read = <T>(key: string, guess: T, reading: () => Reading<T>): T | Miss => {
    const held = memory.get(key)
    if (held !== undefined) return held as T
    const { requests, decode } = reading()
    const known = requests.map(({ method, params }) => origin.known(method, params))
    if (!known.includes(undefined)) return decode(known)
    if (!missed.has(key)) {
      if (missed.size >= guesses) return MISS
      missed.set(key, async () => {
        const asked = requests.map(({ method, params }) => origin.ask(method, params))
        return decode(await Promise.all(asked).catch((error) => refused(origin, requests[0]!.method, error)))
      })
    }
    return guess
  }
  const remember = <T>(key: string, value: T, bytes = 0): T => {
    memory.set(key, value, VALUE_BYTES + bytes)
    return value
  }

  const account = (address: Address) =>
    read<Account | null>(address, GUESSED_ACCOUNT, () => ({
      requests: [
        { method: 'eth_getBalance', params: [address, origin.at] },
        { method: 'eth_getTransactionCount', params: [address, origin.at] },
        { method: 'eth_getCode', params: [address, origin.at] },
      ],
      decode: ([balanceText, nonceText, codeText]) => {
        const balance = word(origin, 'eth_getBalance', balanceText)
        const nonce = word(origin, 'eth_getTransactionCount', nonceText)
        const code = bytes(origin, 'eth_getCode', codeText)
        // Since EIP-161 an account without all three is none.
        if (balance === 0n && nonce === 0n && code.length === 0) return remember(address, null)
        const codeHash = code.length === 0 ? EMPTY_CODE_HASH : keccakHash(code)
        if (code.length > 0) {
          owners.set(codeHash, address)
          remember(codeHash, code, code.length)
        }
        // Of its storage nothing is known but what is read; so its trie begins empty.
        return remember(address, {
          balance,
          nonce,
          codeHash,
          storageRoot: EMPTY_ROOT,
          incarnation: ORIGIN_LIFE,
        })
      },
    }))

  return {
    account,
    slot: (address, key) => {
      const name = `${address}/${key}`
      return read(name, 0n, () => ({
        requests: [{ method: 'eth_getStorageAt', params: [address, quantity(key), origin.at] }],
        decode: ([text]) => remember(name, word(origin, 'eth_getStorageAt', text)),
      }))
    },
    code(hash) {
      const owner = owners.get(hash)
      if (owner === undefined) return undefined
      return read(hash, NO_CODE, () => ({
        requests: [{ method: 'eth_getCode', params: [owner, origin.at] }],
        decode: ([text]) => {
          const code = bytes(origin, 'eth_getCode', text)
          return remember(hash, code, code.length)
        },
      }))
    },
    blockHash: (number) => {
      const name = `#${number}`
      return read(name, ZERO_HASH, () => ({
        requests: [{ method: 'eth_getBlockByNumber', params: [quantity(number), false] }],
        decode: ([block]) => {
          const hash = isObject(block) ? block.hash : undefined
          if (typeof hash === 'string' && /^0x[0-9a-f]{64}$/.test(hash)) return remember(name, hash as Hash)
          throw garbage(origin, 'eth_getBlockByNumber')
        },
      }))
    },
    async load() {
      const wanted = [...missed.values()]
      guesses = wanted.length < guesses ? FIRST_GUESSES : Math.min(guesses * 2, MAX_GUESSES)
      missed = new Map()
      const outcomes = await Promise.allSettled(wanted.map((ask) => ask()))
      // All before the first were true values, so it is needed; the others may have come of a guess.
      const [first] = outcomes
      if (first?.status === 'rejected') throw first.reason
    },
    guessed: () => missed.size > 0,
  }
}

/** What a value is made of. */
interface Reading<T> {
  readonly requests: readonly { readonly method: string; readonly params: readonly unknown[] }[]
  readonly decode: (results: readonly unknown[]) => T
}

/** Rich, so that nothing ends before it has begun. */
const GUESSED_ACCOUNT: Account = {
  nonce: 0n,
  balance: 1n << 128n,
  codeHash: EMPTY_CODE_HASH,
  storageRoot: EMPTY_ROOT,
  incarnation: ORIGIN_LIFE,
}
const NO_CODE = new Uint8Array(0)
const ZERO_HASH: Hash = `0x${'0'.repeat(64)}`

const word = (origin: Origin, method: string, text: unknown): bigint => {
  if (text === '0x') return 0n
  if (typeof text === 'string' && /^0x[0-9a-fA-F]{1,64}$/.test(text)) return BigInt(text)
  throw garbage(origin, method)
}

const bytes = (origin: Origin, method: string, text: unknown): Uint8Array => {
  if (typeof text === 'string' && /^0x([0-9a-fA-F]{2})*$/.test(text)) return hexToBytes(text)
  throw garbage(origin, method)
}

const garbage = ({ host }: Origin, method: string) =>
  new ForkError(
    'DEED_FORK_ORIGIN_GARBAGE',
    `The origin ${host} answers ${method} with something that is not of its form. Is this the address of an Ethereum node's JSON-RPC?`,
  )

const refused = ({ host }: Origin, method: string, error: unknown): never => {
  if (!(error instanceof OriginRefusal)) throw error
  throw new ForkError(
    'DEED_FORK_ORIGIN_REFUSED',
    `The origin ${host} refuses ${method}, which a fork cannot do without: ${error.message}`,
  )
}
