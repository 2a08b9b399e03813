/** The logs of a simulated message, and where it is asked for, those of the ether that moves. */
import { type Address, type Hash, type Log, type Tracer, wordToBytes } from '@deed/evm'

/** A log and its place in the block. Places of logs that were undone stay empty, as in geth. */
export interface PlacedLog {
  readonly log: Log
  readonly index: number
}

/**
 * @param first place of the message's first log.
 * @param transfers also tell of ether that moves, in the form of ERC-20's Transfer event.
 */
export const logTracer = (first: number, transfers: boolean) => {
  let next = first
  /** What each running frame has logged: it counts if the frame succeeds. */
  const frames: PlacedLog[][] = [[]]
  const place = (log: Log) => frames.at(-1)!.push({ log, index: next++ })
  const tracer: Tracer = {
    enter({ kind, from, to, value }) {
      frames.push([])
      if (transfers && value > 0n && kind !== 'DELEGATECALL' && kind !== 'CALLCODE')
        place(transferLog(from, to, value))
    },
    exit({ status }) {
      const ended = frames.pop()!
      if (status === 'success') frames.at(-1)!.push(...ended)
    },
    log: place,
  }
  return { tracer, logs: frames[0]!, next: () => next }
}

const transferLog = (from: Address, to: Address, value: bigint): Log => ({
  address: ETHER,
  topics: [TRANSFER, topicOf(from), topicOf(to)],
  data: wordToBytes(value),
})

const topicOf = (address: Address): Hash => `0x${address.slice(2).padStart(64, '0')}`

/** Where transfers of ether seem to come from (ERC-7528). */
const ETHER: Address = '0xeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee'
/** keccak256 of `Transfer(address,address,uint256)`. */
const TRANSFER: Hash = '0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef'
