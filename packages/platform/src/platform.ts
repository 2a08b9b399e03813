/**
 * The platform: index, keeper and agreements over one chain and one database.
 *
 * It is driven in one of two ways by the same step: `settle()` does everything that is to do at the present block and
 * returns, for `deed perform`, stories and tests; `follow()` runs with the chain until it is stopped.
 */
import type { Hex, Transport } from 'viem'
import { keeperAccount } from './automation/account.ts'
import { dropAll } from './automation/journal.ts'
import { createKeeper, type Keeper } from './automation/keeper.ts'
import { connect, isAway } from './chain/client.ts'
import { openDatabase } from './database/database.ts'
import { listAgreements, registerAgreement, registrationSchema } from './deeds/agreements.ts'
import { createIndex, type Sync } from './deeds/deed-index.ts'
import { describeDeed, listDeeds } from './deeds/description.ts'
import { describeDocument } from './deeds/document.ts'
import { forgetNames } from './deeds/names.ts'
import { PlatformError, toApiError } from './error.ts'
import { followChain } from './follow.ts'
import type {
  AgreementSummary,
  Deed,
  DeedDocument,
  DeedSummary,
  Head,
  KeeperStatus,
  Registration,
  StreamEvents,
} from './gateway/api.ts'
import { type Log, silent } from './log.ts'

export interface PlatformOptions {
  /** URL of JSON-RPC, or a viem transport for a chain in this process. */
  readonly transport: string | Transport
  /** Where the database lives; in memory without it. */
  readonly dataFolder?: string
  /**
   * `off`, or the private key as hex and the deeds to look after. Without a key: the development key, on the
   * development chain alone. Without `only`: every deed that the index finds.
   */
  readonly keeper?: 'off' | { readonly key?: string; readonly only?: readonly Hex[] }
  /** No deed is older than this block. */
  readonly fromBlock?: number
  readonly log?: Log
  /** Seconds, wall clock. */
  readonly now?: () => number
  readonly sleep?: (milliseconds: number) => Promise<void>
}

/** `{ name, data }` of `StreamEvents`. */
export type PlatformEvent = {
  [Name in keyof StreamEvents]: { readonly name: Name; readonly data: StreamEvents[Name] }
}[keyof StreamEvents]

export interface Platform {
  /** Takes in the present block, without acting. @throws when the chain is away. */
  sync(): Promise<void>
  /** Syncs, and lets the keeper do all that is to do at the present block. */
  settle(): Promise<void>
  /** Runs with the chain until the returned function is called. The chain may be away, or go away. */
  follow(): () => Promise<void>
  deeds(): Promise<DeedSummary[]>
  deed(address: Hex): Promise<Deed | undefined>
  document(address: Hex): Promise<DeedDocument | undefined>
  agreements(): Promise<AgreementSummary[]>
  /** @throws `DEED_TEXT_HASH`, or a ZodError for another form. */
  register(registration: Registration): Promise<{ created: boolean; agreement: AgreementSummary }>
  keeper(): Promise<KeeperStatus>
  /** How many deeds there are. */
  count(): Promise<number>
  status(): PlatformStatus
  /** @returns a function that stops listening. */
  on(listener: (event: PlatformEvent) => void): () => void
  close(): Promise<void>
}

interface PlatformStatus {
  readonly away: boolean
  readonly chainId: number | undefined
  readonly head: Head | undefined
  readonly keeper: KeeperStatus['state']
}

export const openPlatform = async (options: PlatformOptions): Promise<Platform> => {
  const { log = silent } = options
  const { db, close } = await openDatabase(options.dataFolder)
  const chain = connect(options.transport)
  const index = createIndex(chain, db, {
    ...(options.fromBlock !== undefined && { fromBlock: options.fromBlock }),
    onOtherChain: dropAll,
  })
  const listeners = new Set<(event: PlatformEvent) => void>()
  const emit = (event: PlatformEvent) => {
    for (const listener of listeners) listener(event)
  }
  let head: Head | undefined
  let chainId: number | undefined
  let keeper: Keeper | undefined
  let refused: PlatformError | undefined
  let away = false
  let stop: (() => Promise<void>) | undefined

  /** Notes a step, or a sync, and tells of it. */
  const note = ({ head: block, changed, reset }: Sync) => {
    const { number, hash, time } = block
    const moved = head?.hash !== hash
    head = { number, hash, time }
    if (reset) {
      forgetNames(chain)
      emit({ name: 'reset', data: { head } })
    }
    if (moved) emit({ name: 'head', data: head })
    for (const address of changed) emit({ name: 'deed', data: { address } })
  }

  /** The keeper needs the chain's id, so it is made with the first answer. */
  const meet = async (): Promise<Keeper | undefined> => {
    chainId ??= await chain.getChainId()
    if (options.keeper === 'off' || keeper || refused) return keeper
    try {
      const account = keeperAccount(chainId, options.keeper?.key)
      keeper = createKeeper({
        chain,
        chainId,
        db,
        index,
        account,
        log,
        ...(options.keeper?.only && { only: options.keeper.only }),
        now: options.now ?? (() => Math.floor(Date.now() / 1000)),
        sleep: options.sleep ?? ((milliseconds) => new Promise((done) => setTimeout(done, milliseconds))),
        onAction: (action) => emit({ name: 'keeper', data: action }),
        onSync: note,
      })
      log('info', `keeper: acts from ${keeper.address} on chain ${chainId}`)
    } catch (error) {
      if (!(error instanceof PlatformError)) throw error
      // Index and gateway go on without it: whoever runs this reads why.
      refused = error
      log('error', `keeper: off. ${error.message}`, { code: error.code })
    }
    return keeper
  }

  const sync = async () => note(await index.sync())
  const attempt = async <T>(run: () => Promise<T>): Promise<T> => {
    try {
      const result = await run()
      away = false
      return result
    } catch (error) {
      if (isAway(error)) away = true
      throw error
    }
  }

  return {
    sync: () => attempt(sync),
    settle: () =>
      attempt(async () => {
        const present = await meet()
        if (refused) throw refused
        await (present ? present.settle() : sync())
      }),
    follow() {
      const following = followChain({
        url: typeof options.transport === 'string' ? options.transport : undefined,
        log,
        step: () =>
          attempt(async () => {
            const present = await meet()
            if (present) return present.step('pending')
            await sync()
            return { sent: 0, open: 0, now: head!.time, next: undefined }
          }),
      })
      stop = following.stop
      return following.stop
    },
    deeds: () => attempt(() => listDeeds(chain, db)),
    deed: (address) => attempt(() => describeDeed(chain, db, address)),
    document: (address) => attempt(() => describeDocument(chain, db, address)),
    agreements: () => listAgreements(db),
    async register(registration) {
      const decoded = registrationSchema.parse(registration)
      const { created } = await registerAgreement(db, decoded)
      const agreement = (await listAgreements(db)).find(({ text }) => text === decoded.outline.text)!
      // From now on they are shown in the words of their text.
      for (const address of agreement.deeds) emit({ name: 'deed', data: { address } })
      return { created, agreement }
    },
    async keeper() {
      if (keeper) return keeper.status()
      const off = options.keeper === 'off' || refused
      return {
        state: off ? 'off' : 'away',
        ...(refused && { warning: toApiError(refused) }),
        actions: [],
      }
    },
    async count() {
      const { count } = await db
        .selectFrom('deeds')
        .select((eb) => eb.fn.countAll().as('count'))
        .executeTakeFirstOrThrow()
      return Number(count)
    },
    status: () => ({
      away,
      chainId,
      head,
      keeper: keeper?.state() ?? (options.keeper === 'off' || refused ? 'off' : 'away'),
    }),
    on(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async close() {
      await stop?.()
      await close()
    },
  }
}
