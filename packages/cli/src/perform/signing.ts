/** The parties sign: EIP-712 over the hash of the text and every agreed value, so that a wallet shows them. */
import { deedAbi } from '@deed/agreement'
import { type Address, encodeFunctionData, type Hex, type TypedDataDomain } from 'viem'
import { typesOf } from '../signing/typed-data.ts'
import { instantOf } from './instant.ts'
import { type Play, read } from './play.ts'
import { refusalIn, refused } from './refusal.ts'
import { headTime, type Stage, send, travel } from './stage.ts'
import { termsOf } from './terms.ts'

/** A signature that nobody has brought after this time counts no more. */
const SIGNATURE_LIFE_SECONDS = 7 * 86_400

/** Seconds at which the parties of a play sign. */
export const signingTime = ({ scenario, start }: Play): number => instantOf(scenario.signed, start)

/** Each party signs the text and the terms by EIP-712 and brings the signature to the chain. */
export const signPlay = async (stage: Stage, play: Play): Promise<void> => {
  const { agreement, cast, deed } = play
  await travel(stage, signingTime(play))
  const typed = await typedDataOf(stage, play)
  const before = BigInt((await headTime(stage)) + SIGNATURE_LIFE_SECONDS)
  for (const { name, role } of agreement.outline.parties) {
    if (role !== 'party') continue
    const from = cast.accounts.get(name)!
    const message = { text: agreement.outline.text, terms: typed.terms, party: from.address, before }
    const signature = await from.signTypedData({ ...typed.data, message } as never)
    const args = [from.address, before, signature] as const
    const data = encodeFunctionData({ abi: deedAbi, functionName: 'sign', args })
    await send(stage, { from, to: deed, data }).catch(async (error) => {
      const refusal = refusalIn(error, agreement.abi)
      throw refusal ? refused(`The signature of ${name}`, refusal, await headTime(stage)) : error
    })
  }
}
/** The EIP-712 data that every party signs; the domain is what the deed says of itself (EIP-5267). */
const typedDataOf = async (stage: Stage, play: Play) => {
  const domain = (await read(stage, play, 'eip712Domain')) as readonly unknown[]
  const [, name, version, chainId, verifyingContract] = domain as [Hex, string, string, bigint, Address]
  const terms = await termsOf(play, play.terms)
  return {
    terms,
    data: {
      domain: { name, version, chainId: Number(chainId), verifyingContract } satisfies TypedDataDomain,
      primaryType: 'Signature',
      types: typesOf(play.agreement.abi),
    },
  }
}
