/** Reads an agreement from the folder of a project: `outline.json`, the text beside it, and the contract's ABI. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { outlineSchema } from '@deed/agreement'
import { z } from 'zod'
import { PlatformError } from './error.ts'
import type { Registration } from './gateway/api.ts'

/**
 * @param abi of the contract; without it, only getters with the types that the outline implies are known.
 * @throws `DEED_AGREEMENT_FOLDER` when a file is missing or has another form.
 */
export const readAgreement = (folder: string, abi?: unknown[]): Registration => {
  try {
    const outline = outlineSchema.parse(JSON.parse(readFileSync(join(folder, 'outline.json'), 'utf8')))
    const text = readFileSync(join(folder, outline.file), 'utf8')
    return { outline, text, abi: abi ?? gettersOf(outline) }
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message
    throw new PlatformError('DEED_AGREEMENT_FOLDER', `The folder ${folder} holds no agreement: ${why}`, {
      folder,
    })
  }
}

const TYPES: Readonly<Record<Registration['outline']['terms'][number]['kind'], string>> = {
  address: 'address',
  amount: 'uint128',
  number: 'int128',
  share: 'uint64',
  date: 'uint32',
  duration: 'uint32',
  document: 'bytes32',
  truth: 'bool',
  choice: 'uint8',
}

/** Getters that a deed of this outline has, with the types that the language stores values in. */
const gettersOf = (outline: Registration['outline']) => {
  const getter = (name: string, type: string) => ({
    type: 'function',
    name,
    inputs: [],
    outputs: [{ name: '', type }],
    stateMutability: 'view',
  })
  return [
    ...[...outline.parties, ...outline.tokens].map((each) => getter(each.getter, 'address')),
    ...outline.terms.map((term) => getter(term.field, TYPES[term.kind])),
    ...outline.fields.map((field) => getter(field.getter, TYPES[field.kind])),
    ...[...outline.holdings, ...outline.debts].map((cell) => getter(cell.getter, TYPES.amount)),
  ]
}
