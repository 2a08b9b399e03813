/**
 * What the gateway answers, as types only: the page and other clients import this file and nothing else of the
 * platform.
 *
 *     GET  /api/health                    Health
 *     GET  /api/deeds                     DeedSummary[], newest first
 *     GET  /api/deeds/:address            Deed
 *     GET  /api/deeds/:address/document   DeedDocument
 *     GET  /api/agreements                AgreementSummary[]
 *     POST /api/agreements                Registration -> AgreementSummary (201; 200 when it was known)
 *     GET  /api/keeper                    KeeperStatus
 *     GET  /api/stream                    server-sent events: the names and data of `StreamEvents`
 *
 * Money is a decimal string in the token's smallest unit, wei too. Times are seconds since 1970 by the chain's
 * clock. Addresses and hashes are lower-case. A request that fails answers 4xx or 5xx with an `ApiError`.
 */
import type { Kind, Outline } from '@deed/agreement'

export type Hex = `0x${string}`

export interface ApiError {
  /** Stable: `DEED_NOT_FOUND`, `DEED_BAD_REQUEST` … */
  code: string
  /** What was wrong and what to do, in sentences. */
  message: string
  /** The values that were wrong. */
  details?: Record<string, unknown>
}

export interface Head {
  number: number
  hash: Hex
  time: number
}

export interface Health {
  /** `away` while the chain does not answer; everything else is then as it was last seen. */
  chain: 'here' | 'away'
  chainId?: number
  head?: Head
  /** Last block that the index has taken in. */
  indexed?: number
  keeper: KeeperStatus['state']
  deeds: number
  version: string
  uptimeSeconds: number
}

/** `signing` until the last party has signed, then `running`, then `ended`. */
export type DeedState = 'signing' | 'running' | 'ended'

export interface Party {
  /** As in the text; missing where the outline is not known. */
  name?: string
  address: Hex
  role: 'party' | 'third party'
  /** When the party signed. */
  signed?: number
}

export interface Token {
  name: string
  address: Hex
  decimals: number
}

export interface Money {
  token: Hex
  amount: string
}

export interface DeedSummary {
  address: Hex
  /** Hash of the text. */
  text: Hex
  /** Title of the text; missing where no outline is registered for the hash. */
  title?: string
  state: DeedState
  parties: Party[]
  tokens: Token[]
  /** What happens by itself next, and when; missing when no clock runs. */
  next?: { clause: number; name?: string; due: number }
  /** What the deed holds for its parties under its clauses, by token; free balances are not in it. */
  held: Money[]
  /** Block and time of the first event. */
  since: { block: number; time: number }
  /** Number of events so far: changes when anything happened. */
  events: number
}

/** A term, field, holding or debt. */
export interface Value {
  name: string
  kind: Kind
  /** Of amounts: the token's name. */
  token?: string
  /** As a person reads it: `1,000.00 USDC`, `2027-02-01`. */
  shown: string
  /** Decimal string, 0x string, `true`, `false`. Missing where it is not stated yet. */
  value?: string
  /** Holdings: for whom. */
  owner?: string
  /** Debts: who owes whom. */
  debtor?: string
  creditor?: string
}

/** An entry of the timeline: `Entry` of @deed/agreement with money as a string. */
export interface TimelineEntry {
  /** When it took effect, which may be before the block that says so. */
  time: number
  block: number
  tx: Hex
  /** 0 outside of clauses. */
  clause: number
  what: string
  from?: string
  to?: string
  amount?: string
  token?: string
  by?: string
  due?: number
  field?: string
  value?: Hex
}

/** A clause that is open now. */
export interface OpenClause {
  clause: number
  /** Missing where the outline is not known, as are `name` and the sentences below. */
  name?: string
  /** When it elapses if nobody acts. */
  due: number
  /** Whether somebody is obliged to act. */
  must: boolean
  /** Acts of the clause; `possible` when its condition holds now. */
  acts: PossibleAct[]
  /** What happens when it elapses. */
  otherwise: string[]
}

export interface PossibleAct {
  number: number
  possible: boolean
  function?: string
  /** Names of the parties that may act, or `Anyone`. */
  by: string[]
  must: boolean
  sentence?: string
}

export interface Balance {
  party: Hex
  name?: string
  token: Hex
  /** What `withdraw` would pay out now. */
  amount: string
}

export interface Deed extends DeedSummary {
  terms: Value[]
  fields: Value[]
  holdings: Value[]
  debts: Value[]
  /** Money that has become a party's own and has not been withdrawn; zero balances are left out. */
  balances: Balance[]
  open: OpenClause[]
  /** Oldest first; at most the newest 5,000. */
  timeline: TimelineEntry[]
  /** Entries before the first in `timeline`. */
  earlier: number
  outline?: Outline
}

/** `waiting`: never opened yet; `closed`: was open and is no more. A clause can open again. */
export type ClauseStatus = 'waiting' | 'open' | 'closed'

/** Text, in which a figure of the deed stands for its name in braces. */
export type DocumentPart = { text: string } | { slot: string; text: string }

export type DocumentBlock =
  | { type: 'prose'; parts: DocumentPart[] }
  /** A bullet; `level` 0 is the outermost. */
  | { type: 'bullet'; level: number; parts: DocumentPart[] }
  | { type: 'table'; rows: string[][] }

export interface DocumentClause {
  number: number
  name: string
  status: ClauseStatus
  due?: number
  blocks: DocumentBlock[]
}

export interface DeedDocument {
  title: string
  /** Hash of the text. */
  text: Hex
  /** The text itself, so that whoever reads it can hash and check it. */
  source: string
  /** What stands now for each name that has a figure, as prose shows it. */
  figures: Record<string, string>
  preface: DocumentBlock[]
  clauses: DocumentClause[]
}

export interface Registration {
  outline: Outline
  /** The text itself: its keccak256 must be `outline.text`. */
  text: string
  /** The contract's ABI as JSON: getters of terms, holdings and debts are read through it. */
  abi: unknown[]
}

export interface AgreementSummary {
  text: Hex
  title: string
  clauses: number
  /** Deeds on this chain with this text. */
  deeds: Hex[]
}

export interface KeeperStatus {
  /** `idle`: sleeps until `next`; `no-gas`: its account cannot pay; `away`: the chain does not answer. */
  state: 'off' | 'idle' | 'acting' | 'no-gas' | 'away'
  address?: Hex
  balanceWei?: string
  /** The next instant at which it has something to do. */
  next?: { deed: Hex; clause: number; due: number }
  /** Why it cannot go on, and what to do. */
  warning?: ApiError
  /** Newest first; at most 200. */
  actions: KeeperAction[]
}

export interface KeeperAction {
  id: number
  /** Chain time. */
  time: number
  deed: Hex
  action: 'perform' | 'withdraw'
  /** A sentence: "3. Rent was due 2027-03-01 00:00:00". */
  reason: string
  /** Missing where nothing was sent. */
  tx?: Hex
  /** `sent` until there is a receipt; `refused`: the simulation failed and nothing was sent. */
  outcome: 'sent' | 'done' | 'reverted' | 'refused' | 'dropped'
  /** Why, when it was not done. */
  detail?: string
}

/** Server-sent events by name. A comment every 15 s keeps the connection open. */
export interface StreamEvents {
  head: Head
  /** Something about the deed has changed. */
  deed: { address: Hex }
  keeper: KeeperAction
  /** Blocks were taken back: ask again for everything. */
  reset: { head: Head }
}
