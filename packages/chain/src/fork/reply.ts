/** What an origin means by its errors. There is no standard: the words are those of clients and providers. */
import { isObject } from '../rpc/decode.ts'
import type { Endpoint } from './endpoint.ts'
import type { JsonRpcError } from './error.ts'

/**
 * `busy`: asked too often. `passing`: may be well the next time. `pruned`: the state is gone. `absent`: the block is
 * not there, or not yet. `crowded`: said of a batch as such. `final`: the answer to what was asked.
 */
export type ErrorKind = 'busy' | 'passing' | 'pruned' | 'absent' | 'crowded' | 'final'

export const kindOf = ({ code, message, data }: JsonRpcError): ErrorKind => {
  // A revert is an answer, and its words are the contract's.
  if (code === 3 || /execution reverted/i.test(message)) return 'final'
  const text = `${message} ${typeof data === 'string' && !data.startsWith('0x') ? data : ''}`
  if (/\bbatch/i.test(text)) return 'crowded'
  if (PRUNED.test(text)) return 'pruned'
  // -32005 is also said of a query that finds too much (Infura), which no waiting helps.
  if (BUSY.test(text) || code === 429 || (code === -32005 && !TOO_MUCH.test(text))) return 'busy'
  if (ABSENT.test(text)) return 'absent'
  return PASSING.test(text) ? 'passing' : 'final'
}

/** An entry of an answer: what it is the answer to, and either result or error. */
export interface Reply {
  readonly id: unknown
  readonly result?: unknown
  readonly error?: JsonRpcError
}

/** `undefined`: it is no answer of JSON-RPC. */
export const readReply = (json: unknown, { conceal }: Endpoint): Reply | undefined => {
  if (!isObject(json)) return undefined
  if (isObject(json.error)) {
    const { code, message, data } = json.error
    const error = {
      code: typeof code === 'number' ? code : -32000,
      message: typeof message === 'string' ? conceal(message) : 'an error without words',
      ...(data !== undefined && { data }),
    }
    return { id: json.id, error }
  }
  if (typeof json.error === 'string')
    return { id: json.id, error: { code: -32000, message: conceal(json.error) } }
  return 'result' in json ? { id: json.id, result: json.result } : undefined
}

const PRUNED =
  /missing trie node|pruned|archive|(historical|world)[ -]?state.*(un|not )available|no state available|state (is )?(un|not )available|state histories|distance to target block exceeds/i
const BUSY =
  /rate.?limit|too many (requests|connections)|requests? (rate|limit|per)|compute units|throttl|quota|exceeded.{0,40}capacity|capacity (exceeded|limit)/i
const TOO_MUCH = /results?|block range|logs? |response size|range/i
const ABSENT =
  /header not found|(unknown|invalid) block|(find|have) block|block.{0,80}not (be )?found|not found.{0,40}block/i
const PASSING =
  /timed? ?out|time-?out|temporar|try again|overload|unavailable|upstream|bad gateway|cancell?ed|internal (server )?error/i
