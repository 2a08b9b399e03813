/**
 * A deed as the page shows it: what the chain says now, in the words of its text. Without a registered outline
 * everything that needs no name is still there.
 */
import { type Clause, deedAbi, type Entry, type Outline, toEntries } from '@deed/agreement'
import { type Abi, type AbiFunction, BaseError, type Hex } from 'viem'
import { type Chain, isAway } from '../chain/client.ts'
import type { Database } from '../database/database.ts'
import type { DeedTable } from '../database/tables.ts'
import type {
  Balance,
  Deed,
  DeedState,
  DeedSummary,
  Money,
  OpenClause,
  TimelineEntry,
  Value,
} from '../gateway/api.ts'
import { type Agreement, agreementOf } from './agreements.ts'
import { eventsOf } from './events.ts'
import { type DeedNames, readNames } from './names.ts'
import { rowOf } from './row.ts'
import { shownValue } from './shown.ts'

const TIMELINE_LIMIT = 5_000
/** Deeds of the list; older ones are found by address. */
const LISTED = 200

/** Newest first. */
export const listDeeds = async (chain: Chain, db: Database): Promise<DeedSummary[]> => {
  const rows = await db
    .selectFrom('deeds')
    .selectAll()
    .orderBy('since_block', 'desc')
    .orderBy('address')
    .limit(LISTED)
    .execute()
  return Promise.all(rows.map(async (row) => (await summary(chain, db, row)).summary))
}

/** @returns undefined when there is no such deed. */
export const describeDeed = async (chain: Chain, db: Database, address: Hex): Promise<Deed | undefined> => {
  const row = await rowOf(chain, db, address)
  if (!row) return undefined
  const { summary: short, agreement, names, open, values } = await summary(chain, db, row)
  const outline = agreement?.outline
  const events = outline ? await eventsOf(db, address) : []
  const entries = outline ? toEntries(outline, (other) => names?.of(other), events) : []
  return {
    ...short,
    terms: outline ? await readValues(chain, address, agreement, outline.terms.map(withGetter)) : [],
    fields: outline ? await readValues(chain, address, agreement, outline.fields) : [],
    holdings: values.holdings,
    debts: values.debts,
    balances: await balancesOf(db, address, names),
    open,
    timeline: entries.slice(-TIMELINE_LIMIT).map(toTimelineEntry),
    earlier: Math.max(0, entries.length - TIMELINE_LIMIT),
    ...(outline && { outline }),
  }
}

/** Name, kind and getter of something that can be read. */
interface Readable {
  readonly name: string
  readonly getter: string
  readonly kind: Value['kind']
  readonly token?: string | undefined
}

const withGetter = (term: Outline['terms'][number]): Readable => ({ ...term, getter: term.field })

/**
 * Reads getters through the contract's own ABI. One that the ABI does not have, or that takes arguments, or that the
 * deed refuses, is left without a value.
 */
export const readValues = (
  chain: Chain,
  deed: Hex,
  { abi, outline }: Pick<Agreement, 'abi' | 'outline'>,
  readables: readonly Readable[],
): Promise<Value[]> =>
  Promise.all(
    readables.map(async ({ name, getter, kind, token }) => {
      const read = await readGetter(chain, deed, abi, getter)
      const value = kind === 'address' && read ? String(read).toLowerCase() : read
      const money = outline.tokens.find((each) => each.name === token)
      return {
        name,
        kind,
        ...(token && { token }),
        shown: value === undefined ? '–' : shownValue(kind, value, money),
        ...(value !== undefined && { value: String(value) }),
      }
    }),
  )

export const getterOf = (abi: Abi, getter: string): AbiFunction | undefined =>
  abi.find(
    (item): item is AbiFunction =>
      item.type === 'function' &&
      item.name === getter &&
      item.inputs.length === 0 &&
      item.outputs.length === 1,
  )

const readGetter = async (chain: Chain, address: Hex, abi: Abi, getter: string): Promise<unknown> => {
  const item = getterOf(abi, getter)
  if (!item) return undefined
  try {
    return await chain.readContract({ abi: [item], address, functionName: getter })
  } catch (error) {
    if (isAway(error) || !(error instanceof BaseError)) throw error
    return undefined
  }
}

const summary = async (chain: Chain, db: Database, row: DeedTable) => {
  const address = row.address as Hex
  const agreement = await agreementOf(db, row.text as Hex)
  const outline = agreement?.outline
  const state: DeedState = row.ended ? 'ended' : row.begun ? 'running' : 'signing'
  const [names, open, values, signed] = await Promise.all([
    outline && readNames(chain, address, outline),
    state === 'running' ? readOpen(chain, address, outline) : [],
    readMoney(chain, address, agreement),
    Promise.all(
      (JSON.parse(row.parties) as Hex[]).map(async (party) => {
        const at = await chain.readContract({
          abi: deedAbi,
          address,
          functionName: 'signedAt',
          args: [party],
        })
        return { address: party, role: 'party' as const, ...(at > 0n && { signed: Number(at) }) }
      }),
    ),
  ])
  const parties = names
    ? names.parties.map((party) => ({ ...signed.find((other) => other.address === party.address), ...party }))
    : signed
  const first = open.toSorted((a, b) => a.due - b.due)[0]
  const short: DeedSummary = {
    address,
    text: row.text as Hex,
    ...(outline && { title: outline.title }),
    state,
    parties,
    tokens: [...(names?.tokens ?? [])],
    ...(first && { next: { clause: first.clause, ...(first.name && { name: first.name }), due: first.due } }),
    held: heldBy(values.holdings, names),
    since: { block: row.since_block, time: row.since_time },
    events: row.events,
  }
  return { summary: short, agreement, names, open, values }
}

const readMoney = async (chain: Chain, deed: Hex, agreement: Agreement | undefined) => {
  if (!agreement) return { holdings: [], debts: [] }
  const { holdings, debts } = agreement.outline
  const amount = <T extends { name: string; getter: string; token: string }>(cell: T) =>
    ({ ...cell, kind: 'amount' }) as const
  const [held, owed] = await Promise.all([
    readValues(chain, deed, agreement, holdings.map(amount)),
    readValues(chain, deed, agreement, debts.map(amount)),
  ])
  return {
    holdings: held.map((value, i) => ({ ...value, owner: holdings[i]!.owner })),
    debts: owed.map((value, i) => ({
      ...value,
      debtor: debts[i]!.debtor,
      creditor: debts[i]!.creditor,
    })),
  }
}

const heldBy = (holdings: readonly Value[], names: DeedNames | undefined): Money[] =>
  (names?.tokens ?? []).map((token) => {
    const cells = holdings.filter((holding) => holding.token === token.name)
    const sum = cells.reduce((total, { value }) => total + BigInt(value ?? 0), 0n)
    return { token: token.address, amount: String(sum) }
  })

const readOpen = async (chain: Chain, address: Hex, outline: Outline | undefined): Promise<OpenClause[]> => {
  const pending = await chain.readContract({ abi: deedAbi, address, functionName: 'pending' })
  return pending.map(({ clause: number, due, acts, must }) => {
    const clause = outline?.clauses.find((each) => each.number === number)
    return {
      clause: number,
      ...(clause && { name: clause.name }),
      due,
      must,
      acts: clause
        ? clause.acts.map((act) => ({ ...describeAct(act), possible: acts.includes(act.number) }))
        : acts.map((act) => ({ number: act, possible: true, by: [], must })),
      otherwise: clause?.otherwise ?? [],
    }
  })
}

const describeAct = ({ number, function: name, by, must, sentence }: Clause['acts'][number]) => ({
  number,
  function: name,
  by,
  must,
  sentence,
})

const balancesOf = async (db: Database, deed: Hex, names: DeedNames | undefined): Promise<Balance[]> => {
  const rows = await db
    .selectFrom('credits')
    .select(['party', 'token', 'amount'])
    .where('deed', '=', deed)
    .orderBy('party')
    .orderBy('token')
    .execute()
  return rows.map(({ party, token, amount }) => {
    const name = names?.of(party)
    return { party: party as Hex, ...(name && { name }), token: token as Hex, amount }
  })
}

const toTimelineEntry = ({ amount, ...entry }: Entry): TimelineEntry => ({
  ...entry,
  ...(amount !== undefined && { amount: String(amount) }),
})
