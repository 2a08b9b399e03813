import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { bytesToHex, type EngineCall, type Fork, hexToBytes, type World } from '@deed/evm'
import { type CaseResult, check, differ, isWanted, type RunOptions } from './case.ts'

/** go-ethereum's own vectors. Input and output are hexadecimal without 0x. */
type Vectors = readonly {
  readonly Name: string
  readonly Input: string
  readonly Expected?: string
  readonly ExpectedError?: string
  readonly Gas?: number
}[]

/** Calls the precompile as a message to its address, so that any engine can be asked. */
export function* run(file: string, options: RunOptions): Iterable<CaseResult> {
  const vectors = JSON.parse(readFileSync(file, 'utf8')) as Vectors
  const name = basename(file, '.json')
  const target = TARGETS[name.replace(/^fail-/, '')]
  for (const [index, vector] of vectors.entries()) {
    const id = `${index} ${vector.Name}`
    if (!isWanted(id, options)) continue
    if (target === undefined) yield { id, status: 'left out', reason: `no precompile is known as "${name}"` }
    else yield check(id, () => compare(vector, target, options))
  }
}

interface Target {
  readonly address: number
  /** The fork whose gas the file has. */
  readonly fork: Fork
}

const TARGETS: Readonly<Record<string, Target>> = {
  ecRecover: { address: 0x01, fork: 'Frontier' },
  modexp: { address: 0x05, fork: 'Byzantium' }, // EIP-198
  modexp_eip2565: { address: 0x05, fork: 'Berlin' },
  modexp_eip7883: { address: 0x05, fork: 'Osaka' },
  bn256Add: { address: 0x06, fork: 'Istanbul' }, // EIP-1108
  bn256ScalarMul: { address: 0x07, fork: 'Istanbul' },
  bn256Pairing: { address: 0x08, fork: 'Istanbul' },
  blake2F: { address: 0x09, fork: 'Istanbul' },
  blake2f: { address: 0x09, fork: 'Istanbul' },
  pointEvaluation: { address: 0x0a, fork: 'Cancun' },
  blsG1Add: { address: 0x0b, fork: 'Prague' }, // EIP-2537
  blsG1Mul: { address: 0x0c, fork: 'Prague' },
  blsG1MultiExp: { address: 0x0c, fork: 'Prague' },
  blsG2Add: { address: 0x0d, fork: 'Prague' },
  blsG2Mul: { address: 0x0e, fork: 'Prague' },
  blsG2MultiExp: { address: 0x0e, fork: 'Prague' },
  blsPairing: { address: 0x0f, fork: 'Prague' },
  blsMapG1: { address: 0x10, fork: 'Prague' },
  blsMapG2: { address: 0x11, fork: 'Prague' },
  p256Verify: { address: 0x100, fork: 'Osaka' }, // EIP-7951
}

/** More than any vector needs. */
const GAS = 1_000_000_000n

const compare = (vector: Vectors[number], target: Target, { engine }: RunOptions): string | undefined => {
  const outcome = engine.run(callTo(target, hexToBytes(`0x${vector.Input.toLowerCase()}`)))
  if (outcome.status === 'miss') return `the engine missed ${JSON.stringify(outcome.missing)}`
  if (vector.ExpectedError !== undefined) {
    return (
      differ(`status (${vector.ExpectedError})`, 'halt', outcome.status) ??
      differ('gas left', 0n, outcome.gasLeft)
    )
  }
  return (
    differ('status', 'success', outcome.status) ??
    differ('output', `0x${vector.Expected}`, bytesToHex(outcome.output)) ??
    differ('gas', BigInt(vector.Gas!), GAS - outcome.gasLeft)
  )
}

const SENDER = '0x00000000000000000000000000000000000000aa'

const EMPTY_WORLD: World = {
  account: () => undefined,
  slot: () => 0n,
  code: () => new Uint8Array(0),
  blockHash: () => `0x${'00'.repeat(32)}`,
}

const callTo = ({ address, fork }: Target, data: Uint8Array): EngineCall => ({
  fork,
  world: EMPTY_WORLD,
  block: {
    number: 1n,
    timestamp: 1n,
    beneficiary: SENDER,
    gasLimit: GAS,
    baseFeePerGas: 0n,
    difficulty: 0n,
    prevRandao: 0n,
    blobBaseFee: 0n,
    chainId: 1n,
  },
  transaction: { origin: SENDER, gasPrice: 0n, blobVersionedHashes: [] },
  message: {
    kind: 'call',
    caller: SENDER,
    to: `0x${address.toString(16).padStart(40, '0')}`,
    value: 0n,
    data,
    gas: GAS,
  },
  warm: { addresses: [], slots: [] },
})
