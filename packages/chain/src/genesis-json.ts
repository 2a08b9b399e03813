/** Reads `genesis.json` as geth writes it. */
import type { Address, Hash, Hex } from '@deed/evm'
import { BLOB_PARAMETERS, type BlobScheduleEntry, type ChainConfig, DEPOSIT_CONTRACT } from './forks.ts'
import type { Genesis, GenesisAccount } from './genesis.ts'
import { hexToBytes } from './hex.ts'

/** Throws {@link GenesisError} naming the field that is missing or wrong. */
export const parseGenesis = (json: unknown): Genesis => {
  const root = object(json, 'genesis')
  const config = parseConfig(object(root.config, 'config'))
  return {
    config,
    alloc: new Map(
      Object.entries(object(root.alloc, 'alloc')).map(([key, value]) => {
        const address = sized(key.startsWith('0x') ? key : `0x${key}`, 20, `alloc.${key}`)
        return [address, parseAccount(object(value, `alloc.${key}`), `alloc.${key}`)] as const
      }),
    ),
    timestamp: integer(root.timestamp ?? 0, 'timestamp'),
    gasLimit: integer(root.gasLimit, 'gasLimit'),
    extraData: bytes(root.extraData ?? '0x', 'extraData'),
    difficulty: integer(root.difficulty ?? 0, 'difficulty'),
    mixHash: sized(root.mixHash ?? ZERO_HASH, 32, 'mixHash'),
    nonce: `0x${integer(root.nonce ?? 0, 'nonce')
      .toString(16)
      .padStart(16, '0')}`,
    beneficiary: sized(root.coinbase ?? ZERO_ADDRESS, 20, 'coinbase'),
    baseFeePerGas: optional(root.baseFeePerGas, 'baseFeePerGas'),
    blobGasUsed: optional(root.blobGasUsed, 'blobGasUsed'),
    excessBlobGas: optional(root.excessBlobGas, 'excessBlobGas'),
  }
}

class GenesisError extends Error {
  override readonly name = 'GenesisError'
  readonly code = 'DEED_GENESIS'
  constructor(field: string, expected: string, value: unknown) {
    super(`genesis: ${field} must be ${expected}, not ${JSON.stringify(value) ?? 'absent'}`)
  }
}

const BLOCKS = {
  Homestead: 'homesteadBlock',
  TangerineWhistle: 'eip150Block',
  SpuriousDragon: 'eip158Block',
  Byzantium: 'byzantiumBlock',
  Constantinople: 'constantinopleBlock',
  Petersburg: 'petersburgBlock',
  Istanbul: 'istanbulBlock',
  Berlin: 'berlinBlock',
  London: 'londonBlock',
} as const

const TIMES = {
  Shanghai: 'shanghaiTime',
  Cancun: 'cancunTime',
  Prague: 'pragueTime',
  Osaka: 'osakaTime',
} as const

/** In the order of their activation; EIP-649, 1234, 2384, 3554, 4345, 5133. */
const BOMB_DELAYS = [
  ['byzantiumBlock', 3_000_000n],
  ['constantinopleBlock', 5_000_000n],
  ['muirGlacierBlock', 9_000_000n],
  ['londonBlock', 9_700_000n],
  ['arrowGlacierBlock', 10_700_000n],
  ['grayGlacierBlock', 11_400_000n],
] as const

/** Which entry of `blobSchedule` begins when, and what it is when it is not given. */
const BLOB_SCHEDULE = [
  ['cancun', 'cancunTime', BLOB_PARAMETERS.Cancun],
  ['prague', 'pragueTime', BLOB_PARAMETERS.Prague],
  ['osaka', 'osakaTime', BLOB_PARAMETERS.Prague],
  ['bpo1', 'bpo1Time', BLOB_PARAMETERS.BPO1],
  ['bpo2', 'bpo2Time', BLOB_PARAMETERS.BPO2],
  ['bpo3', 'bpo3Time', undefined],
  ['bpo4', 'bpo4Time', undefined],
  ['bpo5', 'bpo5Time', undefined],
] as const

type Json = Record<string, unknown>

const parseConfig = (config: Json): ChainConfig => {
  const at = (field: string) => optional(config[field], `config.${field}`)
  const pick = (table: Readonly<Record<string, string>>) =>
    Object.fromEntries(
      Object.entries(table)
        .map(([fork, field]) => [fork, at(field)] as const)
        .filter(([, when]) => when !== undefined),
    )
  const daoForkBlock = config.daoForkSupport === true ? at('daoForkBlock') : undefined
  const mergeNetsplitBlock = at('mergeNetsplitBlock')
  const schedule = config.blobSchedule === undefined ? {} : object(config.blobSchedule, 'config.blobSchedule')
  return {
    chainId: integer(config.chainId, 'config.chainId'),
    blocks: pick(BLOCKS),
    ...(daoForkBlock !== undefined && { daoForkBlock }),
    ...(mergeNetsplitBlock !== undefined && { mergeNetsplitBlock }),
    bombDelays: BOMB_DELAYS.flatMap(([field, delay]) => {
      const block = at(field)
      return block === undefined ? [] : [{ block, delay }]
    }),
    terminalTotalDifficulty: at('terminalTotalDifficulty'),
    times: pick(TIMES),
    blobSchedule: BLOB_SCHEDULE.flatMap(([name, field, standard]): BlobScheduleEntry[] => {
      const time = at(field)
      if (time === undefined) return []
      const given = schedule[name]
      if (given === undefined && standard) return [{ time, ...standard }]
      const where = `config.blobSchedule.${name}`
      const entry = object(given, where)
      return [
        {
          time,
          target: integer(entry.target, `${where}.target`),
          max: integer(entry.max, `${where}.max`),
          updateFraction: integer(entry.baseFeeUpdateFraction, `${where}.baseFeeUpdateFraction`),
        },
      ]
    }),
    depositContract: sized(
      config.depositContractAddress ?? DEPOSIT_CONTRACT,
      20,
      'config.depositContractAddress',
    ),
  }
}

const parseAccount = (account: Json, where: string): GenesisAccount => ({
  balance: integer(account.balance ?? 0, `${where}.balance`),
  nonce: integer(account.nonce ?? 0, `${where}.nonce`),
  ...(account.code !== undefined && { code: bytes(account.code, `${where}.code`) }),
  ...(account.storage !== undefined && {
    storage: new Map(
      Object.entries(object(account.storage, `${where}.storage`)).map(([key, value]) => [
        integer(key, `${where}.storage key`),
        integer(value, `${where}.storage.${key}`),
      ]),
    ),
  }),
})

const object = (value: unknown, field: string): Json => {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new GenesisError(field, 'an object', value)
  return value as Json
}

const integer = (value: unknown, field: string): bigint => {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return BigInt(value)
  if (typeof value === 'string' && /^(0x[0-9a-f]+|[0-9]+)$/i.test(value)) return BigInt(value)
  throw new GenesisError(field, 'a whole number that is not negative, as a number or a string', value)
}

const optional = (value: unknown, field: string): bigint | undefined =>
  value === undefined || value === null ? undefined : integer(value, field)

const bytes = (value: unknown, field: string): Uint8Array => {
  if (typeof value !== 'string' || !/^0x([0-9a-f]{2})*$/i.test(value))
    throw new GenesisError(field, 'bytes in hexadecimal', value)
  return hexToBytes(value)
}

const sized = (value: unknown, length: number, field: string): Hex => {
  if (bytes(value, field).length !== length)
    throw new GenesisError(field, `${length} bytes in hexadecimal`, value)
  return (value as string).toLowerCase() as Hex
}

const ZERO_HASH: Hash = `0x${'0'.repeat(64)}`
const ZERO_ADDRESS: Address = `0x${'0'.repeat(40)}`
