/** Our node behind a real server, for the clients of other people. */
import { createDevNode, type DevNode, type DevNodeOptions, LOCAL } from '@deed/chain'
import { type RpcServer, startServer } from '@deed/chain/server'
import { type Rpc, rpcTo } from './rpc.ts'

export interface Deed {
  readonly node: DevNode
  readonly server: RpcServer
  readonly url: string
  readonly rpc: Rpc
  close(): Promise<void>
}

export const startDeed = async (options: Partial<DevNodeOptions> = {}): Promise<Deed> => {
  const node = await createDevNode({ wallTime: () => BigInt(Math.floor(Date.now() / 1000)), ...options })
  const server = await startServer({ node, principal: LOCAL, port: 0 })
  return {
    node,
    server,
    url: server.url,
    rpc: rpcTo(server.url),
    close: async () => {
      await server.close()
      await node.close()
    },
  }
}
