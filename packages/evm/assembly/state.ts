/** Accounts and slots of this run: two hash tables of pointers, and what changes them. */
import { hostAccount, hostCode, hostSlot } from './host'
import { saveAccount, saveSlot } from './journal'
import { Account, AccountFlag, Code, Slot, SlotFlag } from './layout'
import { accountPile, giveDirty, lend, orderFor, slotPile, takeDirty } from './memory'
import { rules } from './rules'
import { add, clear, copy, isEqual, isZero, set, subtract } from './word'

/** Pointer and run, eight bytes each; one of an earlier run is free. */
@unmanaged
class Index {
  entries: usize
  /** Entries less one: they are a power of two. */
  mask: u32
  count: u32
}

const accountIndex = changetype<Index>(memory.data(12))
const slotIndex = changetype<Index>(memory.data(12))

/** The number of this run. */
let epoch: u32 = 0
let touches: u32 = 0
let deletions: u32 = 0
let lastAccount = changetype<Account>(0)

/** Code of an account that has none. */
export const NO_CODE = changetype<Code>(memory.data(offsetof<Code>(), 16))

export function resetState(): void {
  accountPile.reset()
  slotPile.reset()
  accountIndex.count = 0
  slotIndex.count = 0
  touches = 0
  deletions = 0
  lastAccount = changetype<Account>(0)
  epoch++
  if (epoch != 1) return
  // The first run, or the 2^32nd since.
  makeEntries(accountIndex, 255)
  makeEntries(slotIndex, 1023)
}

function makeEntries(index: Index, mask: u32): void {
  if (index.entries != 0) giveDirty(index.entries, orderFor((<u64>index.mask + 1) << 3))
  const size = (<u64>mask + 1) << 3
  index.entries = takeDirty(orderFor(size))
  index.mask = mask
  memory.fill(index.entries, 0, <usize>size)
}

const GOLDEN: u64 = 0x9e3779b97f4a7c15

// @ts-ignore: decorator
@inline
function hashOfAddress(a0: u64, a1: u64, a2: u64): u32 {
  return <u32>(((a0 ^ rotl(a1, 23) ^ rotl(a2, 47)) * GOLDEN) >> 32)
}

// @ts-ignore: decorator
@inline
function hashOfSlot(account: Account, k0: u64, k1: u64, k2: u64, k3: u64): u32 {
  const mixed = k0 ^ rotl(k1, 17) ^ rotl(k2, 31) ^ rotl(k3, 47) ^ (<u64>changetype<usize>(account) << 7)
  return <u32>((mixed * GOLDEN) >> 32)
}

/** Puts a record that is not in the table there, and doubles the table when it is half full. */
function insert(index: Index, record: usize, hash: u32, ofSlots: bool): void {
  if (++index.count > index.mask >> 1) {
    const entries = index.entries
    const mask = index.mask
    index.entries = 0
    makeEntries(index, (mask << 1) | 1)
    for (let i: u32 = 0; i <= mask; i++) {
      const entry = entries + (<usize>i << 3)
      if (load<u32>(entry, 4) != epoch) continue
      const other = load<usize>(entry)
      place(index, other, ofSlots ? hashOf(changetype<Slot>(other)) : hashOfRecord(changetype<Account>(other)))
    }
    giveDirty(entries, orderFor((<u64>mask + 1) << 3))
  }
  place(index, record, hash)
}

function hashOf(slot: Slot): u32 {
  return hashOfSlot(slot.account, slot.key0, slot.key1, slot.key2, slot.key3)
}

function hashOfRecord(account: Account): u32 {
  return hashOfAddress(account.address0, account.address1, account.address2)
}

function place(index: Index, record: usize, hash: u32): void {
  let i = hash & index.mask
  while (load<u32>(index.entries + (<usize>i << 3), 4) == epoch) i = (i + 1) & index.mask
  const entry = index.entries + (<usize>i << 3)
  store<usize>(entry, record)
  store<u32>(entry, epoch, 4)
}

/** The record of an account, which the world may not have been asked for yet. */
export function findAccount(a0: u64, a1: u64, a2: u64): Account {
  const hash = hashOfAddress(a0, a1, a2)
  const entries = accountIndex.entries
  const mask = accountIndex.mask
  let i = hash & mask
  for (;;) {
    const entry = entries + (<usize>i << 3)
    if (load<u32>(entry, 4) != epoch) break
    const account = changetype<Account>(load<usize>(entry))
    if (account.address0 == a0 && account.address1 == a1 && account.address2 == a2) return account
    i = (i + 1) & mask
  }
  const account = changetype<Account>(accountPile.take(offsetof<Account>()))
  memory.fill(changetype<usize>(account), 0, offsetof<Account>())
  account.address0 = a0
  account.address1 = a1
  account.address2 = a2
  account.code = NO_CODE
  account.previous = lastAccount
  lastAccount = account
  insert(accountIndex, changetype<usize>(account), hash, false)
  return account
}

/** The account at the address in the lowest 20 bytes of a word. */
export function accountAt(word: usize): Account {
  const account = findAccount(load<u64>(word), load<u64>(word, 8), load<u64>(word, 16) & 0xffffffff)
  loadAccount(account)
  return account
}

// @ts-ignore: decorator
@inline
export function loadAccount(account: Account): void {
  if (account.flags & AccountFlag.LOADED) return
  hostAccount(account)
  account.flags |= AccountFlag.LOADED
}

/** The record of a slot, which the world may not have been asked for yet. */
export function findSlot(account: Account, key: usize, kind: u32): Slot {
  const k0 = load<u64>(key), k1 = load<u64>(key, 8), k2 = load<u64>(key, 16), k3 = load<u64>(key, 24)
  const hash = hashOfSlot(account, k0, k1, k2, k3)
  const entries = slotIndex.entries
  const mask = slotIndex.mask
  let i = hash & mask
  for (;;) {
    const entry = entries + (<usize>i << 3)
    if (load<u32>(entry, 4) != epoch) break
    const slot = changetype<Slot>(load<usize>(entry))
    const differs = (slot.key0 ^ k0) | (slot.key1 ^ k1) | (slot.key2 ^ k2) | (slot.key3 ^ k3)
    if (differs == 0 && slot.account == account && (slot.flags & SlotFlag.TRANSIENT) == kind) return slot
    i = (i + 1) & mask
  }
  const slot = changetype<Slot>(slotPile.take(offsetof<Slot>()))
  set(changetype<usize>(slot), k0, k1, k2, k3)
  clear(changetype<usize>(slot) + offsetof<Slot>('value0'))
  clear(changetype<usize>(slot) + offsetof<Slot>('original0'))
  slot.account = account
  slot.flags = kind
  slot.saved = 0
  slot.next = changetype<Slot>(0)
  if (kind == 0) {
    if (changetype<usize>(account.lastSlot) == 0) account.firstSlot = slot
    else account.lastSlot.next = slot
    account.lastSlot = slot
  }
  insert(slotIndex, changetype<usize>(slot), hash, true)
  return slot
}

export function slotAt(account: Account, key: usize): Slot {
  const slot = findSlot(account, key, 0)
  if ((slot.flags & SlotFlag.LOADED) == 0) {
    const flags = account.flags
    if ((flags & AccountFlag.CREATED) == 0 && flags & AccountFlag.EXISTS) hostSlot(slot)
    slot.flags |= SlotFlag.LOADED
  }
  return slot
}

/** The code of an account, with its bytes. */
export function codeOf(account: Account): Code {
  const code = account.code
  if (code.bytes == 0) hostCode(code)
  return code
}

/** EIP-161: no nonce, no balance, no code. */
export function isEmpty(account: Account): bool {
  return account.nonce == 0 && account.code == NO_CODE && isZero(balanceOf(account))
}

// @ts-ignore: decorator
@inline
export function balanceOf(account: Account): usize {
  return changetype<usize>(account) + offsetof<Account>('balance0')
}

/** Whether this was the first access of the transaction (EIP-2929); it is not from now on. */
export function warmAccount(account: Account): bool {
  if (account.flags & AccountFlag.WARM) return false
  saveAccount(account)
  account.flags |= AccountFlag.WARM
  return true
}

export function warmSlot(slot: Slot): bool {
  if (slot.flags & SlotFlag.WARM) return false
  saveSlot(slot)
  slot.flags |= SlotFlag.WARM
  return true
}

/**
 * Marks an account as touched (EIP-161): an empty one is deleted at the end of the transaction. A touch of
 * RIPEMD-160's precompile survives what fails, since the clients had it so in block 2,675,119 of mainnet.
 */
export function touch(account: Account): void {
  if (account.touched != 0) return
  saveAccount(account)
  account.touched = ++touches
  const isRipemd160 = account.address0 == 3 && (account.address1 | account.address2) == 0
  if (isRipemd160) account.flags |= AccountFlag.STAYS_TOUCHED
}

/** To be called before an account changes: it is touched, and there. */
export function changing(account: Account): void {
  saveAccount(account)
  if (account.touched == 0) account.touched = ++touches
  account.flags |= AccountFlag.EXISTS
}

/** Moves value that the first one has. */
export function transfer(from: Account, to: Account, value: usize): void {
  if (isZero(value)) {
    if (rules.clearsEmptyAccounts) touch(to)
    else changing(to)
    return
  }
  changing(from)
  changing(to)
  copy(SCRATCH, value)
  subtract(balanceOf(from), SCRATCH)
  copy(balanceOf(from), SCRATCH)
  add(value, balanceOf(to))
}

const SCRATCH = memory.data(32, 16)

export function noteDestroyed(account: Account): bool {
  if (account.destroyed != 0) return false
  saveAccount(account)
  account.destroyed = ++deletions
  return true
}

/**
 * What has changed, as 32-bit numbers: how many accounts were touched, then for each, in the order of touch, its
 * record, how many of its slots differ from the world, and their records.
 */
export function collectChanges(): usize {
  const ordered = lend((<u64>touches + 1) << 2)
  memory.fill(ordered, 0, (touches + 1) << 2)
  let accounts: u32 = 0
  for (let account = lastAccount; changetype<usize>(account) != 0; account = account.previous) {
    if (account.touched == 0) continue
    store<u32>(ordered + (account.touched << 2), <u32>changetype<usize>(account))
    accounts++
  }
  const list = lend((1 + 2 * <u64>accounts + slotIndex.count) << 2)
  store<u32>(list, accounts)
  let to = list + 4
  for (let i: u32 = 1; i <= touches; i++) {
    const record = load<u32>(ordered + (i << 2))
    if (record == 0) continue
    const account = changetype<Account>(<usize>record)
    const start = to
    to += 8
    for (let slot = account.firstSlot; changetype<usize>(slot) != 0; slot = slot.next) {
      const value = changetype<usize>(slot) + offsetof<Slot>('value0')
      if (isEqual(value, changetype<usize>(slot) + offsetof<Slot>('original0'))) continue
      store<u32>(to, <u32>changetype<usize>(slot))
      to += 4
    }
    store<u32>(start, record)
    store<u32>(start, <u32>((to - start - 8) >> 2), 4)
  }
  return list
}

/** How many accounts are to be deleted, then their records, in the order in which they were noted. */
export function collectDestroyed(): usize {
  const list = lend((<u64>deletions + 1) << 2)
  let count: u32 = 0
  if (deletions != 0) {
    memory.fill(list, 0, (deletions + 1) << 2)
    for (let account = lastAccount; changetype<usize>(account) != 0; account = account.previous) {
      if (account.destroyed != 0) store<u32>(list + (account.destroyed << 2), <u32>changetype<usize>(account))
    }
    for (let i: u32 = 1; i <= deletions; i++) {
      const record = load<u32>(list + (i << 2))
      if (record != 0) store<u32>(list + (++count << 2), record)
    }
  }
  store<u32>(list, count)
  return list
}
