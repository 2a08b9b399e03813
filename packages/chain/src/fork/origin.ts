/**
 * What an origin says of its chain up to the fork's block, which never changes: asked for once, in memory and in the
 * cache from then on. Everything that is asked for in one moment travels together.
 */
import { type Hash, keccakHash } from '@deed/evm'
import { quantity } from '../hex.ts'
import { isObject } from '../rpc/decode.ts'
import { type Cache, createCache } from '../store/disk/cache.ts'
import type { OriginCache } from './cache.ts'
import type { OriginClient } from './client.ts'
import { ForkError, type JsonRpcError, OriginRefusal } from './error.ts'
import { kindOf } from './reply.ts'

/** The block that a fork stands on. */
export interface OriginBlock {
  readonly chainId: bigint
  readonly number: bigint
  readonly hash: Hash
}

export interface Origin {
  readonly block: OriginBlock
  /** What messages call it. */
  readonly host: string
  /** In memory or in the cache; `undefined`: the origin was not asked for that yet. */
  known(method: string, params: readonly unknown[]): unknown
  /** The result as JSON. @throws ForkError, or OriginRefusal where the origin's answer is an error. */
  ask(method: string, params: readonly unknown[]): Promise<unknown>
  /** In parameters, the fork's block: by its hash (EIP-1898) where the origin takes that, so that it cannot be mistaken. */
  readonly at: object
  /** Keeps an answer that the origin did not give. */
  remember(method: string, params: readonly unknown[], result: unknown): void
  /** Asks elsewhere from now on. */
  setClient(client: OriginClient): void
  close(): Promise<void>
}

export interface OriginOptions {
  readonly client: OriginClient
  readonly block: OriginBlock
  readonly cache: OriginCache | undefined
  readonly nowMs: () => number
  readonly sleep: (ms: number) => Promise<void>
  /** It has just been asked for the block. */
  readonly isChecked: boolean
  /** What to do about a chain that changed. */
  readonly remedy: string
}

/** About what answers may occupy in memory, and the characters beyond which one is not kept on disk. */
const MEMORY_BYTES = 48 << 20
const MAX_KEPT_CHARACTERS = 16 << 20
const OVERHEAD_BYTES = 300
/** How long the origin is trusted to have the block that it had. */
const TRUST_MS = 10_000
/** A block that is there is asked for again where the origin says that it is not: one of its servers is late. */
const LATE_RETRIES = 3
const LATE_WAIT_MS = 300

interface Asked {
  readonly answer: Answer
  /** It is said not to be there, and it must be. */
  readonly isLate: boolean
}

type Answer = { readonly result: unknown } | { readonly error: JsonRpcError }

export const createOrigin = (options: OriginOptions): Origin => {
  const { block, cache, nowMs, sleep, remedy } = options
  let { client } = options
  let checkedMs = options.isChecked ? nowMs() : undefined
  let checking: Promise<void> | undefined
  let takesHash = true
  const memory: Cache<Answer> = createCache(MEMORY_BYTES)
  const underWay = new Map<string, Promise<unknown>>()
  const number = quantity(block.number)
  const byHash = { blockHash: block.hash }

  /** Looks now and then whether the origin still has the fork's block. */
  const check = (): Promise<void> => {
    if (checkedMs !== undefined && nowMs() - checkedMs < TRUST_MS) return Promise.resolve()
    checking ??= client
      .request('eth_getBlockByNumber', [number, false])
      .then((found) => {
        // Nothing is rather a server that is late than a chain that became shorter.
        if (found === null) return
        const hash = isObject(found) ? found.hash : undefined
        if (hash !== block.hash) throw changed(client.endpoint.host, block, String(hash), remedy)
        checkedMs = nowMs()
      })
      .finally(() => {
        checking = undefined
      })
    return checking
  }

  const recall = (key: string): Answer | undefined => {
    const held = memory.get(key)
    if (held !== undefined) return held
    const text = cache?.get(diskKey(key))
    if (text === undefined) return undefined
    const answer = JSON.parse(text) as Answer
    memory.set(key, answer, sizeOf(key, text))
    return answer
  }

  const keep = (key: string, answer: Answer): void => {
    const text = JSON.stringify(answer)
    memory.set(key, answer, sizeOf(key, text))
    if (text.length <= MAX_KEPT_CHARACTERS) cache?.put(diskKey(key), text)
  }

  const askOnce = async (method: string, params: readonly unknown[]): Promise<Asked> => {
    const sent = takesHash ? params : params.map((param) => (param === byHash ? number : param))
    try {
      const [result] = await Promise.all([client.request(method, sent), check()])
      return { answer: { result }, isLate: result === null && ALWAYS_THERE.has(method) }
    } catch (error) {
      if (!(error instanceof OriginRefusal)) throw error
      const kind = kindOf(error.error)
      if (kind === 'pruned') throw pruned(client.endpoint.host, block, method)
      if (sent.includes(byHash) && HASH_REFUSED.test(error.message)) {
        takesHash = false
        return askOnce(method, params)
      }
      return { answer: { error: error.error }, isLate: kind === 'absent' }
    }
  }

  const fetchAnswer = async (key: string, method: string, params: readonly unknown[]): Promise<unknown> => {
    let asked = await askOnce(method, params)
    for (let late = 0; asked.isLate && late < LATE_RETRIES; late++) {
      await sleep(LATE_WAIT_MS * 2 ** late)
      checkedMs = undefined
      asked = await askOnce(method, params)
    }
    const isNull = () => 'result' in asked.answer && asked.answer.result === null
    if (isNull() && !asked.isLate) {
      // Before that is kept for good it is asked together with the fork's block, which a late server does not have.
      checkedMs = undefined
      asked = await askOnce(method, params)
    }
    const { answer, isLate } = asked
    const isSure = checkedMs !== undefined
    if ('result' in answer) {
      if (!isLate && (isSure || !isNull())) keep(key, answer)
    } else if (isLate && !isSure) throw changed(client.endpoint.host, block, 'gone', remedy)
    else if (LASTING.test(answer.error.message) || answer.error.code === 3) keep(key, answer)
    return open(answer)
  }

  return {
    block,
    get host() {
      return client.endpoint.host
    },
    at: byHash,
    known(method, params) {
      const answer = recall(keyOf(method, params))
      return answer === undefined ? undefined : open(answer)
    },
    async ask(method, params) {
      const key = keyOf(method, params)
      const known = recall(key)
      if (known !== undefined) return open(known)
      let fetched = underWay.get(key)
      if (fetched === undefined) {
        fetched = fetchAnswer(key, method, params).finally(() => underWay.delete(key))
        underWay.set(key, fetched)
      }
      return fetched
    },
    remember: (method, params, result) => keep(keyOf(method, params), { result }),
    setClient(next) {
      client.close()
      client = next
      checkedMs = undefined
      takesHash = true
    },
    async close() {
      client.close()
      await cache?.close()
    },
  }
}

const keyOf = (method: string, params: readonly unknown[]): string => `${method} ${JSON.stringify(params)}`

/** Of one length, however long the parameters are. */
const diskKey = (key: string): string => keccakHash(new TextEncoder().encode(key)).slice(2)

const sizeOf = (key: string, text: string): number => 2 * (key.length + text.length) + OVERHEAD_BYTES

const open = (answer: Answer): unknown => {
  if ('error' in answer) throw new OriginRefusal(answer.error)
  return answer.result
}

/** What is never null of a block that is there. */
const ALWAYS_THERE: ReadonlySet<string> = new Set([
  'eth_getBlockByNumber',
  'eth_getBlockReceipts',
  'eth_getBalance',
  'eth_getCode',
  'eth_getStorageAt',
  'eth_getTransactionCount',
])

/** What an origin says that knows no EIP-1898. */
const HASH_REFUSED = /invalid|unmarshal|cannot parse|expected|deserialize|unsupported|type/i

/** Errors that are the answer of the contract that was called. */
const LASTING = /revert|out of gas|invalid (opcode|jump)|stack (under|over)flow|gas required exceeds/i

/** @param found which block stands in its place. */
export const changed = (host: string, block: OriginBlock, found: string, remedy: string) =>
  new ForkError(
    'DEED_FORK_ORIGIN_CHANGED',
    `The chain of the origin ${host} has changed: block ${block.number} of chain ${block.chainId} was ${block.hash} and is ${found}. ${remedy}`,
  )

const pruned = (host: string, { number }: OriginBlock, method: string) =>
  new ForkError(
    'DEED_FORK_PRUNED',
    `The origin ${host} has no longer the state that ${method} asks for; the fork is at block ${number}. Use the address of an archive node, or fork at a newer block`,
  )
