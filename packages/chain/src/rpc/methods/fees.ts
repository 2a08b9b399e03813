import { blobBaseFee, nextBaseFee, nextExcessBlobGas } from '../../execute/fees.ts'
import { quantity } from '../../hex.ts'
import { tipOf } from '../../mempool/order.ts'
import { GAS_PER_BLOB } from '../../transaction/price.ts'
import { findBlock, isPending, type SealedBlock } from '../block-parameter.ts'
import { RPC_CODE, RpcError, serverError } from '../error.ts'
import type { Context } from '../method.ts'
import type { Node } from '../node.ts'
import type { BlockParameter } from '../params.ts'

/** Blocks and percentiles of one fee history, as geth has them. */
export const MAX_FEE_HISTORY = 1_024
export const MAX_PERCENTILES = 100

/** Wei per gas that gets a legacy transaction into the next block. */
export const ethGasPrice = ({ node }: Context) =>
  quantity((baseFeeAfter(node, node.chain.head) ?? 0n) + node.suggestedTipWei)

export const ethMaxPriorityFeePerGas = ({ node }: Context) => quantity(node.suggestedTipWei)

/** Of the next block; null before London. */
export const ethBaseFee = ({ node }: Context) => {
  const baseFee = baseFeeAfter(node, node.chain.head)
  return baseFee === undefined ? null : quantity(baseFee)
}

/** Of the next block; null before Cancun. */
export const ethBlobBaseFee = ({ node }: Context) => {
  const blobFee = blobFeeAfter(node, node.chain.head)
  return blobFee === undefined ? null : quantity(blobFee)
}

/** Prices of past blocks and of the one after them, and percentiles of the tips that were paid (EIP-1559). */
export const ethFeeHistory = async (
  { node }: Context,
  count: number,
  newest: BlockParameter,
  percentiles: readonly number[],
) => {
  checkPercentiles(percentiles)
  const last = await findBlock(node, newest)
  if (last === undefined)
    throw serverError(
      'DEED_RPC_BLOCK',
      `request beyond head block: head ${node.chain.head.block.header.number}`,
    )
  // The pending block has no receipts to learn from; the history ends at the head, which is before it.
  const end = isPending(last) ? node.chain.head : last
  const blocks = await blocksUpTo(node, end, Math.min(count, MAX_FEE_HISTORY))
  if (blocks.length === 0) return { oldestBlock: quantity(0), gasUsedRatio: [] }
  const reward =
    percentiles.length === 0
      ? undefined
      : await Promise.all(blocks.map((block) => rewards(node, block, percentiles)))
  return {
    oldestBlock: quantity(blocks[0]!.block.header.number),
    ...(reward && { reward }),
    baseFeePerGas: [
      ...blocks.map(({ block }) => block.header.baseFeePerGas ?? 0n),
      baseFeeAfter(node, end) ?? 0n,
    ].map(quantity),
    gasUsedRatio: blocks.map(({ block }) => Number(block.header.gasUsed) / Number(block.header.gasLimit)),
    baseFeePerBlobGas: [
      ...blocks.map((block) => blobBaseFee(block.block.header, node.chain.rulesOf(block))),
      blobFeeAfter(node, end) ?? 0n,
    ].map(quantity),
    blobGasUsedRatio: blocks.map((block) => {
      const max = node.chain.rulesOf(block).blobs.max * GAS_PER_BLOB
      return max === 0n ? 0 : Number(block.block.header.blobGasUsed ?? 0n) / Number(max)
    }),
  }
}

/** Wei per gas of a block that follows; `undefined` before London. */
export const baseFeeAfter = (node: Node, parent: SealedBlock): bigint | undefined => {
  const { header } = parent.block
  return nextBaseFee(header, node.chain.rulesAfter(parent, header.timestamp + 1n))
}

const blobFeeAfter = (node: Node, parent: SealedBlock): bigint | undefined => {
  const { header } = parent.block
  const rules = node.chain.rulesAfter(parent, header.timestamp + 1n)
  const excessBlobGas = nextExcessBlobGas(header, rules)
  return excessBlobGas === undefined ? undefined : blobBaseFee({ excessBlobGas }, rules)
}

const blocksUpTo = async (node: Node, newest: SealedBlock, count: number): Promise<SealedBlock[]> => {
  const blocks: SealedBlock[] = []
  for (let block: SealedBlock | undefined = newest; block !== undefined && blocks.length < count; ) {
    blocks.unshift(block)
    block =
      block.block.header.number === 0n ? undefined : await node.chain.block(block.block.header.parentHash)
  }
  return blocks
}

/** Tips at the percentiles of a block's gas, each transaction weighing as much as it used. */
const rewards = async (node: Node, block: SealedBlock, percentiles: readonly number[]) => {
  const receipts = (await node.chain.receipts(block.hash)) ?? []
  const { header, transactions } = block.block
  const paid = transactions
    .map((transaction, index) => ({
      tipWei: tipOf(transaction, header.baseFeePerGas ?? 0n) ?? 0n,
      gasUsed: receipts[index]!.cumulativeGasUsed - (receipts[index - 1]?.cumulativeGasUsed ?? 0n),
    }))
    .sort((a, b) => (a.tipWei < b.tipWei ? -1 : a.tipWei > b.tipWei ? 1 : 0))
  let at = 0
  let gasSoFar = paid[0]?.gasUsed ?? 0n
  return percentiles.map((percentile) => {
    const threshold = (Number(header.gasUsed) * percentile) / 100
    while (at < paid.length - 1 && Number(gasSoFar) < threshold) gasSoFar += paid[++at]!.gasUsed
    return quantity(paid[at]?.tipWei ?? 0n)
  })
}

const checkPercentiles = (percentiles: readonly number[]): void => {
  percentiles.forEach((percentile, index) => {
    if (percentile >= 0 && percentile <= 100 && percentile >= (percentiles[index - 1] ?? 0)) return
    throw new RpcError(
      RPC_CODE.invalidParams,
      `invalid reward percentile: entry ${index} is ${percentile}; expected rising numbers from 0 to 100`,
      { code: 'DEED_RPC_PARAMS' },
    )
  })
}
