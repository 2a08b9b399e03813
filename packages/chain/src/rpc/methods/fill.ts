import type { Address } from '@deed/evm'
import { min } from '../../bigint.ts'
import { nextNonce } from '../../mempool/mempool.ts'
import type { UnsignedTransaction } from '../../transaction/types.ts'
import { RPC_CODE, RpcError, serverError } from '../error.ts'
import type { Node } from '../node.ts'
import type { TransactionRequest } from '../params.ts'
import { estimateGas } from './eth_estimateGas.ts'
import { baseFeeAfter } from './fees.ts'

/**
 * The transaction that a request means, with what it leaves open: the next nonce, the estimated gas, and
 * fees that hold while the base fee doubles. The type is the least that has all the fields named.
 */
export const fillTransaction = async (
  node: Node,
  request: TransactionRequest,
): Promise<{ readonly from: Address; readonly transaction: UnsignedTransaction }> => {
  const { chain } = node
  const { chainId } = chain.config
  const from = request.from
  if (from === undefined) throw missing('from', 'the account that sends')
  if (request.chainId !== undefined && request.chainId !== chainId)
    throw serverError(
      'DEED_TX_INVALID_CHAINID',
      `invalid chain id for signer: the request says ${request.chainId}, this is chain ${chainId}`,
    )
  const nonce = request.nonce ?? (await freeNonce(node, from))
  // The fees come after the estimate, which so does not depend on whether the sender can pay them.
  const gasLimit = request.gas ?? (await estimateGas(node, { ...request, nonce }, await node.pending()))
  const payload = { nonce, gasLimit, to: request.to, value: request.value ?? 0n, data: request.data }
  const accessList = request.accessList ?? []
  const baseFee = baseFeeAfter(node, chain.head)

  const type = typeOf(request, baseFee !== undefined)
  if (type === 0 || type === 1) {
    const gasPrice = request.gasPrice ?? (baseFee ?? 0n) + node.suggestedTipWei
    return {
      from,
      transaction:
        type === 0
          ? { ...payload, type, chainId, gasPrice }
          : { ...payload, type, chainId, gasPrice, accessList },
    }
  }
  const fees = dynamicFees(request, baseFee ?? 0n, node.suggestedTipWei)
  if (type === 2) return { from, transaction: { ...payload, type, chainId, ...fees, accessList } }
  if (type === 4) {
    const { authorizationList } = request
    if (authorizationList === undefined)
      throw missing('authorizationList', 'what a type 4 transaction is for')
    return { from, transaction: { ...payload, type, chainId, ...fees, accessList, authorizationList } }
  }
  const { blobVersionedHashes, maxFeePerBlobGas } = request
  if (blobVersionedHashes === undefined)
    throw missing('blobVersionedHashes', 'what a type 3 transaction is for')
  if (maxFeePerBlobGas === undefined)
    throw missing('maxFeePerBlobGas', 'the most to pay for a unit of blob gas')
  return {
    from,
    transaction: { ...payload, type, chainId, ...fees, accessList, blobVersionedHashes, maxFeePerBlobGas },
  }
}

/** Of the head, behind what waits in the mempool. */
export const freeNonce = async ({ chain, mempool }: Node, from: Address): Promise<bigint> => {
  const state = await chain.stateAt(chain.head.hash)
  return nextNonce(mempool, from, (await state.account(from))?.nonce ?? 0n)
}

const typeOf = (request: TransactionRequest, hasBaseFee: boolean): 0 | 1 | 2 | 3 | 4 => {
  const { type } = request
  if (type !== undefined) {
    if (type === 0 || type === 1 || type === 2 || type === 3 || type === 4) return type
    throw new RpcError(RPC_CODE.invalidParams, `transaction type not supported: ${type}; expected 0 to 4`, {
      code: 'DEED_TX_TYPE_NOT_SUPPORTED',
    })
  }
  if (request.authorizationList !== undefined) return 4
  if (request.blobVersionedHashes !== undefined) return 3
  if (request.gasPrice === undefined && hasBaseFee) return 2
  return request.accessList === undefined ? 0 : 1
}

const dynamicFees = (request: TransactionRequest, baseFee: bigint, suggestedTipWei: bigint) => {
  const { gasPrice, maxFeePerGas: maxFee, maxPriorityFeePerGas: tip } = request
  if (gasPrice !== undefined) return { maxFeePerGas: gasPrice, maxPriorityFeePerGas: gasPrice }
  const maxPriorityFeePerGas = tip ?? (maxFee === undefined ? suggestedTipWei : min(maxFee, suggestedTipWei))
  return { maxFeePerGas: maxFee ?? 2n * baseFee + maxPriorityFeePerGas, maxPriorityFeePerGas }
}

const missing = (field: string, what: string): RpcError =>
  new RpcError(RPC_CODE.invalidParams, `missing value for argument 0 (transaction).${field}: ${what}`, {
    code: 'DEED_RPC_PARAMS',
  })
