/** From a proved deed to its contract and its outline. */
import { type Finding, finding } from '../finding.ts'
import type { Model } from '../model/model.ts'
import type { Outline } from '../outline.ts'
import type { Proof } from '../proofs/prove.ts'
import type { Deed } from '../syntax/ast.ts'
import type { Token } from '../syntax/token.ts'
import { TooLarge } from './code.ts'
import { emitContract } from './contract.ts'
import { pascal } from './names.ts'
import { type Files, outlineOf } from './outline.ts'

export interface Emitted {
  /** Solidity, on `@deed/contracts` and OpenZeppelin. */
  readonly source: string
  readonly outline: Outline
}

/** What has been read and proved without findings. */
export interface Proved {
  readonly deed: Deed
  readonly tokens: readonly Token[]
  readonly model: Model
  readonly proof: Proof
  readonly formatted: string
}

/** @param file name of the text's file; the contract is named after it. */
export const emitDeed = ({ deed, tokens, model, proof, formatted }: Proved, file: string): Emitted => {
  const files: Files = { file, contract: contractName(file) }
  const { source, emitter } = emitContract(model, proof, file, files.contract)
  return { source, outline: outlineOf(emitter, deed, tokens, formatted, files) }
}

/** `Lease` for `lease.deed`. */
const contractName = (file: string): string =>
  pascal(
    file
      .replace(/\.deed$/, '')
      .replace(/[^A-Za-z0-9]+/g, '-')
      .replace(/^[^A-Za-z]+|-+$/g, '') || 'deed',
  )

/** Calculations that may be larger than a word of the machine, which only the emitter knows. */
export const sizeFindings = (model: Model, proof: Proof): Finding[] => {
  try {
    emitContract(model, proof, 'this.deed', 'This')
    return []
  } catch (error) {
    if (!(error instanceof TooLarge) || !error.said) throw error
    const { place, sentence } = error.said
    return [
      finding('DEED_L606', place, `A product in "${sentence}" may be larger than a contract can count.`, {
        how: 'Give what is multiplied bounds, such as',
        text: 'from 0 USDC to 1,000,000 USDC',
      }),
    ]
  }
}
