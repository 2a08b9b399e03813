/**
 * What the forks changed besides opcodes and precompiles: one record for each fork, each the last one's with its
 * differences. Gas is in units of gas, sizes in bytes.
 */
import { FORKS, type Fork } from './forks.ts'
import { type Sstore, type StorageGas, sstoreFrontier, sstoreNetMetered } from './sstore.ts'

export interface Rules {
  readonly fork: Fork
  /** EIP-2: a create that cannot pay for its code fails; before, it left an account without code. */
  readonly codeDepositMustBePaid: boolean
  /** EIP-150: a call gets at most all but one 64th of the gas, instead of failing when it asks for more. */
  readonly keepsOne64th: boolean
  /** EIP-160. */
  readonly expByteGas: number
  /** EIP-150: SELFDESTRUCT to an account that is not there pays for its creation. */
  readonly selfdestructNewAccountGas: number
  /** EIP-161: no account is left empty, and new contracts start with nonce 1. */
  readonly clearsEmptyAccounts: boolean
  /** EIP-170. */
  readonly maxCodeSize: number
  /** EIP-3860. */
  readonly maxInitcodeSize: number
  readonly initcodeWordGas: number
  /** What SSTORE costs and refunds: EIP-1283, 2200, 2929, 3529. */
  readonly sstore: Sstore
  /** EIP-2200: SSTORE fails with this much gas or less. */
  readonly sstoreStipend: number
  /** EIP-2929: what the first access of a transaction costs more than a warm one. */
  readonly coldAccountSurcharge: number
  readonly coldSlotSurcharge: number
  /** EIP-2929: SSTORE and SELFDESTRUCT have no warm read in their other gas, hence the whole cold price. */
  readonly coldSstoreSurcharge: number
  readonly coldBeneficiaryGas: number
  /** EIP-3529 */
  readonly selfdestructRefund: number
  /** EIP-3541: code must not begin with 0xef. */
  readonly rejectsCodeFromEf: boolean
  /** EIP-6780: SELFDESTRUCT deletes only what this transaction created. */
  readonly selfdestructOnlyCreated: boolean
  /** EIP-7702: code 0xef0100 + address stands for the code of another account. */
  readonly delegation: boolean
}

/** The rules in force at a fork. */
export const rulesAt = (fork: Fork): Rules => RULES.get(fork)!

/** Read and write prices from EIP-2200 on: a read, a reset, and the refund for clearing. */
const ISTANBUL_STORAGE: StorageGas = { read: 800, set: 20000, reset: 5000, clearRefund: 15000 }
const BERLIN_STORAGE: StorageGas = { read: 100, set: 20000, reset: 2900, clearRefund: 15000 }

const FRONTIER: Rules = {
  fork: 'Frontier',
  codeDepositMustBePaid: false,
  keepsOne64th: false,
  expByteGas: 10,
  selfdestructNewAccountGas: 0,
  clearsEmptyAccounts: false,
  maxCodeSize: Number.POSITIVE_INFINITY,
  maxInitcodeSize: Number.POSITIVE_INFINITY,
  initcodeWordGas: 0,
  sstore: sstoreFrontier,
  sstoreStipend: -1,
  coldAccountSurcharge: 0,
  coldSlotSurcharge: 0,
  coldSstoreSurcharge: 0,
  coldBeneficiaryGas: 0,
  selfdestructRefund: 24000,
  rejectsCodeFromEf: false,
  selfdestructOnlyCreated: false,
  delegation: false,
}

const CHANGES: Partial<Record<Fork, Partial<Rules>>> = {
  Homestead: { codeDepositMustBePaid: true },
  TangerineWhistle: { keepsOne64th: true, selfdestructNewAccountGas: 25000 },
  SpuriousDragon: { expByteGas: 50, clearsEmptyAccounts: true, maxCodeSize: 0x6000 },
  Constantinople: {
    sstore: sstoreNetMetered({ read: 200, set: 20000, reset: 5000, clearRefund: 15000 }),
  },
  Petersburg: { sstore: sstoreFrontier }, // EIP-1716 takes EIP-1283 back.
  Istanbul: { sstore: sstoreNetMetered(ISTANBUL_STORAGE), sstoreStipend: 2300 },
  Berlin: {
    sstore: sstoreNetMetered(BERLIN_STORAGE),
    coldAccountSurcharge: 2500,
    coldSlotSurcharge: 2000,
    coldSstoreSurcharge: 2100,
    coldBeneficiaryGas: 2600,
  },
  London: {
    sstore: sstoreNetMetered({ ...BERLIN_STORAGE, clearRefund: 4800 }),
    selfdestructRefund: 0,
    rejectsCodeFromEf: true,
  },
  Shanghai: { maxInitcodeSize: 0xc000, initcodeWordGas: 2 },
  Cancun: { selfdestructOnlyCreated: true },
  Prague: { delegation: true },
}

const RULES: ReadonlyMap<Fork, Rules> = derive()

function derive(): Map<Fork, Rules> {
  const rules = new Map<Fork, Rules>()
  let last = FRONTIER
  for (const fork of FORKS) {
    last = { ...last, ...CHANGES[fork], fork }
    rules.set(fork, last)
  }
  return rules
}
