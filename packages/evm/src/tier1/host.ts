/** What the module asks for while it runs: the world, and precompiles. */
import { type Address, MISS, type Missing } from '../engine.ts'
import { type PrecompileTable, precompilesAt } from '../precompiles/table.ts'
import { codeRecordOf, loadCode } from './codes.ts'
import { ACCOUNT, ACCOUNT_FLAG, CODE, SLOT } from './layout.ts'
import { type Machine, readHex, readWord, viewMemory, writeHex, writeWord } from './machine.ts'

/** Thrown through the module: the run is given up, and begins anew from the start if at all. */
export class Missed {
  readonly missing: Missing
  constructor(missing: Missing) {
    this.missing = missing
  }
}

/** The run needs what this tier does not have: another engine runs it. */
export const GIVEN_UP: unique symbol = Symbol('given up')

export const hostOf = (machine: Machine): WebAssembly.ModuleImports => ({
  account: (record: number) => loadAccount(machine, record),
  slot: (record: number) => {
    const { world } = machine.call!
    const address = addressOf(machine, machine.integers[(record + SLOT.account) >>> 2]!)
    const key = readWord(machine, record + SLOT.key0)
    const value = world.slot(address, key)
    if (value === MISS) throw new Missed({ kind: 'slot', address, key })
    if (value === 0n) return
    writeWord(machine, record + SLOT.value0, value)
    writeWord(machine, record + SLOT.original0, value)
  },
  code: (record: number) => {
    const hash = machine.codes.hashes[machine.integers[(record + CODE.id) >>> 2]!]!
    const code = machine.call!.world.code(hash)
    if (code === MISS) throw new Missed({ kind: 'code', hash })
    loadCode(machine, record, code)
  },
  hasStorage: (record: number) => {
    const address = addressOf(machine, record)
    const found = machine.call!.world.account(address)
    if (found === MISS) throw new Missed({ kind: 'account', address })
    return found?.hasStorage === true ? 1 : 0
  },
  blockHash: (at: number) => {
    const number = readWord(machine, at)
    const hash = machine.call!.world.blockHash(number)
    if (hash === MISS) throw new Missed({ kind: 'blockHash', number })
    writeHex(machine, at, hash)
  },
  precompileGas: (record: number, input: number, size: number) =>
    precompileOf(machine, record).gas(machine.bytes.slice(input, input + size)),
  precompile: (record: number, input: number, size: number) => {
    machine.call!.check?.()
    const output = precompileOf(machine, record).run(machine.bytes.slice(input, input + size))
    if (output === undefined) return 0
    const at = machine.exports.makeReturnData(output.length)
    machine.bytes.set(output, at)
    return 1
  },
  hot: (record: number) => machine.onHot!(machine, record),
  grown: () => viewMemory(machine),
  giveUp: () => {
    throw GIVEN_UP
  },
})

function loadAccount(machine: Machine, record: number): void {
  const { world, precompiles, fork } = machine.call!
  const address = addressOf(machine, record)
  const { integers, limbs } = machine
  // Only small addresses are precompiles, unless a simulation moved some.
  const isSmall =
    limbs[(record + ACCOUNT.address1) >>> 3] === 0n && integers[(record + ACCOUNT.address2) >>> 2] === 0
  if (isSmall || precompiles !== undefined) {
    const usual = precompilesAt(fork)
    let flags = integers[(record + ACCOUNT.flags) >>> 2]!
    if (usual.has(address)) flags |= ACCOUNT_FLAG.WARM
    if ((precompiles ?? usual).has(address)) flags |= ACCOUNT_FLAG.PRECOMPILE
    integers[(record + ACCOUNT.flags) >>> 2] = flags
  }
  const found = world.account(address)
  if (found === MISS) throw new Missed({ kind: 'account', address })
  if (found === undefined) return
  const code = codeRecordOf(machine, found.codeHash)
  machine.integers[(record + ACCOUNT.code) >>> 2] = code
  machine.integers[(record + ACCOUNT.flags) >>> 2]! |= ACCOUNT_FLAG.EXISTS
  machine.limbs[(record + ACCOUNT.nonce) >>> 3] = found.nonce
  writeWord(machine, record + ACCOUNT.balance0, found.balance)
}

/** The record of an account that the JavaScript side names. */
export function accountRecord(machine: Machine, address: Address): number {
  writeHex(machine, machine.at.argument, address)
  const record = machine.exports.account()
  const id = (record + ACCOUNT.id) >>> 2
  if (machine.integers[id] === 0) machine.integers[id] = machine.addresses.push(address)
  return record
}

/** The address of an account as text, made once in a run. */
export function addressOf(machine: Machine, record: number): Address {
  const at = (record + ACCOUNT.id) >>> 2
  const id = machine.integers[at]!
  if (id !== 0) return machine.addresses[id - 1]!
  const address = readHex(machine, record, 20)
  machine.integers[at] = machine.addresses.push(address)
  return address
}

function precompileOf(machine: Machine, record: number) {
  const { precompiles, fork } = machine.call!
  const table: PrecompileTable = precompiles ?? precompilesAt(fork)
  return table.get(addressOf(machine, record))!
}
