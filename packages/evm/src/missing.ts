/** What a run tells its driver to fetch. */
import { type EngineCall, MISS, type Missing } from './engine.ts'

/**
 * What is missing, and what the transaction said it will use and is missing as well: a miss costs a whole
 * rerun and perhaps a round trip, so those are fetched together.
 */
export function alsoMissing(first: Missing, { world, message, warm }: EngineCall): Missing[] {
  const accounts = new Set([message.caller, ...(message.kind === 'call' ? [message.to] : [])])
  const missing = [first]
  const add = (item: Missing) => {
    if (!missing.some((other) => isSame(other, item))) missing.push(item)
  }
  for (const address of warm.addresses) accounts.add(address)
  for (const { address, keys } of warm.slots) {
    accounts.add(address)
    for (const key of keys) if (world.slot(address, key) === MISS) add({ kind: 'slot', address, key })
  }
  for (const address of accounts) if (world.account(address) === MISS) add({ kind: 'account', address })
  return missing
}

function isSame(a: Missing, b: Missing): boolean {
  if (a.kind === 'account') return b.kind === 'account' && a.address === b.address
  return a.kind === 'slot' && b.kind === 'slot' && a.address === b.address && a.key === b.key
}
