/**
 * A chain in a process of its own, for what may end a process: `FOLDER fill` pays until the disk is full, `FOLDER
 * look` reads. Both say on standard output, as JSON, which transactions are there and what ended it.
 */
import { createDevNode } from '../../dev/node.ts'
import { openDiskStore } from './store.ts'

const [folder, what] = process.argv.slice(2)
const hashes: unknown[] = []
let code: unknown
try {
  const node = await createDevNode({ wallTime: () => 1_700_000_000n, store: await openDiskStore(folder!) })
  const [from, to] = (await node.request('eth_accounts')) as string[]
  while (what === 'fill')
    hashes.push(await node.request('eth_sendTransaction', [{ from, to, value: '0x1', gas: '0x5208' }]))
  for (let number = 1; number <= Number(await node.request('eth_blockNumber')); number++) {
    const at = `0x${number.toString(16)}`
    const { transactions } = (await node.request('eth_getBlockByNumber', [at, false])) as {
      transactions: string[]
    }
    for (const hash of transactions) {
      const receipt = (await node.request('eth_getTransactionReceipt', [hash])) as { blockNumber: string }
      if (receipt.blockNumber === at) hashes.push(hash)
    }
  }
  await node.close()
} catch (error) {
  code = (error as { code?: unknown }).code ?? String(error)
}
process.stdout.write(JSON.stringify({ hashes, code }))
