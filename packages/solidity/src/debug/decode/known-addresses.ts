/** Accounts that are the same on every chain. */
import type { Hex } from '../trace/raw-trace.ts'
import { type AbiFunction, hashOf } from './abi-book.ts'
import type { AbiParameter } from './value.ts'

interface Precompile {
  readonly name: string
  /** Of those whose input and output are words. */
  readonly inputs?: readonly AbiParameter[]
  readonly outputs?: readonly AbiParameter[]
}

const uint = (name: string): AbiParameter => ({ name, type: 'uint256' })
const HASH: AbiParameter = { name: 'hash', type: 'bytes32' }
const POINT = [uint('x'), uint('y')]

/** By number: https://www.evm.codes/precompiled, EIP-2537, EIP-4844, EIP-7951. */
const PRECOMPILES: ReadonlyMap<number, Precompile> = new Map<number, Precompile>([
  [
    0x01,
    {
      name: 'ecrecover',
      inputs: [HASH, uint('v'), { name: 'r', type: 'bytes32' }, { name: 's', type: 'bytes32' }],
      outputs: [{ type: 'address' }],
    },
  ],
  [0x02, { name: 'sha256', outputs: [{ type: 'bytes32' }] }],
  [0x03, { name: 'ripemd160', outputs: [{ type: 'bytes32' }] }],
  [0x04, { name: 'identity' }],
  [0x05, { name: 'modexp' }],
  [0x06, { name: 'ecAdd', inputs: [uint('x1'), uint('y1'), uint('x2'), uint('y2')], outputs: POINT }],
  [0x07, { name: 'ecMul', inputs: [...POINT, uint('scalar')], outputs: POINT }],
  [0x08, { name: 'ecPairing', outputs: [{ type: 'bool' }] }],
  [0x09, { name: 'blake2f' }],
  [0x0a, { name: 'pointEvaluation' }],
  [0x0b, { name: 'bls12G1Add' }],
  [0x0c, { name: 'bls12G1Msm' }],
  [0x0d, { name: 'bls12G2Add' }],
  [0x0e, { name: 'bls12G2Msm' }],
  [0x0f, { name: 'bls12Pairing' }],
  [0x10, { name: 'bls12MapFpToG1' }],
  [0x11, { name: 'bls12MapFp2ToG2' }],
  [0x100, { name: 'p256Verify' }],
])

export const precompileAt = (address: Hex): Precompile | undefined =>
  /^0x0{36}/.test(address) ? PRECOMPILES.get(Number(address)) : undefined

/** The address that Hardhat's and Foundry's `console.log` call. */
export const CONSOLE: Hex = '0x000000000000000000636f6e736f6c652e6c6f67'

/** Others whose names help. */
export const NAMED: Readonly<Record<Hex, string>> = {
  [CONSOLE]: 'console',
  '0x4e59b44847b379578588920ca78fbf26c0b4956c': 'Create2Deployer',
  '0xca11bde05977b3631167028862be2a173976ca11': 'Multicall3',
  '0x000f3df6d732807ef1319fb7b8bb8522d0beac02': 'BeaconRoots',
  '0x0000f90827f1c53a10cb7a02335b175320002935': 'BlockHashes',
}

/** Functions of `console`: `log` of up to four values of four types, and of one value of any. */
export const consoleFunction = (selector: Hex): AbiFunction | undefined => {
  consoleFunctions ??= listConsole()
  return consoleFunctions.get(selector)
}
let consoleFunctions: ReadonlyMap<Hex, AbiFunction> | undefined

const listConsole = (): ReadonlyMap<Hex, AbiFunction> => {
  const functions = new Map<Hex, AbiFunction>()
  const add = (types: readonly string[]) => {
    // Both names have been in use for whole numbers: older ones hash `uint` instead of `uint256`.
    for (const written of new Set([types, types.map((type) => type.replace(/^(u?int)256$/, '$1'))])) {
      const signature = `log(${written.join(',')})`
      const inputs = types.map((type) => ({ type }))
      functions.set(hashOf(signature).slice(0, 10) as Hex, {
        name: 'log',
        signature,
        inputs,
        outputs: [],
        isPayable: false,
      })
    }
  }
  let rows: string[][] = [[]]
  add([])
  for (let length = 1; length <= 4; length++) {
    rows = rows.flatMap((row) => ['uint256', 'string', 'bool', 'address'].map((type) => [...row, type]))
    for (const row of rows) add(row)
  }
  for (const type of ['int256', 'bytes', ...Array.from({ length: 32 }, (_, n) => `bytes${n + 1}`)])
    add([type])
  return functions
}
