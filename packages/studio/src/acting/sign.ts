/** Signing a deed from the page: typed data (EIP-712) in which a wallet shows every agreed value by name. */
import { deedAbi, type Kind } from '@deed/agreement'
import type { Deed, Value } from '@deed/platform'
import { type Address, encodeFunctionData, type Hex, parseAbi } from 'viem'
import { readContract } from 'viem/actions'
import { client } from '../chain/client.ts'
import { DAY_SECONDS } from '../format/time.ts'
import type { Actor } from './actor.ts'
import type { Call } from './send.ts'

/** A signature that nobody has brought by then counts no more. */
const SIGNATURE_LIFE_SECONDS = 7 * DAY_SECONDS

/** How the contract keeps a term of each kind. */
const TYPES: Readonly<Record<Kind, string>> = {
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

const domainAbi = parseAbi([
  'function eip712Domain() view returns (bytes1 fields, string name, string version, uint256 chainId, address verifyingContract, bytes32 salt, uint256[] extensions)',
])

/** Asks for the signature. @returns the call that brings it to the deed. @throws what the wallet answers. */
export const signature = async (deed: Deed, actor: Actor, now: number): Promise<Call> => {
  const [, name, version, chainId, verifyingContract] = await readContract(client, {
    address: deed.address,
    abi: domainAbi,
    functionName: 'eip712Domain',
  })
  const { terms: agreed = [], tokens = [] } = deed.outline ?? {}
  const terms = agreed.map(({ name: term, field, kind }) => ({
    field,
    // Which one of its collection a unique token is, is as large as ERC-721 has it.
    type: tokens.some(({ id }) => id === field) ? 'uint256' : TYPES[kind],
    value: jsonValue(deed.terms.find((each) => each.name === term)),
  }))
  const before = String(now + SIGNATURE_LIFE_SECONDS)
  const typed = {
    domain: { name, version, chainId: Number(chainId), verifyingContract },
    primaryType: 'Signature',
    types: {
      EIP712Domain: [
        { name: 'name', type: 'string' },
        { name: 'version', type: 'string' },
        { name: 'chainId', type: 'uint256' },
        { name: 'verifyingContract', type: 'address' },
      ],
      Signature: [
        { name: 'text', type: 'bytes32' },
        { name: 'terms', type: 'Terms' },
        { name: 'party', type: 'address' },
        { name: 'before', type: 'uint256' },
      ],
      Terms: terms.map(({ field, type }) => ({ name: field, type })),
    },
    message: {
      text: deed.text,
      terms: Object.fromEntries(terms.map(({ field, value }) => [field, value])),
      party: actor.address,
      before,
    },
  }
  const signed = (await actor.provider.request({
    method: 'eth_signTypedData_v4',
    params: [actor.address, JSON.stringify(typed)],
  })) as Hex
  const args = [actor.address as Address, BigInt(before), signed] as const
  return {
    title: 'Your signature',
    to: deed.address,
    data: encodeFunctionData({ abi: deedAbi, functionName: 'sign', args }),
  }
}

const jsonValue = (value: Value | undefined): unknown =>
  value?.kind === 'truth' ? value.value === 'true' : value?.value
