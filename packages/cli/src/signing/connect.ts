/** A chain behind a URL, of any id. */
import {
  BaseError,
  createPublicClient,
  defineChain,
  HttpRequestError,
  http,
  RpcRequestError,
  TimeoutError,
} from 'viem'
import { CommandError } from '../fault.ts'
import type { Chain } from '../perform/stage.ts'

const REQUEST_TIMEOUT_MS = 15_000
const POLL_MS = 200

/** @param id of the chain for which the deed is meant. */
export const connect = async (url: string, id: number): Promise<Chain> => {
  const transport = http(url, { batch: true, timeout: REQUEST_TIMEOUT_MS })
  const chain = defineChain({
    id,
    name: `chain ${id}`,
    nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
    rpcUrls: { default: { http: [url] } },
  })
  const client = createPublicClient({ chain, transport, cacheTime: 0, pollingInterval: POLL_MS })
  const found = await client.getChainId().catch((error) => {
    throw awayOf(error, url) ?? error
  })
  if (found === id) return { client, chain, transport }
  throw new CommandError(
    'DEED_WRONG_CHAIN',
    `The chain at ${url} has id ${found}, and the deed is for chain ${id}. Give the URL of that chain, or agree on another: deed agreement fill … --chain ${found}`,
  )
}

/**
 * The time, in seconds, that a transaction sent now would see, or nearly: a chain that has been idle has an old head.
 */
export const nextTime = async ({ client }: Chain): Promise<number> => {
  const times = await Promise.all(
    (['latest', 'pending'] as const).map((blockTag) =>
      client.getBlock({ blockTag }).then(
        ({ timestamp }) => Number(timestamp),
        () => 0,
      ),
    ),
  )
  return Math.max(...times)
}

/** What to say when a chain is away, or takes a transaction not; undefined if the error is about something else. */
export const faultOf = (error: unknown, url: string): CommandError | undefined => {
  const away = awayOf(error, url)
  if (away || !(error instanceof BaseError)) return away
  const refusal = error.walk((e) => e instanceof RpcRequestError) as RpcRequestError | null
  if (!refusal) return undefined
  return new CommandError(
    'DEED_CHAIN_REFUSED',
    `The chain at ${url} refused a request: ${refusal.details.replace(/\.$/, '')}. Nothing of what was done is lost: put it right, and run the same again.`,
    { cause: error },
  )
}

const awayOf = (error: unknown, url: string): CommandError | undefined => {
  if (!(error instanceof BaseError)) return undefined
  if (!error.walk((e) => e instanceof HttpRequestError || e instanceof TimeoutError)) return undefined
  return new CommandError(
    'DEED_CHAIN_AWAY',
    `No chain answers at ${url}. Start one with \`npx deed dev\`, or correct --rpc.`,
    { cause: error },
  )
}
