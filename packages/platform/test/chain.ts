/** Our own chain in this process, with a server that a child process can reach. */
import { createDevNode, LOCAL } from '@deed/chain'
import { startServer } from '@deed/chain/server'

/** m/44'/60'/1'/0/0 of the development mnemonic. */
export const KEEPER = '0x8c8d35429f74ec245f8ef2f4fd1e551cff97d650'

/**
 * @param genesisTime seconds.
 * @param wallTime the clock that block times follow; without it the clock stands until a test moves it.
 */
export const startChain = async (genesisTime: number, wallTime = () => genesisTime) => {
  const node = await createDevNode({
    genesisTime: BigInt(genesisTime),
    wallTime: () => BigInt(wallTime()),
    alloc: new Map([[KEEPER, { balance: 10n ** 18n }]]),
  })
  const server = await startServer({ node, principal: LOCAL, port: 0 })
  return {
    url: server.url,
    request: (method: string, params: unknown[] = []) => node.request(method, params),
    async close() {
      await server.close()
      await node.close()
    },
  }
}
