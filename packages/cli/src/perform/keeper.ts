/** A keeper of our own, the platform's, in this process: it acts when it is told to, and has no timers. */
import { connect, createIndex, createKeeper, keeperAccount, openDatabase, silent } from '@deed/platform'
import type { Transport } from 'viem'
import { DEV_CHAIN_ID } from './stage.ts'

export interface OwnKeeper {
  /** Does what is due at the present head, and everything that follows from it. */
  readonly settle: () => Promise<void>
  readonly close: () => Promise<void>
}

export const startKeeper = async (transport: Transport): Promise<OwnKeeper> => {
  const chain = connect(transport)
  const { db, close } = await openDatabase()
  const index = createIndex(chain, db)
  const keeper = createKeeper({
    chain,
    chainId: DEV_CHAIN_ID,
    db,
    index,
    account: keeperAccount(DEV_CHAIN_ID),
    log: silent,
    now: () => Math.floor(Date.now() / 1000),
    sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
  })
  return { settle: () => keeper.settle(), close }
}
