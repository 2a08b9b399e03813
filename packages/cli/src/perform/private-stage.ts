/** A chain in this process, in memory, of which nothing remains: the same run gives the same blocks. */
import { createDevNode } from '@deed/chain'
import { custom } from 'viem'
import { DEV_KEEPER } from '../supervise/keeper-account.ts'
import { startKeeper } from './keeper.ts'
import { clientOn, type Stage } from './stage.ts'

/** The first block's time, and what the wall clock says: time goes on only where the script moves it. */
const GENESIS_SECONDS = Date.UTC(2027, 0, 1) / 1000
const KEEPER_BALANCE_WEI = 10_000n * 10n ** 18n

export const privateStage = async (): Promise<Stage> => {
  const node = await createDevNode({
    genesisTime: BigInt(GENESIS_SECONDS),
    wallTime: () => BigInt(GENESIS_SECONDS),
    alloc: new Map([[DEV_KEEPER, { balance: KEEPER_BALANCE_WEI }]]),
  })
  const transport = custom(
    { request: ({ method, params }) => node.request(method, params) },
    { retryCount: 0 },
  )
  const keeper = await startKeeper(transport)
  return {
    ...clientOn(transport),
    transport,
    keeperIsOurs: true,
    settle: keeper.settle,
    close: async () => {
      await keeper.close()
      await node.close()
    },
  }
}
