/** What changed in storage, by the names of variables. */

import type { CompiledContract } from '../artifacts/contract.ts'
import type { AccountStorage, StorageChange } from '../explain/explanation.ts'
import { type Frame, membersOf } from '../explain/frames.ts'
import { outlineOf } from '../source/outline.ts'
import type { Hex, RawTrace, States } from '../trace/raw-trace.ts'
import { type Cell, createFinder } from './cells.ts'
import { candidatesFrom, guessImages } from './guess.ts'
import { createImages, word } from './images.ts'
import { readLayout } from './layout-type.ts'
import { keyShower, type Naming, readText, readWord } from './word-value.ts'

/** Of one account. */
const MAX_CHANGES = 200
/** Slots of one account whose mapping's key is guessed. */
const MAX_GUESSED = 100
/** Accounts whose storage is told. */
const MAX_ACCOUNTS = 50

export const explainStorage = async (
  trace: RawTrace,
  root: Frame,
  layoutCache: string | undefined,
): Promise<AccountStorage[]> => {
  const { changes, before = {}, paths } = trace
  if (!changes) return []
  const { pre, post } = changes
  const writers = writersOf(root)
  // What hashes to what is the same for every contract.
  const images = createImages(paths?.images ?? [])
  const told: AccountStorage[] = []
  const addresses = [...new Set([...Object.keys(post), ...Object.keys(pre)])] as Hex[]
  for (const address of addresses) {
    const slots = changedSlots(address, pre, post)
    if (slots.length === 0 || told.length >= MAX_ACCOUNTS) continue
    const account = readAccount(address, pre, post, before)
    const { contracts, bySlot } = writers.get(address) ?? { contracts: [], bySlot: new Map() }
    const layouts = await Promise.all(contracts.map((contract) => contract.layout(layoutCache)))
    const views: View[] = contracts.flatMap((contract, at) => {
      const layout = layouts[at]
      if (!layout) return []
      const naming = namingOf(contract)
      const read = readLayout(layout)
      const finder = createFinder(read, images, keyShower(naming))
      const unknown = slots.filter((slot) => finder.cellsAt(slot).length === 0)
      if (unknown.length > 0 && unknown.length <= MAX_GUESSED)
        for (const image of guessImages(read, unknown, candidatesFrom(contract.files.values(), trace.call)))
          images.add(image)
      return { contract, naming, ...finder }
    })
    const found = new Map<string, StorageChange>()
    for (const slot of slots) {
      const writer = bySlot.get(slot)
      const ordered = views.toSorted((a, b) => Number(b.contract === writer) - Number(a.contract === writer))
      for (const change of changesIn(slot, ordered, account)) {
        const known = found.get(change.variable)
        if (!known) found.set(change.variable, change)
        else found.set(change.variable, { ...known, slots: [...new Set([...known.slots, ...change.slots])] })
      }
    }
    const all = inOrder([...found.values()], views)
    const name = contracts[0]?.name
    told.push({
      address,
      ...(name && { contract: name }),
      changes: all.slice(0, MAX_CHANGES),
      ...(all.length > MAX_CHANGES && { more: all.length - MAX_CHANGES }),
    })
  }
  return told
}

/** As the variables are declared; members of lists and mappings by their path. */
const inOrder = (changes: StorageChange[], views: readonly View[]): StorageChange[] => {
  const names = views.flatMap(({ variables }) => variables)
  const rank = ({ variable }: StorageChange) => {
    const at = names.indexOf(/^[^.[]*/.exec(variable)![0])
    return at < 0 ? names.length : at
  }
  return changes.toSorted(
    (a, b) => rank(a) - rank(b) || a.variable.localeCompare(b.variable, 'en', { numeric: true }),
  )
}

type View = ReturnType<typeof createFinder> & { readonly contract: CompiledContract; readonly naming: Naming }

/** Words of an account's slots; undefined for one that was not looked at. */
interface Account {
  before(slot: bigint): string | undefined
  after(slot: bigint): string | undefined
}

const changedSlots = (address: Hex, pre: States, post: States): bigint[] => {
  const slots = new Set([
    ...Object.keys(pre[address]?.storage ?? {}),
    ...Object.keys(post[address]?.storage ?? {}),
  ])
  return [...slots].map(BigInt).sort((a, b) => (a < b ? -1 : 1))
}

const readAccount = (address: Hex, pre: States, post: States, before: States): Account => {
  const words = (states: States) =>
    new Map(
      Object.entries(states[address]?.storage ?? {}).map(([slot, value]) => [
        BigInt(slot),
        value.slice(2).padStart(64, '0'),
      ]),
    )
  const [old, now, seen] = [words(pre), words(post), words(before)]
  // Zeros are left out of what changed.
  const isChanged = (slot: bigint) => old.has(slot) || now.has(slot)
  return {
    before: (slot) => (isChanged(slot) ? (old.get(slot) ?? ZERO) : seen.get(slot)),
    after: (slot) => (isChanged(slot) ? (now.get(slot) ?? ZERO) : seen.get(slot)),
  }
}

const ZERO = '0'.repeat(64)

const changesIn = (slot: bigint, views: readonly View[], account: Account): StorageChange[] => {
  for (const view of views) {
    const cells = view.cellsAt(slot)
    if (cells.length === 0) continue
    const changes = cells.flatMap((cell) => changeOf(cell, slot, view, account) ?? [])
    if (changes.length > 0) return changes
  }
  const known = KNOWN_SLOTS[word(slot)]
  const show = (hex: string) => ({
    type: known?.type ?? 'word',
    value: known ? `0x${hex.slice(24)}` : `0x${BigInt(`0x${hex}`).toString(16)}`,
  })
  return [
    {
      variable: known?.name ?? `slot ${slot < 1_000_000n ? slot : word(slot)}`,
      before: show(account.before(slot) ?? ZERO),
      after: show(account.after(slot) ?? ZERO),
      slots: [word(slot)],
    },
  ]
}

const changeOf = (cell: Cell, slot: bigint, view: View, account: Account): StorageChange | undefined => {
  const type = view.typeOf(cell.type)
  if (type.encoding === 'bytes') {
    const start = view.dataOf(cell.slot)
    const read = (words: (slot: bigint) => string | undefined) =>
      readText(words(cell.slot), (index) => words(start + BigInt(index)), type.label)
    const change = {
      variable: cell.path,
      type: type.label,
      before: read(account.before),
      after: read(account.after),
      slots: [word(slot)],
    }
    return change
  }
  const [old, now] = [account.before(slot), account.after(slot)]
  if (old === undefined || now === undefined) return undefined
  if (type.encoding === 'dynamic_array') {
    const length = (hex: string) => ({ type: 'uint256', value: BigInt(`0x${hex}`).toString() })
    return {
      variable: `${cell.path}.length`,
      type: 'uint256',
      before: length(old),
      after: length(now),
      slots: [word(slot)],
    }
  }
  const before = readWord(old, cell.offset, type, cell.type, view.naming)
  const after = readWord(now, cell.offset, type, cell.type, view.naming)
  if (before.value === after.value) return undefined
  return { variable: cell.path, type: type.label, before, after, slots: [word(slot)] }
}

interface Writers {
  /** Whose code worked on the account's storage: its own first. */
  readonly contracts: CompiledContract[]
  readonly bySlot: Map<bigint, CompiledContract>
}

const writersOf = (root: Frame): ReadonlyMap<Hex, Writers> => {
  const writers = new Map<Hex, Writers>()
  const visit = (frame: Frame) => {
    const { context, contract, path } = frame
    if (context && contract) {
      const known: Writers = writers.get(context) ?? { contracts: [], bySlot: new Map() }
      writers.set(context, known)
      if (!known.contracts.includes(contract)) known.contracts.push(contract)
      for (const slot of path?.writes ?? []) known.bySlot.set(BigInt(slot), contract)
    }
    for (const child of frame.children) visit(child)
  }
  visit(root)
  return writers
}

const namingOf = (contract: CompiledContract): Naming => ({
  members: membersOf(contract),
  valueTypes: (name) => {
    for (const file of contract.files.values()) {
      const known = outlineOf(file).valueTypes.get(name)
      if (known) return known
    }
    return undefined
  },
})

/** Slots with a meaning of their own: ERC-1967. */
const KNOWN_SLOTS: Readonly<Record<Hex, { readonly name: string; readonly type: string }>> = {
  '0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc': {
    name: 'implementation (ERC-1967)',
    type: 'address',
  },
  '0xb53127684a568b3173ae13b9f8a6016e243e63b6e8ee1178d6a717850b5d6103': {
    name: 'admin (ERC-1967)',
    type: 'address',
  },
  '0xa3f0ad74e5423aebfd80d3ef4346578335a9a72aeaee59ff6cb3582b35133d50': {
    name: 'beacon (ERC-1967)',
    type: 'address',
  },
}
