import { quantity } from '../../hex.ts'
import type { Context } from '../method.ts'

/** What of its history a node still has: here all of it, from genesis on (execution-apis). */
export const ethCapabilities = ({ node: { chain } }: Context) => {
  const { hash, block } = chain.head
  const everything = { disabled: false, oldestBlock: quantity(0) }
  return {
    head: { number: quantity(block.header.number), hash },
    state: everything,
    tx: everything,
    logs: everything,
    receipts: everything,
    blocks: everything,
    stateproofs: everything,
  }
}
