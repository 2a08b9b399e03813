/**
 * The state as one transaction sees it: what it read from the world, with what it changed on top. Every change
 * notes how to take it back, so that a frame that reverts unwinds to the mark set when it was entered.
 */
import {
  type AccountChange,
  type Address,
  type Changes,
  type Hash,
  type Log,
  MISS,
  type WarmSet,
  type World,
} from '../engine.ts'
import { EMPTY_CODE_HASH, keccakHash } from '../keccak.ts'
import { ADDRESS_MASK, wordToAddress } from '../words.ts'
import { MissSignal } from './unwind.ts'

export interface Account {
  readonly address: Address
  /** The address as a word, for ADDRESS and CALLER. */
  readonly word: bigint
  exists: boolean
  nonce: bigint
  balance: bigint
  codeHash: Hash
  /** Loaded when it is first needed. */
  code: Uint8Array | undefined
  codeChanged: boolean
  /** Non-zero slots from before the transaction. */
  readonly hasStorage: boolean
  /** Accessed in the sense of EIP-2929. */
  warm: boolean
  /** Made by CREATE in this transaction (EIP-6780); its slots in the world are void. */
  created: boolean
  readonly slots: Map<bigint, Slot>
  /** EIP-1153; made when first written. */
  transient: Map<bigint, bigint> | undefined
}

export interface Slot {
  /** The value when the transaction began. */
  readonly original: bigint
  value: bigint
  warm: boolean
}

export interface Journal {
  readonly world: World
  readonly accounts: Map<Address, Account>
  /** The same by word: 15 ns a look-up, where making the hexadecimal address takes 180. */
  readonly accountsByWord: Map<bigint, Account>
  /** In order of first touch. */
  readonly touched: Map<Address, Account>
  readonly destroyed: Set<Address>
  readonly logs: Log[]
  /** May be negative inside of a transaction's frames, never at its end. */
  refund: number
  readonly undo: (() => void)[]
  /** What started warm; asked when an account or slot is first loaded. */
  readonly warmAddresses: ReadonlySet<Address>
  readonly warmSlots: ReadonlyMap<Address, ReadonlySet<bigint>>
}

/** A point to return to. */
export interface Mark {
  readonly undo: number
  readonly logs: number
  readonly refund: number
}

export function createJournal(world: World, warm: WarmSet, alsoWarm: Iterable<Address>): Journal {
  const warmSlots = new Map<Address, Set<bigint>>()
  const warmAddresses = new Set([...alsoWarm, ...warm.addresses])
  for (const { address, keys } of warm.slots) {
    warmAddresses.add(address)
    const slots = warmSlots.get(address)
    if (slots === undefined) warmSlots.set(address, new Set(keys))
    else for (const key of keys) slots.add(key)
  }
  return {
    world,
    accounts: new Map(),
    accountsByWord: new Map(),
    touched: new Map(),
    destroyed: new Set(),
    logs: [],
    refund: 0,
    undo: [],
    warmAddresses,
    warmSlots,
  }
}

export const mark = (journal: Journal): Mark => ({
  undo: journal.undo.length,
  logs: journal.logs.length,
  refund: journal.refund,
})

export function revertTo(journal: Journal, point: Mark): void {
  const { undo } = journal
  while (undo.length > point.undo) undo.pop()!()
  journal.logs.length = point.logs
  journal.refund = point.refund
}

/** The account at an address, there or not; loads it from the world once. */
export function accountAt(journal: Journal, address: Address): Account {
  return journal.accounts.get(address) ?? load(journal, address)
}

/** The account at the address in the lowest 20 bytes of a word. */
export function accountAtWord(journal: Journal, word: bigint): Account {
  const low = word > ADDRESS_MASK ? word & ADDRESS_MASK : word
  return journal.accountsByWord.get(low) ?? accountAt(journal, wordToAddress(low))
}

function load(journal: Journal, address: Address): Account {
  const found = journal.world.account(address)
  if (found === MISS) throw new MissSignal({ kind: 'account', address })
  const account: Account = {
    address,
    word: BigInt(address),
    exists: found !== undefined,
    nonce: found?.nonce ?? 0n,
    balance: found?.balance ?? 0n,
    codeHash: found?.codeHash ?? EMPTY_CODE_HASH,
    code: undefined,
    codeChanged: false,
    hasStorage: found?.hasStorage ?? false,
    warm: journal.warmAddresses.has(address),
    created: false,
    slots: new Map(),
    transient: undefined,
  }
  journal.accounts.set(address, account)
  journal.accountsByWord.set(account.word, account)
  return account
}

/** EIP-161: no nonce, no balance, no code. */
export const isEmpty = (account: Account): boolean =>
  account.nonce === 0n && account.balance === 0n && account.codeHash === EMPTY_CODE_HASH

export function codeOf(journal: Journal, account: Account): Uint8Array {
  if (account.code !== undefined) return account.code
  if (account.codeHash === EMPTY_CODE_HASH) return NO_CODE
  const code = journal.world.code(account.codeHash)
  if (code === MISS) throw new MissSignal({ kind: 'code', hash: account.codeHash })
  account.code = code
  return code
}

const NO_CODE = new Uint8Array()

export function slotAt(journal: Journal, account: Account, key: bigint): Slot {
  let slot = account.slots.get(key)
  if (slot === undefined) {
    const value = account.created || !account.exists ? 0n : journal.world.slot(account.address, key)
    if (value === MISS) throw new MissSignal({ kind: 'slot', address: account.address, key })
    const warm = journal.warmSlots.get(account.address)?.has(key) ?? false
    slot = { original: value, value, warm }
    account.slots.set(key, slot)
  }
  return slot
}

/** Whether this was the first access of the transaction (EIP-2929); it is not from now on. */
export function warmUp(journal: Journal, item: Account | Slot): boolean {
  if (item.warm) return false
  item.warm = true
  journal.undo.push(() => {
    item.warm = false
  })
  return true
}

/**
 * Marks an account as touched (EIP-161): an empty one is deleted at the end of the transaction. A touch of
 * RIPEMD-160's precompile survives a revert. That was a bug of the clients in the block (2,675,119) that
 * cleared it on mainnet, and is a rule since.
 */
export function touch(journal: Journal, account: Account): void {
  if (!journal.touched.has(account.address)) {
    journal.touched.set(account.address, account)
    if (account.address !== RIPEMD160) journal.undo.push(() => journal.touched.delete(account.address))
  }
}

const RIPEMD160: Address = '0x0000000000000000000000000000000000000003'

/** Notes that the account changed, before it does. */
function changing(journal: Journal, account: Account): void {
  if (!journal.touched.has(account.address)) {
    journal.touched.set(account.address, account)
    journal.undo.push(() => journal.touched.delete(account.address))
  }
  if (!account.exists) {
    account.exists = true
    journal.undo.push(() => {
      account.exists = false
    })
  }
}

/** Makes the account exist, though it may be empty. Before EIP-161 a call of any account does. */
export const bringIntoBeing = (journal: Journal, account: Account): void => changing(journal, account)

/** A balance is a word: only where a developer has set one near the end of the range does it start anew, as in geth. */
export function setBalance(journal: Journal, account: Account, balance: bigint): void {
  changing(journal, account)
  const previous = account.balance
  account.balance = BigInt.asUintN(256, balance)
  journal.undo.push(() => {
    account.balance = previous
  })
}

export function setNonce(journal: Journal, account: Account, nonce: bigint): void {
  changing(journal, account)
  const previous = account.nonce
  account.nonce = nonce
  journal.undo.push(() => {
    account.nonce = previous
  })
}

export function setCode(journal: Journal, account: Account, code: Uint8Array): void {
  changing(journal, account)
  const { code: previous, codeHash, codeChanged } = account
  account.code = code
  account.codeHash = keccakHash(code)
  account.codeChanged = true
  journal.undo.push(() => {
    account.code = previous
    account.codeHash = codeHash
    account.codeChanged = codeChanged
  })
}

/** The start of CREATE: the account is new, whatever balance it had already. */
export function setCreated(journal: Journal, account: Account): void {
  changing(journal, account)
  account.created = true
  journal.undo.push(() => {
    account.created = false
  })
}

export function setSlot(journal: Journal, account: Account, slot: Slot, value: bigint): void {
  changing(journal, account)
  const previous = slot.value
  slot.value = value
  journal.undo.push(() => {
    slot.value = previous
  })
}

export function setTransient(journal: Journal, account: Account, key: bigint, value: bigint): void {
  account.transient ??= new Map()
  const { transient } = account
  const previous = transient.get(key) ?? 0n
  transient.set(key, value)
  journal.undo.push(() => transient.set(key, previous))
}

/** SELFDESTRUCT: to be deleted at the end of the transaction. Whether it was not noted for that already. */
export function setDestroyed(journal: Journal, account: Account): boolean {
  const { destroyed } = journal
  if (destroyed.has(account.address)) return false
  destroyed.add(account.address)
  journal.undo.push(() => destroyed.delete(account.address))
  return true
}

/** What is different from the world, in the form that leaves the engine. */
export function changesOf(journal: Journal): Changes {
  const changes = new Map<Address, AccountChange>()
  for (const account of journal.touched.values()) {
    const storage = new Map<bigint, bigint>()
    for (const [key, slot] of account.slots) {
      if (slot.value !== slot.original) storage.set(key, slot.value)
    }
    const { nonce, balance, codeHash } = account
    changes.set(account.address, {
      account: account.exists ? { nonce, balance, codeHash } : undefined,
      ...(account.codeChanged ? { code: account.code! } : {}),
      storage,
      storageCleared: account.created,
    })
  }
  return changes
}
