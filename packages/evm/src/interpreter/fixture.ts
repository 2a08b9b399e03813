/** For tests: a world in memory, an assembler for lines of opcodes, and a call with the rest filled in. */
import type { Address, EngineCall, Missing, Outcome, World, WorldAccount } from '../engine.ts'
import { MISS } from '../engine.ts'
import { everyEngine } from '../engines.fixture.ts'
import { hexToBytes } from '../hex.ts'
import { EMPTY_CODE_HASH, keccakHash } from '../keccak.ts'
import { opcodesAt } from '../opcodes.ts'

export const ALICE: Address = '0x00000000000000000000000000000000000a11ce'
export const CONTRACT: Address = '0x00000000000000000000000000000000000c0de0'
export const OTHER: Address = '0x00000000000000000000000000000000000c0de1'
export const NOBODY: Address = '0x00000000000000000000000000000000000dead0'

interface Holding {
  readonly balance?: bigint
  readonly nonce?: bigint
  readonly code?: Uint8Array
  readonly storage?: Readonly<Record<string, bigint>>
}

export type Holdings = Readonly<Record<Address, Holding>>

export function worldOf(holdings: Holdings): World {
  const codes = new Map<string, Uint8Array>()
  const accounts = new Map<string, WorldAccount>()
  for (const [address, { balance = 0n, nonce = 0n, code, storage = {} }] of Object.entries(holdings)) {
    const codeHash = code === undefined ? EMPTY_CODE_HASH : keccakHash(code)
    if (code !== undefined) codes.set(codeHash, code)
    accounts.set(address, { balance, nonce, codeHash, hasStorage: Object.keys(storage).length > 0 })
  }
  return {
    account: (address) => accounts.get(address),
    slot: (address, key) => holdings[address]?.storage?.[String(key)] ?? 0n,
    code: (hash) => codes.get(hash)!,
    blockHash: (number) => keccakHash(Uint8Array.of(Number(number))),
  }
}

/** A world that knows nothing until it is told by {@link fetch}, as one on a disk or in another node. */
export function lazyWorld(
  world: World,
): World & { fetch(missing: Missing): void; readonly fetched: string[] } {
  const known = new Set<string>()
  const name = (missing: Missing) => Object.values(missing).map(String).join(' ')
  const when = <T>(missing: Missing, value: () => T) => (known.has(name(missing)) ? value() : MISS)
  return {
    fetched: [],
    fetch(missing) {
      known.add(name(missing))
      this.fetched.push(name(missing))
    },
    account: (address) => when({ kind: 'account', address }, () => world.account(address)),
    slot: (address, key) => when({ kind: 'slot', address, key }, () => world.slot(address, key)),
    code: (hash) => when({ kind: 'code', hash }, () => world.code(hash)),
    blockHash: (number) => when({ kind: 'blockHash', number }, () => world.blockHash(number)),
  }
}

/** `PUSH1 0x02 ADD …`: opcodes by name, operands of PUSH as hexadecimal of the right width. */
export function assemble(lines: string): Uint8Array {
  const words = lines.split(/\s+/).filter((word) => word !== '')
  const bytes = words.flatMap((word) => {
    if (word.startsWith('0x')) return [...hexToBytes(word)]
    const opcode = opcodesAt('Osaka').find((row) => row?.name === word)
    if (opcode === undefined) throw new Error(`"${word}" is not an opcode.`)
    return [opcode.code]
  })
  return Uint8Array.from(bytes)
}

/** Ends a program with the top of the stack as its output. */
export const RETURN_TOP = 'PUSH1 0x00 MSTORE PUSH1 0x20 PUSH1 0x00 RETURN'

export interface RunOptions extends Partial<Omit<EngineCall, 'message'>> {
  readonly holdings?: Holdings
  readonly data?: Uint8Array
  readonly value?: bigint
  readonly gas?: bigint
}

/** A call from ALICE to CONTRACT, which has this code. */
export function callOf(lines: string, options: RunOptions = {}): EngineCall {
  const { holdings, data = new Uint8Array(), value = 0n, gas = 10_000_000n, ...rest } = options
  const holding = holdings?.[CONTRACT]
  const world = worldOf({
    [ALICE]: { balance: 10n ** 18n, nonce: 1n },
    ...holdings,
    [CONTRACT]: { nonce: 1n, ...holding, code: holding?.code ?? assemble(lines) },
  })
  return {
    fork: 'Osaka',
    world,
    block: {
      number: 1000n,
      timestamp: 1_700_000_000n,
      beneficiary: NOBODY,
      gasLimit: 60_000_000n,
      baseFeePerGas: 7n,
      difficulty: 131_072n,
      prevRandao: 42n,
      blobBaseFee: 1n,
      chainId: 31337n,
    },
    transaction: { origin: ALICE, gasPrice: 9n, blobVersionedHashes: [] },
    message: { kind: 'call', caller: ALICE, to: CONTRACT, value, data, gas },
    warm: { addresses: [], slots: [] },
    ...rest,
  }
}

export type Ended = Exclude<Outcome, { status: 'miss' }>

export function run(lines: string, options: RunOptions = {}): Ended {
  const outcome = everyEngine.run(callOf(lines, options))
  if (outcome.status === 'miss') throw new Error('A world in memory has no misses.')
  return outcome
}

/** What the program leaves on top of the stack. */
export function evaluate(lines: string, options: RunOptions = {}): bigint {
  const outcome = run(`${lines} ${RETURN_TOP}`, options)
  if (outcome.status !== 'success') throw new Error(`The program ended with ${outcome.status}.`)
  return outcome.output.reduce((word, byte) => (word << 8n) | BigInt(byte), 0n)
}

/** Gas that a program uses, all of it. */
export function gasUsed(lines: string, options: RunOptions = {}): bigint {
  const { gas = 10_000_000n } = options
  return gas - run(lines, { ...options, gas }).gasLeft
}
