import { type Address, EMPTY_CODE_HASH } from '@deed/evm'
import { bytesToHex, quantity, wordToHash } from '../../hex.ts'
import { EMPTY_ROOT } from '../../trie/node.ts'
import { blockAt, isPending } from '../block-parameter.ts'
import { type Decoder, slot } from '../decode.ts'
import { serverError } from '../error.ts'
import type { Context } from '../method.ts'
import type { BlockParameter } from '../params.ts'

/** Merkle proofs of an account and of some of its slots (EIP-1186). */
export const ethGetProof = async (
  { node }: Context,
  address: Address,
  keys: readonly StorageKey[],
  at: BlockParameter,
) => {
  const block = await blockAt(node, at)
  if (isPending(block))
    throw serverError('DEED_RPC_PENDING_PROOF', 'the pending block has no proofs yet: ask for latest')
  const state = await node.chain.stateAt(block.hash)
  const proof = await state.proof(
    address,
    keys.map(({ slot }) => slot),
  )
  return {
    address,
    accountProof: proof.nodes.map(bytesToHex),
    balance: quantity(proof.account?.balance ?? 0n),
    codeHash: proof.account?.codeHash ?? EMPTY_CODE_HASH,
    nonce: quantity(proof.account?.nonce ?? 0n),
    storageHash: proof.account?.storageRoot ?? EMPTY_ROOT,
    storageProof: proof.slots.map(({ value, nodes }, index) => ({
      key: keys[index]!.asGiven,
      value: quantity(value),
      proof: nodes.map(bytesToHex),
    })),
  }
}

/** A slot and how the answer names it: in full where it came in full, else shortest, as geth does. */
export interface StorageKey {
  readonly slot: bigint
  readonly asGiven: string
}

/** Slots of one request. */
export const MAX_PROOF_KEYS = 1_024

export const storageKey: Decoder<StorageKey> = (value, at) => {
  const key = slot(value, at)
  return { slot: key, asGiven: (value as string).length === 66 ? wordToHash(key) : quantity(key) }
}
