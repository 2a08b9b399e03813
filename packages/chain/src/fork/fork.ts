/** A fork: another chain's past under a chain of one's own. */
import type { Address } from '@deed/evm'
import type { FirstBlock, GenesisAccount } from '../genesis.ts'
import { quantity } from '../hex.ts'
import { createMemoryStore } from '../store/memory.ts'
import type { Store } from '../store/store.ts'
import type { OriginCache, OriginCaches } from './cache.ts'
import { createClient, type OriginClient, type Surroundings } from './client.ts'
import { parseEndpoint } from './endpoint.ts'
import { ForkError, OriginRefusal } from './error.ts'
import { firstBlock, type OriginHeader, readAhead, readHeader } from './first-block.ts'
import { changed, createOrigin, type Origin, type OriginBlock } from './origin.ts'
import type { ForkRequest } from './route.ts'
import { route } from './routes.ts'
import { isKnownNetwork, originRules } from './rules.ts'
import { createOriginState } from './state.ts'
import { createForkStore } from './store.ts'

export interface ForkSettings {
  /** The origin's JSON-RPC over HTTP. Often holds a key, and is never told. */
  readonly url: string
  /** Default: the newest. */
  readonly blockNumber?: bigint | undefined
  /** Id of the fork's own chain; default: the origin's. */
  readonly chainId?: bigint | undefined
  /** For the origin, as `Name: value`. */
  readonly headers?: readonly string[] | undefined
  /** How often what fails in passing is asked again. Default: 5. */
  readonly retries?: number | undefined
  /** Milliseconds of one exchange. Default: 20,000. */
  readonly timeoutMs?: number | undefined
}

export interface Fork {
  /** The block of the origin that it stands on. */
  readonly block: OriginBlock
  /** Seconds since 1970. */
  readonly timestamp: bigint
  /** The origin's, without path and query. */
  readonly url: string
  readonly first: FirstBlock
  /** The state of the origin under a store. */
  under(local: Store): Store
  /** What the origin has to answer; `undefined`: the request is for the chain itself. */
  answer(request: ForkRequest): Promise<{ readonly result: unknown } | undefined>
  /** Asks another address for the same chain from now on. */
  setUrl(url: string): void
  close(): Promise<void>
}

export interface ForkOptions {
  readonly settings: ForkSettings
  /** Accounts to be set in the state of the fork's block. */
  readonly alloc: ReadonlyMap<Address, GenesisAccount>
  /** Default: what is read is kept in memory alone. */
  readonly caches?: OriginCaches | undefined
  readonly surroundings?: Partial<Surroundings>
}

/** @throws ForkError */
export const openFork = async ({ settings, alloc, caches, ...options }: ForkOptions): Promise<Fork> => {
  const surroundings = { ...SURROUNDINGS, ...options.surroundings }
  const clientFor = (url: string) =>
    createClient({
      endpoint: parseEndpoint(url, settings.headers),
      retries: settings.retries,
      timeoutMs: settings.timeoutMs,
      surroundings,
    })
  const client = clientFor(settings.url)
  let origin: Origin | undefined
  try {
    const { block, json, cache, isRemembered } = await findBlock(client, settings.blockNumber, caches)
    const { nowMs, sleep } = surroundings
    const remedy = remedyOf(block, caches)
    origin = createOrigin({ client, block, cache, nowMs, sleep, isChecked: !isRemembered, remedy })
    const at = readHeader(json, origin.host)
    const state = createOriginState(origin)
    const store = createForkStore(createMemoryStore(), state)
    const [ethConfig] = await Promise.all([
      isKnownNetwork(block.chainId) ? undefined : ethConfigOf(origin),
      // So that they come together with it.
      readAhead(store, alloc),
    ])
    const config = originRules(block.chainId, settings.chainId ?? block.chainId, at.header, ethConfig)
    const first = await firstBlock(store, config, at, alloc)
    return forkOf(origin, client, at, { config, first }, clientFor, (local) => createForkStore(local, state))
  } catch (error) {
    await (origin ?? client).close()
    throw error
  }
}

const forkOf = (
  origin: Origin,
  client: OriginClient,
  { header }: OriginHeader,
  first: FirstBlock,
  clientFor: (url: string) => OriginClient,
  under: (local: Store) => Store,
): Fork => {
  let { endpoint } = client
  return {
    block: origin.block,
    timestamp: header.timestamp,
    get url() {
      return `${new URL(endpoint.url).protocol}//${endpoint.host}`
    },
    first,
    under,
    answer: (request) => route(origin, request),
    setUrl(url) {
      const next = clientFor(url)
      endpoint = next.endpoint
      origin.setClient(next)
    },
    close: () => origin.close(),
  }
}

const SURROUNDINGS: Surroundings = {
  fetch: (...args) => fetch(...args),
  nowMs: Date.now,
  random: Math.random,
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  notice: () => {},
}

interface Found {
  readonly block: OriginBlock
  /** As the origin tells it, without its transactions. */
  readonly json: unknown
  readonly cache: OriginCache | undefined
  /** The origin was not asked. */
  readonly isRemembered: boolean
}

/** The block to fork at: out of the cache, or of the origin. */
const findBlock = async (
  client: OriginClient,
  number: bigint | undefined,
  caches: OriginCaches | undefined,
): Promise<Found> => {
  const { host, id } = client.endpoint
  const knownId = caches?.chainAt(id)
  if (caches && number !== undefined && knownId !== undefined && caches.has(knownId, number)) {
    const cache = await caches.open(knownId, number)
    const text = cache.get(BLOCK_KEY)
    if (text !== undefined) {
      const json = JSON.parse(text)
      const block = { chainId: knownId, number, hash: readHeader(json, host).hash }
      return { block, json, cache, isRemembered: true }
    }
    await cache.close()
  }

  const name = number === undefined ? 'latest' : quantity(number)
  const [idText, json] = await Promise.all([
    client.request('eth_chainId', []),
    client.request('eth_getBlockByNumber', [name, false]),
  ]).catch((error) => {
    throw error instanceof OriginRefusal ? refused(host, error.message) : error
  })
  if (typeof idText !== 'string' || !/^0x[0-9a-fA-F]{1,16}$/.test(idText))
    throw refused(host, 'eth_chainId does not answer a number')
  if (json === null) throw noBlock(host, number)
  const { header, hash } = readHeader(json, host)
  const block = { chainId: BigInt(idText), number: header.number, hash }
  const cache = await caches?.open(block.chainId, block.number)
  const text = cache?.get(BLOCK_KEY)
  const before = text && readHeader(JSON.parse(text), host).hash
  if (before && before !== hash) {
    if (number !== undefined) {
      await cache!.close()
      throw changed(host, { ...block, hash: before }, hash, remedyOf(block, caches))
    }
    // Nobody asked for that block by its number, so the newer one is as good.
    await cache!.clear()
  }
  cache?.put(BLOCK_KEY, JSON.stringify(json))
  caches?.remember(id, block.chainId)
  return { block, json, cache, isRemembered: false }
}

/** In the cache, the fork's block. */
const BLOCK_KEY = 'block'

const remedyOf = ({ chainId, number }: OriginBlock, caches: OriginCaches | undefined): string =>
  caches === undefined
    ? 'Fork anew'
    : `Fork at another block, or delete ${caches.place(chainId, number)} to begin anew with this one`

const ethConfigOf = async (origin: Origin): Promise<unknown> => {
  try {
    return await origin.ask('eth_config', [])
  } catch (error) {
    if (!(error instanceof OriginRefusal)) throw error
    // So that a rerun need not ask.
    origin.remember('eth_config', [], null)
    return undefined
  }
}

const refused = (host: string, why: string) =>
  new ForkError(
    'DEED_FORK_ORIGIN_REFUSED',
    `The origin ${host} does not say which block to fork at: ${why}. Is this the address of an Ethereum node's JSON-RPC?`,
  )

const noBlock = (host: string, number: bigint | undefined) =>
  new ForkError(
    'DEED_FORK_BLOCK',
    `The origin ${host} has no ${number === undefined ? 'newest block' : `block ${number}`}. Is that number above its newest, or is its old history gone?`,
  )
