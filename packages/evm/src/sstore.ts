/** What SSTORE costs and refunds: by the present value alone, or net of the whole transaction. */

export interface StorageGas {
  /** Also the price of a write that is already paid for. */
  readonly read: number
  /** Zero to something. */
  readonly set: number
  /** Something to anything. */
  readonly reset: number
  /** For clearing a slot that held something when the transaction began. */
  readonly clearRefund: number
}

/** A refund may be negative: it takes an earlier one back. */
interface StoreCost {
  readonly gas: number
  readonly refund: number
}

export interface Sstore {
  /** Net of the whole transaction. */
  readonly isNet: boolean
  readonly gas: StorageGas
  /** @param original the value when the transaction began. */
  cost(original: bigint, current: bigint, next: bigint): StoreCost
}

/** Yellow Paper until EIP-2200 (but for the weeks of EIP-1283). */
export const sstoreFrontier: Sstore = {
  isNet: false,
  gas: { read: 5000, set: 20000, reset: 5000, clearRefund: 15000 },
  cost: (_original, current, next) => {
    if (current === 0n && next !== 0n) return SET
    return current !== 0n && next === 0n ? CLEAR : RESET
  },
}

const SET: StoreCost = { gas: 20000, refund: 0 }
const RESET: StoreCost = { gas: 5000, refund: 0 }
const CLEAR: StoreCost = { gas: 5000, refund: 15000 }

/** EIP-1283, repriced by EIP-2200, 2929 and 3529. */
export const sstoreNetMetered = (gas: StorageGas): Sstore => ({ isNet: true, gas, cost: netMetered(gas) })

/** The case names are those of EIP-1283. */
function netMetered(price: StorageGas): Sstore['cost'] {
  const noop: StoreCost = { gas: price.read, refund: 0 }
  const set: StoreCost = { gas: price.set, refund: 0 }
  const reset: StoreCost = { gas: price.reset, refund: 0 }
  const clear: StoreCost = { gas: price.reset, refund: price.clearRefund }
  const restoreOfZero = price.set - price.read
  const restore = price.reset - price.read

  return (original, current, next) => {
    if (current === next) return noop
    if (original === current) {
      if (original === 0n) return set
      return next === 0n ? clear : reset
    }
    let refund = 0
    if (original !== 0n) {
      if (current === 0n) refund -= price.clearRefund
      if (next === 0n) refund += price.clearRefund
    }
    if (original === next) refund += original === 0n ? restoreOfZero : restore
    return { gas: price.read, refund }
  }
}
