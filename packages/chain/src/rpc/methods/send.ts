import { bytesToHex } from '../../hex.ts'
import { encodeTransaction } from '../../transaction/codec.ts'
import { signTransaction } from '../../transaction/signature.ts'
import type { Transaction } from '../../transaction/types.ts'
import { formatTransaction } from '../format.ts'
import type { Context } from '../method.ts'
import type { Node } from '../node.ts'
import type { TransactionRequest } from '../params.ts'
import { keyOf } from '../wallet.ts'
import { fillTransaction, freeNonce } from './fill.ts'

export const ethSendRawTransaction = ({ node }: Context, encoded: Uint8Array) => node.submit(encoded)

/** Signs with an unlocked account and sends. */
export const ethSendTransaction = async ({ node }: Context, request: TransactionRequest) => {
  const { from, transaction, key } = await fillWithKey(node, request)
  return node.submit(async () => {
    // Of many that are sent at once, each takes the nonce that is free when its turn comes.
    const nonce = request.nonce ?? (await freeNonce(node, from))
    return encodeTransaction(signTransaction({ ...transaction, nonce }, key))
  })
}

/** Signs with an unlocked account and does not send. */
export const ethSignTransaction = async ({ node }: Context, request: TransactionRequest) => {
  const { from, transaction, key } = await fillWithKey(node, request)
  const signed = signTransaction(transaction, key)
  return { raw: bytesToHex(encodeTransaction(signed)), tx: formatTransaction(signed, from) }
}

/** What would be signed; the signature in the answer is zero. */
export const ethFillTransaction = async ({ node }: Context, request: TransactionRequest) => {
  const { from, transaction } = await fillTransaction(node, request)
  const unsigned: Transaction = { ...transaction, yParity: 0, r: 0n, s: 0n }
  return { raw: bytesToHex(encodeTransaction(unsigned)), tx: formatTransaction(unsigned, from) }
}

/** The key comes first: for an account that is not ours nothing else matters. */
const fillWithKey = async (node: Node, request: TransactionRequest) => {
  const key = request.from && keyOf(node.wallet, request.from)
  const { from, transaction } = await fillTransaction(node, request)
  return { from, transaction, key: key ?? keyOf(node.wallet, from) }
}
