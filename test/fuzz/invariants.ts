/** What must hold of a chain whatever was done to it. */
import { rpcTo } from '../clients/rpc.ts'

/** Blocks behind the head that are looked at. */
const LOOK_BACK = 100n

/** What does not hold, in words. */
export const checkChain = async (url: string): Promise<string[]> => {
  const rpc = rpcTo(url)
  const broken: string[] = []
  const must = (holds: boolean, says: string) => {
    if (!holds) broken.push(says)
  }
  try {
    await rpc('evm_setIntervalMining', 0)
    await rpc('evm_setAutomine', true)
    const head = await rpc<Block>('eth_getBlockByNumber', 'latest', false)
    must(
      BigInt(await rpc<string>('eth_blockNumber')) === BigInt(head.number),
      'the head is not the last number',
    )
    const number = BigInt(head.number)
    for (let at = number; at > 0n && at > number - LOOK_BACK; at--) {
      const block = await rpc<Block>('eth_getBlockByNumber', `0x${at.toString(16)}`, false)
      const parent = await rpc<Block | null>('eth_getBlockByNumber', `0x${(at - 1n).toString(16)}`, false)
      must(parent?.hash === block.parentHash, `block ${at} does not stand on block ${at - 1n}`)
      const receipts = await rpc<readonly unknown[]>('eth_getBlockReceipts', block.hash)
      must(receipts.length === block.transactions.length, `block ${at} has ${receipts.length} receipts`)
    }
    // A transfer in the scene's plain state, after whatever had been set there.
    await rpc('hardhat_reset')
    const [from, to] = await rpc<[string, string]>('eth_accounts')
    const balance = async () => BigInt(await rpc<string>('eth_getBalance', to, 'latest'))
    const before = await balance()
    const hash = await rpc<string>('eth_sendTransaction', { from, to, value: '0x2a' })
    const receipt = await rpc<{ status: string } | null>('eth_getTransactionReceipt', hash)
    must(receipt?.status === '0x1', 'a transfer has no receipt')
    must((await balance()) === before + 42n, 'a transfer does not arrive')
  } catch (error) {
    broken.push((error as Error).message)
  }
  return broken
}

interface Block {
  readonly number: string
  readonly hash: string
  readonly parentHash: string
  readonly transactions: readonly string[]
}
