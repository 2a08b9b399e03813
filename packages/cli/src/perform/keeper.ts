/** A keeper of our own, the platform's, in this process: it acts when it is told to, and has no timers. */
import { openPlatform } from '@deed/platform'
import type { Transport } from 'viem'

export interface OwnKeeper {
  /** Does what is due at the present head, and everything that follows from it. */
  readonly settle: () => Promise<void>
  readonly close: () => Promise<void>
}

export const startKeeper = async (transport: Transport): Promise<OwnKeeper> => {
  const { settle, close } = await openPlatform({ transport })
  return { settle, close }
}
