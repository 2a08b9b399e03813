/**
 * From a deed's events to what a person reads: who did what by which clause, and where money went.
 *
 * Money goes one way through a deed, and each leg is one entry:
 *
 *     pay     payer -> holding or debt     money enters the deed
 *     charge  debtor -> debt               a debt grows, no money moves
 *     settle  holding -> debt              money held pays a debt
 *     move    holding -> holding           money held is held for another purpose
 *     forgive debt -> debtor               a debt falls, no money moves
 *     credit  holding or debt -> party     money becomes the party's own
 *     withdraw  deed -> party              money leaves for the party's wallet
 *
 * The contract states a holding or a debt whenever it changes, before it credits anybody, so the legs follow
 * from the differences.
 */
import { type Address, type Hex, hexToBigInt, hexToString, trim } from 'viem'
import type { Outline } from './outline.ts'

/** An event of `IDeed` as decoded by viem, with where it happened. */
export interface DeedEvent {
  readonly eventName: string
  readonly args: Record<string, unknown>
  readonly blockNumber: bigint
  /** Seconds. */
  readonly blockTime: bigint
  readonly transactionHash: Hex
  readonly logIndex: number
  /** Sender of the transaction, where it is known: who called when nobody acted. */
  readonly sender?: Address
}

export interface Entry {
  /** Logical time in seconds since 1970: when it took effect, not when somebody called. */
  readonly time: number
  readonly block: number
  readonly tx: Hex
  /** Number of the clause; 0 outside of clauses. */
  readonly clause: number
  /**
   * `signed`, `begun`, `opened`, `paused`, `resumed`, `elapsed`, `breached`, `assented`, `stated`, `ended`, a leg of
   * money, or an act's verb.
   */
  readonly what: string
  readonly from?: string
  readonly to?: string
  /** In the token's smallest unit. */
  readonly amount?: bigint
  readonly token?: string
  /** Party that acted, `Anyone` or an address; `time` when a deadline passed. */
  readonly by?: string
  /** `opened`: when the clause elapses. */
  readonly due?: number
  /** `assented`: the verb of the act to which a party consents. */
  readonly verb?: string
  /** `stated`: the field and its encoded value. */
  readonly field?: string
  readonly value?: Hex
}

/** Names of addresses that belong to a deed: its parties and tokens. */
export type Names = (address: Address) => string | undefined

/**
 * Entries for a deed's events, which come in order and from its first one.
 * @param names resolves the deed's own addresses; others are shown as they are.
 */
export const toEntries = (outline: Outline, names: Names, events: readonly DeedEvent[]): Entry[] => {
  const amounts = new Map<string, bigint>()
  const entries: Entry[] = []
  let clause = 0
  let time = 0
  let by: string | undefined
  let released: { holding: string; amount: bigint } | undefined
  let source: string | undefined
  /** Where the payment of the present act goes. */
  let paidInto: string | undefined

  const name = (address: unknown) => names(address as Address) ?? String(address)
  const holding = (field: string) => outline.holdings.find((h) => h.name === field)
  const debt = (field: string) => outline.debts.find((d) => d.name === field)

  for (const event of events) {
    const { args } = event
    const add = (entry: Omit<Entry, 'time' | 'block' | 'tx' | 'clause'> & Partial<Entry>) =>
      entries.push({ time, block: Number(event.blockNumber), tx: event.transactionHash, clause, ...entry })

    switch (event.eventName) {
      case 'Signed':
        ;[clause, time] = [0, Number(event.blockTime)]
        add({ what: 'signed', by: name(args.party) })
        break
      case 'Begun':
        ;[clause, time] = [0, Number(args.time)]
        add({ what: 'begun' })
        break
      case 'Opened':
        // A clause that has only effects waits for nothing: what follows in the step happens by its words.
        if (Number(args.due) === 0) clause = Number(args.clause)
        add({ what: 'opened', clause: Number(args.clause), due: Number(args.due) })
        break
      case 'Elapsed':
        ;[clause, time, by] = [Number(args.clause), Number(args.time), 'time']
        ;[released, source, paidInto] = [undefined, undefined, undefined]
        add({ what: 'elapsed', by })
        break
      case 'Acted': {
        ;[clause, time, by] = [Number(args.clause), Number(event.blockTime), name(args.by)]
        const act = actOf(outline, args)
        ;[released, source, paidInto] = [undefined, undefined, act?.pays?.into]
        const verb = act?.verb
        // A payment shows itself as the holding or debt that it changes.
        if (verb !== 'pay') add({ what: verb ?? `act ${args.act}`, by })
        break
      }
      case 'Assented': {
        // What is due ran before, and whoever acts later acts by another event.
        const verb = actOf(outline, args)?.verb ?? `act ${args.act}`
        add({
          what: 'assented',
          clause: Number(args.clause),
          time: Number(event.blockTime),
          by: name(args.by),
          verb,
        })
        break
      }
      case 'Paused':
        add({ what: 'paused', clause: Number(args.clause) })
        break
      case 'Resumed':
        add({ what: 'resumed', clause: Number(args.clause), due: Number(args.due) })
        break
      case 'Breached':
        add({ what: 'breached', clause: Number(args.clause), by: name(args.party) })
        break
      case 'Stated': {
        const field = hexToString(trim(args.field as Hex, { dir: 'right' }))
        const cell = holding(field) ?? debt(field)
        if (!cell) {
          add({ what: 'stated', field, value: args.value as Hex, by })
          break
        }
        const after = hexToBigInt(args.value as Hex)
        const change = after - (amounts.get(field) ?? 0n)
        amounts.set(field, after)
        const { token } = cell
        if ('debtor' in cell) {
          if (change > 0n) add({ what: 'charge', from: cell.debtor, to: field, amount: change, token, by })
          else if (released)
            add({ what: 'settle', from: released.holding, to: field, amount: -change, token, by })
          else if (paidInto === field) add({ what: 'pay', from: by, to: field, amount: -change, token, by })
          else add({ what: 'forgive', from: field, to: cell.debtor, amount: -change, token, by })
          if (paidInto === field) paidInto = undefined
          if (change < 0n) source = field
        } else if (change > 0n) {
          if (released) add({ what: 'move', from: released.holding, to: field, amount: change, token, by })
          else add({ what: 'pay', from: by, to: field, amount: change, token, by })
          released = undefined
        } else {
          released = { holding: field, amount: -change }
          source = field
        }
        break
      }
      case 'Credited':
        add({
          what: 'credit',
          // A payment to a party goes through the deed at once.
          from: source ?? by,
          to: name(args.party),
          amount: args.amount as bigint,
          token: name(args.token),
          by,
        })
        released = undefined
        break
      case 'Withdrawn':
        add({
          clause: 0,
          time: Number(event.blockTime),
          what: 'withdraw',
          from: 'deed',
          to: name(args.party),
          amount: args.amount as bigint,
          token: name(args.token),
          ...(event.sender && { by: name(event.sender) }),
        })
        break
      case 'Ended':
        ;[clause, time] = [0, Number(args.time)]
        add({ what: 'ended' })
        break
    }
  }
  return entries
}

const actOf = ({ clauses }: Outline, { clause, act }: Record<string, unknown>) =>
  clauses.find(({ number }) => number === Number(clause))?.acts.find(({ number }) => number === Number(act))
