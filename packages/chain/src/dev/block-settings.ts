import type { Address, Hash, Hex } from '@deed/evm'
import { quantity } from '../hex.ts'

/** What a developer says about blocks to come. */
export interface BlockSettings {
  /** Who gets the fees, of every block. */
  readonly beneficiary: Address
  /** Of every block; `undefined`: as the parent has it. */
  readonly gasLimit?: bigint | undefined
  /** Wei per gas, of the next block alone. */
  readonly baseFeePerGas?: bigint | undefined
  /** Of the next block alone. */
  readonly prevRandao?: Hash | undefined
}

/** As plain JSON, for recorded inputs. */
export interface BlockSettingsJson {
  readonly beneficiary?: Address
  readonly gasLimit?: Hex
  readonly baseFeePerGas?: Hex
  readonly prevRandao?: Hash
}

/** What is left of the settings for the block after the next. */
export const afterBlock = ({ beneficiary, gasLimit }: BlockSettings): BlockSettings => ({
  beneficiary,
  gasLimit,
})

export const settingsToJson = (settings: Partial<BlockSettings>): BlockSettingsJson => ({
  ...(settings.beneficiary && { beneficiary: settings.beneficiary }),
  ...(settings.gasLimit !== undefined && { gasLimit: quantity(settings.gasLimit) }),
  ...(settings.baseFeePerGas !== undefined && { baseFeePerGas: quantity(settings.baseFeePerGas) }),
  ...(settings.prevRandao && { prevRandao: settings.prevRandao }),
})

export const settingsFromJson = (json: BlockSettingsJson): Partial<BlockSettings> => ({
  ...(json.beneficiary && { beneficiary: json.beneficiary }),
  ...(json.gasLimit && { gasLimit: BigInt(json.gasLimit) }),
  ...(json.baseFeePerGas && { baseFeePerGas: BigInt(json.baseFeePerGas) }),
  ...(json.prevRandao && { prevRandao: json.prevRandao }),
})
