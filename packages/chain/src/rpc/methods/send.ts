import { bytesToHex } from '../../hex.ts'
import { encodeTransaction } from '../../transaction/codec.ts'
import { signTransaction } from '../../transaction/signature.ts'
import type { Transaction } from '../../transaction/types.ts'
import { formatTransaction } from '../format.ts'
import type { Context } from '../method.ts'
import type { Node } from '../node.ts'
import type { TransactionRequest } from '../params.ts'
import { keyOf } from '../wallet.ts'
import { fillTransaction } from './fill.ts'

export const ethSendRawTransaction = ({ node }: Context, encoded: Uint8Array) => node.submit(encoded)

/** Signs with an unlocked account and sends. */
export const ethSendTransaction = async ({ node }: Context, request: TransactionRequest) =>
  node.submit(encodeTransaction(await sign(node, request)))

/** Signs with an unlocked account and does not send. */
export const ethSignTransaction = async ({ node }: Context, request: TransactionRequest) => {
  const transaction = await sign(node, request)
  return {
    raw: bytesToHex(encodeTransaction(transaction)),
    tx: formatTransaction(transaction, request.from!),
  }
}

/** What would be signed; the signature in the answer is zero. */
export const ethFillTransaction = async ({ node }: Context, request: TransactionRequest) => {
  const { from, transaction } = await fillTransaction(node, request)
  const unsigned: Transaction = { ...transaction, yParity: 0, r: 0n, s: 0n }
  return { raw: bytesToHex(encodeTransaction(unsigned)), tx: formatTransaction(unsigned, from) }
}

const sign = async (node: Node, request: TransactionRequest): Promise<Transaction> => {
  // The key first: for an account that is not ours nothing else matters.
  const key = request.from === undefined ? undefined : keyOf(node.wallet, request.from)
  const { from, transaction } = await fillTransaction(node, request)
  return signTransaction(transaction, key ?? keyOf(node.wallet, from))
}
