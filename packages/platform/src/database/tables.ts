/**
 * The tables, as Kysely sees them. What is in them can be rebuilt from the chain, except `journal` and
 * `agreements`.
 *
 * The SQL is the common part of PostgreSQL and SQLite: integers below 2^53 are `bigint`, wei and token amounts are
 * decimal strings, lists are JSON in text, hashes and addresses are lower-case text.
 */

export interface Tables {
  migrations: { number: number }
  place: PlaceTable
  deeds: DeedTable
  events: EventTable
  credits: CreditTable
  agreements: AgreementTable
  journal: JournalTable
  backoffs: BackoffTable
  actions: ActionTable
}

/** The block up to which the index has taken everything in: one row. */
interface PlaceTable {
  id: number
  /** Hash of block 0: another one is another chain, and nothing here is about it. */
  genesis: string
  number: number
  hash: string
  time: number
}

export interface DeedTable {
  address: string
  text: string
  /** JSON: addresses that sign. */
  parties: string
  since_block: number
  since_time: number
  begun: number
  ended: number
  /** When the next timer runs; null if none does. Changes only with an event of the deed. */
  due: number | null
  events: number
}

/** Raw logs of deeds: decoded when read. */
interface EventTable {
  block: number
  log_index: number
  block_hash: string
  block_time: number
  tx: string
  deed: string
  /** JSON. */
  topics: string
  data: string
}

/** What can be withdrawn: `balanceOf` of each pair that a `Credited` event has named. */
interface CreditTable {
  deed: string
  party: string
  token: string
  amount: string
}

interface AgreementTable {
  text_hash: string
  /** Order of registration. */
  id: number
  title: string
  outline: string
  text: string
  abi: string
}

/**
 * `stored` before it is sent; `sent` when the node has taken it; the others are final: `done` and `reverted` have a
 * receipt, `replaced` gave its nonce to another attempt, `dropped` can never be mined.
 */
export type JournalState = 'stored' | 'sent' | 'done' | 'reverted' | 'replaced' | 'dropped'

/** The keeper's transactions, written before they are sent. */
export interface JournalTable {
  hash: string
  /** Order of signing. */
  sequence: number
  account: string
  nonce: number
  raw: string
  /** What it is for: `perform:<deed>` or `withdraw:<deed>:<party>:<token>`. One open nonce per purpose. */
  purpose: string
  state: JournalState
  /** Wall clock, seconds: a transaction is stuck by the clock of the network, not by the deed's. */
  stored_at: number
  max_fee_wei: string
  tip_wei: string
  /** Row of `actions` that tells of it. */
  action: number
}

interface BackoffTable {
  purpose: string
  failures: number
  /** Chain time. */
  until: number
}

/** What the keeper did and why. */
export interface ActionTable {
  id: number
  time: number
  deed: string
  action: 'perform' | 'withdraw'
  reason: string
  tx: string | null
  outcome: 'sent' | 'done' | 'reverted' | 'refused' | 'dropped'
  detail: string | null
}
