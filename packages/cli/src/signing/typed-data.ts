/** What a party signs (EIP-712): text and every agreed value, for one chain and one address. */
import type { Outline } from '@deed/agreement'
import { domainName } from '@deed/agreement/language'
import {
  type Abi,
  type Address,
  concatHex,
  encodeAbiParameters,
  getContractAddress,
  type Hex,
  numberToHex,
} from 'viem'
import { termsStruct } from '../perform/terms.ts'
import type { Draft } from './draft.ts'
import type { Agreed } from './terms-file.ts'

/**
 * The deterministic deployment proxy, at the same address on every network. A deed's address follows from its code, text
 * and terms, so that parties can sign for it before it is there.
 */
export const FACTORY: Address = '0x4e59b44847b379578588920cA78FbF26c0B4956C'

/** The values of the struct `Terms`, as ABI and wallets take them. */
export const termsValues = (
  { outline, abi }: Pick<Draft, 'outline' | 'abi'>,
  { filling }: Pick<Agreed, 'filling'>,
) => {
  const types = new Map(termsStruct(abi).map(({ name, type }) => [name, type]))
  return Object.fromEntries(
    outline.terms.map(({ name, field }) => {
      const value = filling[name]!
      return [field, types.get(field) === 'bool' ? value === 1n : value]
    }),
  )
}

/** Creation code with text and terms. */
export const creationOf = (draft: Draft, agreed: Agreed): Hex => {
  const item = draft.abi.find((entry) => entry.type === 'constructor')!
  const inputs = item.type === 'constructor' ? item.inputs : []
  const args = encodeAbiParameters(inputs, [draft.outline.text, termsValues(draft, agreed)] as never)
  return concatHex([draft.creationCode, args])
}

export const saltOf = ({ number }: Agreed): Hex => numberToHex(number, { size: 32 })

export const addressOf = (draft: Draft, agreed: Agreed): Address =>
  getContractAddress({
    opcode: 'CREATE2',
    from: FACTORY,
    salt: saltOf(agreed),
    bytecode: creationOf(draft, agreed),
  })

export interface Signing {
  readonly chain: number
  readonly contract: Address
  readonly party: Address
  /** Unix time after which the signature counts no more. */
  readonly before: bigint
}

export const typedDataOf = (
  { outline, abi }: { readonly outline: Outline; readonly abi: Abi },
  terms: Readonly<Record<string, unknown>>,
  { chain, contract, party, before }: Signing,
) => ({
  domain: { name: domainName(outline.title), version: '1', chainId: chain, verifyingContract: contract },
  primaryType: 'Signature' as const,
  types: typesOf(abi),
  message: { text: outline.text, terms, party, before },
})

/** Every agreed value is a field of its own, by which a wallet shows it. */
export const typesOf = (abi: Abi) => ({
  Signature: [
    { name: 'text', type: 'bytes32' },
    { name: 'terms', type: 'Terms' },
    { name: 'party', type: 'address' },
    { name: 'before', type: 'uint256' },
  ],
  Terms: termsStruct(abi).map(({ name, type }) => ({ name: name!, type })),
})
