/** What is measured: contracts of ./contracts, and the calls of them. */
import { join } from 'node:path'
import { hexToBytes } from '@deed/evm'
import { compile } from '@deed/solidity'

export interface Program {
  readonly name: string
  /** What it is a measure of. */
  readonly group: Group
  readonly initcode: Uint8Array
  readonly calldata: Uint8Array
}

type Group = 'compute' | 'tokens' | 'full width' | 'keccak' | 'storage' | 'calls'

/** Contract, function, group. */
const ROWS: readonly (readonly [contract: string, name: string, group: Group])[] = [
  ['RayTracer', 'run', 'compute'],
  ['Sorting', 'insertion', 'compute'],
  ['Sorting', 'solady', 'compute'],
  ['Pools', 'run', 'compute'],
  ['Token', 'transferToNew', 'tokens'],
  ['Token', 'transferToFew', 'tokens'],
  ['Token', 'approveAndTransfer', 'tokens'],
  ['Token', 'mint', 'tokens'],
  ['FullWidth', 'multiply', 'full width'],
  ['FullWidth', 'divide', 'full width'],
  ['FullWidth', 'divideSigned', 'full width'],
  ['FullWidth', 'modular', 'full width'],
  ['FullWidth', 'power', 'full width'],
  ['FullWidth', 'shift', 'full width'],
  ['Hashing', 'chain', 'keccak'],
  ['Hashing', 'distinct', 'keccak'],
  ['Hashing', 'long', 'keccak'],
  ['Storage', 'fresh', 'storage'],
  ['Storage', 'warm', 'storage'],
  ['Storage', 'push', 'storage'],
  ['Calls', 'calls', 'calls'],
  ['Calls', 'deep', 'calls'],
  ['Calls', 'creates', 'calls'],
]

export async function programs(match = ''): Promise<Program[]> {
  const { artifacts } = await compile({
    root: join(import.meta.dirname, 'contracts'),
    settings: { optimizer: { enabled: true, runs: 200 }, evmVersion: 'cancun' },
    cacheFolder: join(import.meta.dirname, '../../.deed/cache'),
  })
  return ROWS.filter(([contract, name]) => `${contract}.${name}`.includes(match)).map(
    ([contract, name, group]) => {
      const artifact = artifacts.find((each) => each.name === contract)!
      return {
        name: `${contract}.${name}`,
        group,
        initcode: hexToBytes(artifact.bytecode.object),
        calldata: hexToBytes(`0x${artifact.methodIdentifiers[`${name}()`]}`),
      }
    },
  )
}
