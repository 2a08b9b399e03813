import type { Address, Hash } from '@deed/evm'
import { isImpersonated } from '../../dev/impersonation.ts'
import { bytesToHex } from '../../hex.ts'
import { encodeTransaction } from '../../transaction/codec.ts'
import { impersonateSender, signTransaction } from '../../transaction/signature.ts'
import type { Transaction, UnsignedTransaction } from '../../transaction/types.ts'
import { controlOf } from '../control.ts'
import { RpcError } from '../error.ts'
import { formatTransaction } from '../format.ts'
import type { Context } from '../method.ts'
import type { Node } from '../node.ts'
import type { TransactionRequest } from '../params.ts'
import { keyOf } from '../wallet.ts'
import { fillTransaction, freeNonce } from './fill.ts'
import { ethGetTransactionReceipt } from './transaction.ts'

export const ethSendRawTransaction = ({ node }: Context, encoded: Uint8Array) => node.submit(encoded)

/** Signs with an unlocked account, or for an impersonated one, and sends. */
export const ethSendTransaction = async ({ node }: Context, request: TransactionRequest) => {
  const { from, transaction, sign, impersonated } = await signerOf(node, request)
  return node.submit(async () => {
    // Of many that are sent at once, each takes the nonce that is free when its turn comes.
    const nonce = request.nonce ?? (await freeNonce(node, from))
    return encodeTransaction(sign({ ...transaction, nonce }))
  }, impersonated)
}

/** Sends in the name of any account, as anvil does. */
export const ethSendUnsignedTransaction = async ({ node }: Context, request: TransactionRequest) => {
  controlOf(node)
  const { from, transaction } = await fillTransaction(node, request)
  return node.submit(encodeTransaction(impersonateSender(transaction, from)), from)
}

/** Milliseconds that a sender waits for the receipt if it does not say, and at most (EIP-7966). */
const SYNC_TIMEOUT_MS = 2_000
const MAX_SYNC_TIMEOUT_MS = 60_000
/** EIP-7966: it waits in the mempool, and there is no receipt yet. */
const NO_RECEIPT_YET = 4

/** Sends and answers the receipt (EIP-7966). */
export const ethSendRawTransactionSync = async (
  context: Context,
  encoded: Uint8Array,
  timeoutMs: number | undefined,
) => receiptOf(context, await ethSendRawTransaction(context, encoded), timeoutMs)

export const ethSendTransactionSync = async (
  context: Context,
  request: TransactionRequest,
  timeoutMs: number | undefined,
) => receiptOf(context, await ethSendTransaction(context, request), timeoutMs)

const receiptOf = async (context: Context, hash: Hash, timeoutMs = SYNC_TIMEOUT_MS) => {
  const { chain } = context.node
  let timer: ReturnType<typeof setTimeout> | undefined
  let stop = () => {}
  const mined = new Promise<void>((resolve) => {
    stop = chain.onHead(({ added }) => {
      if (added.some(({ transactionHashes }) => transactionHashes.includes(hash))) resolve()
    })
    timer = setTimeout(resolve, Math.min(timeoutMs, MAX_SYNC_TIMEOUT_MS))
  })
  if ((await chain.transaction(hash)) === undefined) await mined
  stop()
  clearTimeout(timer)
  const receipt = await ethGetTransactionReceipt(context, hash)
  if (receipt !== null) return receipt
  throw new RpcError(
    NO_RECEIPT_YET,
    `transaction ${hash} was taken in and not mined in time: ask for its receipt`,
    hash,
  )
}

/** Signs with an unlocked account and does not send. */
export const ethSignTransaction = async ({ node }: Context, request: TransactionRequest) => {
  const key = request.from && keyOf(node.wallet, request.from)
  const { from, transaction } = await fillTransaction(node, request)
  const signed = signTransaction(transaction, key ?? keyOf(node.wallet, from))
  return { raw: bytesToHex(encodeTransaction(signed)), tx: formatTransaction(signed, from) }
}

/** What would be signed; the signature in the answer is zero. */
export const ethFillTransaction = async ({ node }: Context, request: TransactionRequest) => {
  const { from, transaction } = await fillTransaction(node, request)
  const unsigned: Transaction = { ...transaction, yParity: 0, r: 0n, s: 0n }
  return { raw: bytesToHex(encodeTransaction(unsigned)), tx: formatTransaction(unsigned, from) }
}

/** A request as the transaction that it would be sent as. */
export const signedBy = async (
  node: Node,
  request: TransactionRequest,
): Promise<{ readonly signed: Transaction; readonly impersonated: Address | undefined }> => {
  const { transaction, sign, impersonated } = await signerOf(node, request)
  return { signed: sign(transaction), impersonated }
}

interface Signer {
  readonly from: Address
  readonly transaction: UnsignedTransaction
  readonly sign: (transaction: UnsignedTransaction) => Transaction
  readonly impersonated: Address | undefined
}

/** The key comes first: for an account that is neither ours nor impersonated nothing else matters. */
const signerOf = async (node: Node, request: TransactionRequest): Promise<Signer> => {
  const { from: sender } = request
  if (sender !== undefined && node.control && isImpersonated(node.control.impersonation, sender)) {
    const { from, transaction } = await fillTransaction(node, request)
    return { from, transaction, sign: (one) => impersonateSender(one, from), impersonated: from }
  }
  const known = sender && keyOf(node.wallet, sender)
  const { from, transaction } = await fillTransaction(node, request)
  const key = known ?? keyOf(node.wallet, from)
  return { from, transaction, sign: (one) => signTransaction(one, key), impersonated: undefined }
}
