/** A mined transaction as `eth_` methods tell it. */
import type { Rpc } from '@deed/solidity/debug'
import { getAddress, type Hex } from 'viem'
import { CommandError } from '../fault.ts'

export interface MinedTransaction {
  readonly hash: Hex
  readonly block: number
  /** Seconds since 1970. */
  readonly timestamp: number
  readonly from: Hex
  readonly to?: Hex
  /** The contract that it made. */
  readonly created?: Hex
  readonly nonce: number
  /** Decimal, as all wei here. */
  readonly valueWei: string
  readonly gasUsed: number
  readonly gasLimit: number
  readonly gasPriceWei: string
  readonly feeWei: string
}

interface RpcTransaction {
  readonly from: Hex
  readonly to?: Hex | null
  readonly nonce: Hex
  readonly value: Hex
  readonly gas: Hex
  readonly blockNumber?: Hex | null
  readonly blockHash?: Hex | null
}

interface RpcReceipt {
  readonly contractAddress?: Hex | null
  readonly gasUsed: Hex
  readonly effectiveGasPrice?: Hex
}

/** @throws CommandError for one that nobody knows, or that waits */
export const readTransaction = async (rpc: Rpc, hash: Hex): Promise<MinedTransaction> => {
  const sent = (await rpc.call('eth_getTransactionByHash', [hash])) as RpcTransaction | null
  if (!sent) {
    throw new CommandError(
      'DEED_TX_UNKNOWN',
      `${rpc.url} has no transaction ${hash}. Check the hash, and that --rpc is the chain that it was sent to.`,
    )
  }
  const receipt = (await rpc.call('eth_getTransactionReceipt', [hash])) as RpcReceipt | null
  if (!sent.blockHash || !receipt) {
    throw new CommandError(
      'DEED_TX_PENDING',
      `Transaction ${hash} waits in the mempool of ${rpc.url}, and has done nothing yet. Ask again when it is mined.`,
    )
  }
  const block = (await rpc.call('eth_getBlockByHash', [sent.blockHash, false])) as { timestamp: Hex }
  const gasPrice = BigInt(receipt.effectiveGasPrice ?? 0)
  const gasUsed = BigInt(receipt.gasUsed)
  return {
    hash,
    block: Number(sent.blockNumber),
    timestamp: Number(block.timestamp),
    from: getAddress(sent.from),
    ...(sent.to && { to: getAddress(sent.to) }),
    ...(receipt.contractAddress && { created: getAddress(receipt.contractAddress) }),
    nonce: Number(sent.nonce),
    valueWei: String(BigInt(sent.value)),
    gasUsed: Number(gasUsed),
    gasLimit: Number(sent.gas),
    gasPriceWei: String(gasPrice),
    feeWei: String(gasUsed * gasPrice),
  }
}
