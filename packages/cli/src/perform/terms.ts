/** The terms of a deed: from words to the struct that its constructor takes. */
import type { Abi, AbiParameter, Address } from 'viem'
import { CommandError } from '../fault.ts'
import { nearest } from '../nearest.ts'
import type { Cast } from './cast.ts'
import type { Agreement } from './folder.ts'
import { encodeValue } from './value.ts'

/** Whose addresses stand in the terms. */
export interface Signers {
  readonly agreement: Agreement
  readonly cast: Cast
  /** Tokens and feeds, by name in the text. */
  readonly tokens: ReadonlyMap<string, Address>
}

/** The values of the constructor's struct, by the outline's fields. */
export const termsOf = async (
  { agreement, cast, tokens }: Signers,
  terms: Readonly<Record<string, string>>,
): Promise<Record<string, unknown>> => {
  const { outline } = agreement
  const known = outline.terms.filter(({ kind }) => kind !== 'address').map(({ name }) => name)
  for (const name of Object.keys(terms)) {
    if (known.includes(name)) continue
    const near = nearest(name, known)
    throw new CommandError(
      'DEED_UNKNOWN_TERM',
      `The deed has no term "${name}". ${near ? `Did you mean "${near}"?` : `There are: ${known.join(', ')}.`}`,
    )
  }
  const struct = termsStruct(agreement.abi)
  // Of each collection that stands for a unique token in a performance there is one.
  const ids = Object.fromEntries(outline.tokens.flatMap(({ name, id }) => (id ? [[`${name}-id`, '1']] : [])))
  const values: Record<string, unknown> = {}
  for (const { name, field, kind } of outline.terms) {
    const address = cast.accounts.get(name)?.address ?? tokens.get(name)
    const written = { name, kind, parameter: struct.find((p) => p.name === field)! }
    values[field] =
      address ??
      (await encodeValue(terms[name] ?? ids[name] ?? '', written, { outline, folder: agreement.folder }))
  }
  return values
}

/** The fields of the constructor's struct. */
export const termsStruct = (abi: Abi): readonly AbiParameter[] => {
  const item = abi.find((entry) => entry.type === 'constructor')
  const tuple = item?.inputs.find((input) => input.type === 'tuple')
  if (tuple && 'components' in tuple) return tuple.components as readonly AbiParameter[]
  throw new CommandError(
    'DEED_NOT_A_DEED',
    'The contract has no constructor (bytes32 text, Terms terms). Write it on contracts/src/Deed.sol.',
  )
}
