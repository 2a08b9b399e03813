/** One message to random contracts, and what the engines make of it. */
import {
  type Address,
  type Engine,
  type EngineCall,
  MISS,
  type World,
  type WorldAccount,
} from '../src/engine.ts'
import { differenceOf } from '../src/engines.fixture.ts'
import { FORKS, type Fork } from '../src/forks.ts'
import { bytesToHex, hexToBytes } from '../src/hex.ts'
import { EMPTY_CODE_HASH, keccakHash } from '../src/keccak.ts'
import { wordToAddress } from '../src/words.ts'
import { assemble, CONTRACTS, contractAddress, DELEGATED, type Piece, randomContract } from './program.ts'
import { type Random, randomOf } from './random.ts'

export interface Case {
  readonly fork: Fork
  readonly contracts: readonly Piece[]
  readonly data: Uint8Array
  readonly value: bigint
  readonly gas: bigint
  readonly isCreate: boolean
  /** Of the keys 0 to 3 of each contract, which is 1. */
  readonly slots: readonly (readonly boolean[])[]
}

const ALICE: Address = '0x00000000000000000000000000000000000a11ce'
const CREATED: Address = '0x000000000000000000000000000000000c4ea7ed'

export function randomCase(seed: number): Case {
  const random = randomOf(seed)
  const newest = random.chance(0.6)
  return {
    fork: newest ? 'Osaka' : random.pick(FORKS),
    contracts: Array.from({ length: CONTRACTS }, () => randomContract(random)),
    data: Uint8Array.from({ length: random.below(100) }, () => random.below(256)),
    value: BigInt(random.below(3)),
    gas: gasOf(random),
    isCreate: random.chance(0.1),
    slots: Array.from({ length: CONTRACTS }, () => Array.from({ length: 4 }, () => random.chance(0.5))),
  }
}

/** Loops may be endless: never so much that they seem so. */
const gasOf = (random: Random): bigint => BigInt(random.pick([20_000, 100_000, 300_000, 1_000_000]))

/** The first difference between engines, at the case's own gas or less; `gas` is where. */
export function differenceIn(
  test: Case,
  engines: readonly Engine[],
  random: Random,
): { difference: string; gas: bigint } | undefined {
  const call = callOf(test)
  const [reference, ...others] = engines
  const compare = (gas: bigint) => {
    const limited = { ...call, message: { ...call.message, gas } }
    const expected = reference!.run(limited)
    for (const engine of others) {
      const difference = differenceOf(expected, tried(engine, limited))
      if (difference !== undefined) return { difference: `${engine.name}: ${difference}`, gas }
    }
    return expected
  }
  const whole = compare(test.gas)
  if ('difference' in whole) return whole
  if (whole.status === 'miss') return undefined
  // Out of gas at any point: at the last one, and at some on the way.
  const used = test.gas - whole.gasLeft
  const limit = used < 1n << 40n ? Number(used) : 0
  for (const gas of [limit - 1, random.below(limit + 1), random.below(limit + 1)]) {
    if (gas < 0) continue
    const less = compare(BigInt(gas))
    if ('difference' in less) return less
  }
  return undefined
}

/** A throw is a difference like any other. */
function tried(engine: Engine, call: EngineCall) {
  try {
    return engine.run(call)
  } catch (error) {
    return { status: `threw ${error instanceof Error ? error.message : String(error)}` } as never
  }
}

function callOf({ fork, contracts, data, value, gas, isCreate, slots }: Case): EngineCall {
  const codes = contracts.map(assemble)
  const common = { caller: ALICE, value, gas } as const
  return {
    fork,
    world: worldOf(codes, slots),
    block: {
      number: 1000n,
      timestamp: 1_700_000_000n,
      beneficiary: '0x00000000000000000000000000000000c01abace',
      gasLimit: 60_000_000n,
      baseFeePerGas: 7n,
      difficulty: 131_072n,
      prevRandao: 42n,
      blobBaseFee: 1n,
      chainId: 31337n,
    },
    transaction: { origin: ALICE, gasPrice: 9n, blobVersionedHashes: [] },
    message: isCreate
      ? { kind: 'create', created: CREATED, data: codes[0]!, ...common }
      : { kind: 'call', to: wordToAddress(contractAddress(0)), data, ...common },
    warm: { addresses: [wordToAddress(contractAddress(1))], slots: [] },
  }
}

function worldOf(codes: readonly Uint8Array[], slots: Case['slots']): World {
  const byHash = new Map<string, Uint8Array>()
  const accounts = new Map<string, WorldAccount>()
  const add = (address: Address, balance: bigint, code?: Uint8Array) => {
    const codeHash = code === undefined || code.length === 0 ? EMPTY_CODE_HASH : keccakHash(code)
    if (code !== undefined) byHash.set(codeHash, code)
    accounts.set(address, { nonce: 1n, balance, codeHash, hasStorage: code !== undefined })
  }
  add(ALICE, 10n ** 18n)
  const places = codes.map((code, index) => {
    const address = wordToAddress(contractAddress(index))
    add(address, 5n, code)
    return address
  })
  add(wordToAddress(DELEGATED), 1n, hexToBytes(`0xef0100${places[1]!.slice(2)}`))
  return {
    account: (address) => accounts.get(address),
    slot: (address, key) => (slots[places.indexOf(address)]?.[Number(key)] ? 1n : 0n),
    code: (hash) => byHash.get(hash) ?? MISS,
    blockHash: (number) => keccakHash(Uint8Array.of(Number(number & 0xffn))),
  }
}

/** What to put into a test. */
export const describe = (test: Case): string =>
  JSON.stringify(
    {
      ...test,
      contracts: test.contracts.map((piece) => bytesToHex(assemble(piece))),
      data: bytesToHex(test.data),
    },
    (_, value) => (typeof value === 'bigint' ? String(value) : value),
    1,
  )
