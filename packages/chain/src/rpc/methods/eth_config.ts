/** `eth_config` (EIP-7910): the rules in force, those to come next, and the last that are planned. */
import { type Address, type Fork, isActive, precompilesAt } from '@deed/evm'
import {
  BEACON_ROOTS,
  CONSOLIDATION_REQUESTS,
  HISTORY_STORAGE,
  WITHDRAWAL_REQUESTS,
} from '../../execute/system-contracts.ts'
import { activationTimes, forkId } from '../../fork-id.ts'
import { type ChainConfig, rulesAt } from '../../forks.ts'
import { quantity } from '../../hex.ts'
import type { Json } from '../format.ts'
import type { Context } from '../method.ts'

export const ethConfig = ({ node: { chain } }: Context) => {
  const { config, genesis, head } = chain
  const origin = { hash: genesis.hash, time: genesis.block.header.timestamp }
  const times = activationTimes(config)
  const { timestamp } = head.block.header
  const current = times.findLast((time) => time <= timestamp) ?? 0n
  const next = times.find((time) => time > timestamp)
  const at = (time: bigint) => describe(config, origin, time)
  return {
    current: at(current),
    next: next === undefined ? null : at(next),
    last: next === undefined ? null : at(times.at(-1)!),
  }
}

const describe = (config: ChainConfig, genesis: Parameters<typeof forkId>[1], time: bigint): Json => {
  const { fork, blobs } = rulesAt(config, { number: AFTER_BLOCKS, timestamp: time, merged: true })
  return {
    // What holds from the start is said to begin at zero.
    activationTime: time <= genesis.time ? 0 : Number(time),
    blobSchedule: isActive('Cancun', fork)
      ? {
          target: Number(blobs.target),
          max: Number(blobs.max),
          baseFeeUpdateFraction: Number(blobs.updateFraction),
        }
      : null,
    chainId: quantity(config.chainId),
    forkId: forkId(config, genesis, time),
    precompiles: Object.fromEntries(
      [...precompilesAt(fork).keys()].map((address) => [PRECOMPILE_NAMES[Number(address)]!, address]).sort(),
    ),
    systemContracts: Object.fromEntries(
      SYSTEM_CONTRACTS.filter(({ since }) => isActive(since, fork)).map(({ name, address }) => [
        name,
        address ?? config.depositContract,
      ]),
    ),
  }
}

/** Beyond every fork by block number. */
const AFTER_BLOCKS = 2n ** 64n

/** EIP-7910. */
const PRECOMPILE_NAMES: Readonly<Record<number, string>> = {
  1: 'ECREC',
  2: 'SHA256',
  3: 'RIPEMD160',
  4: 'ID',
  5: 'MODEXP',
  6: 'BN254_ADD',
  7: 'BN254_MUL',
  8: 'BN254_PAIRING',
  9: 'BLAKE2F',
  10: 'KZG_POINT_EVALUATION',
  11: 'BLS12_G1ADD',
  12: 'BLS12_G1MSM',
  13: 'BLS12_G2ADD',
  14: 'BLS12_G2MSM',
  15: 'BLS12_PAIRING_CHECK',
  16: 'BLS12_MAP_FP_TO_G1',
  17: 'BLS12_MAP_FP2_TO_G2',
  256: 'P256VERIFY',
}

/** EIP-7910; without an address, the chain's configuration has it. */
const SYSTEM_CONTRACTS: readonly { name: string; since: Fork; address?: Address }[] = [
  { name: 'BEACON_ROOTS_ADDRESS', since: 'Cancun', address: BEACON_ROOTS.address },
  {
    name: 'CONSOLIDATION_REQUEST_PREDEPLOY_ADDRESS',
    since: 'Prague',
    address: CONSOLIDATION_REQUESTS.address,
  },
  { name: 'DEPOSIT_CONTRACT_ADDRESS', since: 'Prague' },
  { name: 'HISTORY_STORAGE_ADDRESS', since: 'Prague', address: HISTORY_STORAGE.address },
  { name: 'WITHDRAWAL_REQUEST_PREDEPLOY_ADDRESS', since: 'Prague', address: WITHDRAWAL_REQUESTS.address },
]
