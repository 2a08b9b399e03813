/** A development chain in this process. Its wall clock stands still, so that time is what a test says. */
import { createDevNode } from '@deed/chain'

export type Request = (args: { method: string; params?: unknown[] }) => Promise<unknown>

/** @param genesisTime seconds since 1970 */
export const startNode = async (genesisTime: number): Promise<Request> => {
  const node = await createDevNode({ wallTime: () => BigInt(genesisTime), genesisTime: BigInt(genesisTime) })
  return ({ method, params = [] }) => node.request(method, params)
}
