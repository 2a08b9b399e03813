/** When each upgrade came into force on the public networks of Ethereum (go-ethereum, params/config.go). */
import type { Address } from '@deed/evm'
import { BLOB_PARAMETERS, type BlobScheduleEntry, type ChainConfig, DEPOSIT_CONTRACT } from '../forks.ts'

/** Everything before the merge from the first block on. */
const FROM_THE_START: ChainConfig['blocks'] = {
  Homestead: 0n,
  TangerineWhistle: 0n,
  SpuriousDragon: 0n,
  Byzantium: 0n,
  Constantinople: 0n,
  Petersburg: 0n,
  Istanbul: 0n,
  Berlin: 0n,
  London: 0n,
}

interface Times {
  readonly Shanghai: bigint
  readonly Cancun: bigint
  readonly Prague: bigint
  readonly Osaka: bigint
  readonly BPO1: bigint
  readonly BPO2: bigint
}

const byTime = ({ BPO1, BPO2, ...times }: Times): Pick<ChainConfig, 'times' | 'blobSchedule'> => ({
  times,
  blobSchedule: [
    { time: times.Cancun, ...BLOB_PARAMETERS.Cancun },
    { time: times.Prague, ...BLOB_PARAMETERS.Prague },
    { time: BPO1, ...BLOB_PARAMETERS.BPO1 },
    { time: BPO2, ...BLOB_PARAMETERS.BPO2 },
  ] satisfies BlobScheduleEntry[],
})

const MAINNET: ChainConfig = {
  chainId: 1n,
  blocks: {
    Homestead: 1_150_000n,
    TangerineWhistle: 2_463_000n,
    SpuriousDragon: 2_675_000n,
    Byzantium: 4_370_000n,
    Constantinople: 7_280_000n,
    Petersburg: 7_280_000n,
    Istanbul: 9_069_000n,
    Berlin: 12_244_000n,
    London: 12_965_000n,
  },
  daoForkBlock: 1_920_000n,
  bombDelays: [
    { block: 4_370_000n, delay: 3_000_000n },
    { block: 7_280_000n, delay: 5_000_000n },
    { block: 9_200_000n, delay: 9_000_000n },
    { block: 12_965_000n, delay: 9_700_000n },
    { block: 13_773_000n, delay: 10_700_000n },
    { block: 15_050_000n, delay: 11_400_000n },
  ],
  terminalTotalDifficulty: 58_750_000_000_000_000_000_000n,
  depositContract: DEPOSIT_CONTRACT,
  ...byTime({
    Shanghai: 1_681_338_455n,
    Cancun: 1_710_338_135n,
    Prague: 1_746_612_311n,
    Osaka: 1_764_798_551n,
    BPO1: 1_765_290_071n,
    BPO2: 1_767_747_671n,
  }),
}

const testNetwork = (
  chainId: bigint,
  terminalTotalDifficulty: bigint,
  depositContract: Address,
  times: Times,
  mergeNetsplitBlock?: bigint,
): ChainConfig => ({
  chainId,
  ...(mergeNetsplitBlock !== undefined && { mergeNetsplitBlock }),
  blocks: FROM_THE_START,
  bombDelays: [{ block: 0n, delay: 9_700_000n }],
  terminalTotalDifficulty,
  depositContract,
  ...byTime(times),
})

const SEPOLIA = testNetwork(
  11_155_111n,
  17_000_000_000_000_000n,
  '0x7f02c3e3c98b133055b8b348b2ac625669ed295d',
  {
    Shanghai: 1_677_557_088n,
    Cancun: 1_706_655_072n,
    Prague: 1_741_159_776n,
    Osaka: 1_760_427_360n,
    BPO1: 1_761_017_184n,
    BPO2: 1_761_607_008n,
  },
  1_735_371n,
)

const HOLESKY = testNetwork(17_000n, 0n, '0x4242424242424242424242424242424242424242', {
  Shanghai: 1_696_000_704n,
  Cancun: 1_707_305_664n,
  Prague: 1_740_434_112n,
  Osaka: 1_759_308_480n,
  BPO1: 1_759_800_000n,
  BPO2: 1_760_389_824n,
})

const HOODI = testNetwork(560_048n, 0n, DEPOSIT_CONTRACT, {
  Shanghai: 0n,
  Cancun: 0n,
  Prague: 1_742_999_832n,
  Osaka: 1_761_677_592n,
  BPO1: 1_762_365_720n,
  BPO2: 1_762_955_544n,
})

/** By chain id. */
export const NETWORKS: ReadonlyMap<bigint, ChainConfig> = new Map(
  [MAINNET, SEPOLIA, HOLESKY, HOODI].map((config) => [config.chainId, config]),
)
