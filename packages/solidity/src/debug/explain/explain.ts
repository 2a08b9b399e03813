/** From what a node told of a message, and what was compiled here, to what became of it in words of the source. */
import type { ContractIndex } from '../artifacts/index.ts'
import { NAMED, precompileAt } from '../decode/known-addresses.ts'
import { explainStorage } from '../storage/changes.ts'
import type { Hex, RawTrace } from '../trace/raw-trace.ts'
import type { BalanceChange, Explanation, KnownAccount } from './explanation.ts'
import { explainFailure } from './failures.ts'
import { type Frame, framesOf } from './frames.ts'
import { explainTree, implementationOf } from './tree.ts'

export interface ExplainOptions {
  /** Calls that are told one by one; of others their number. */
  readonly maxCalls?: number
  readonly maxEvents?: number
  /** Folder in which layouts of storage are kept that a compiler was asked for. */
  readonly layoutCache?: string
}

const MAX_CALLS = 500
const MAX_EVENTS = 500
const MAX_BALANCES = 100

export const explain = async (
  trace: RawTrace,
  index: ContractIndex,
  { maxCalls = MAX_CALLS, maxEvents = MAX_EVENTS, layoutCache }: ExplainOptions = {},
): Promise<Explanation> => {
  const root = framesOf(trace, index)
  const notes = new Set<string>(trace.missing ?? [])
  if (trace.paths?.isCut) notes.add('The trace was cut: some lines and names of variables may be missing.')
  const contracts = accountsIn(root, notes)
  return {
    status: root.isFailed ? 'failed' : 'success',
    call: explainTree(root, { maxCalls, maxEvents }),
    ...(root.isFailed && { failure: explainFailure(root) }),
    storage: await explainStorage(trace, root, layoutCache),
    balances: balanceChanges(trace),
    contracts,
    notes: [...notes, ...index.faults.map((fault) => `An artifact cannot be read: ${fault}`)],
  }
}

const accountsIn = (root: Frame, notes: Set<string>): Record<Hex, KnownAccount> => {
  const known: Record<Hex, KnownAccount> = {}
  const visit = (frame: Frame) => {
    const { call, contract } = frame
    const { to } = call
    for (const note of contract?.notes ?? []) notes.add(note)
    if (to && contract) {
      const behind = implementationOf(frame)?.contract?.name
      known[to] = {
        name: contract.name,
        source: contract.source,
        ...(behind && { proxyOf: behind }),
      }
    } else if (to && !known[to]) {
      const name = NAMED[to] ?? precompileAt(to)?.name
      if (name) known[to] = { name }
    }
    for (const child of frame.children) visit(child)
  }
  visit(root)
  return known
}

const balanceChanges = ({ changes }: RawTrace): BalanceChange[] => {
  if (!changes) return []
  const { pre, post } = changes
  const addresses = [...new Set([...Object.keys(pre), ...Object.keys(post)])] as Hex[]
  return addresses
    .flatMap((address) => {
      const before = BigInt(pre[address]?.balance ?? 0)
      // What did not change is not said again; an account that is gone has nothing.
      const after = post[address] ? BigInt(post[address].balance ?? before) : 0n
      return before === after ? [] : [{ address, before: String(before), after: String(after) }]
    })
    .slice(0, MAX_BALANCES)
}
