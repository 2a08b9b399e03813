/** What there is on the chain before the fuzzer begins, so that valid requests have something to find. */
import { COUNTER_BYTECODE } from '../../packages/chain/src/server/counter.fixture.ts'
import { type Rpc, rpcTo } from '../clients/rpc.ts'

export interface Scene {
  readonly accounts: readonly string[]
  readonly contract: string
  /** Calls a function of the contract that writes a slot and a log. */
  readonly call: string
  readonly transactionHash: string
  readonly blockHash: string
  readonly codeHash: string
  readonly topic: string
  /** A signed transaction that was not sent. */
  readonly raw: string
  readonly rawBlock: string
  readonly filterId: string
  readonly snapshot: string
  /** As `anvil_dumpState` gives it. */
  readonly state: string
  /** ExecutionPayloadV3 of the next block. */
  readonly payload: Readonly<Record<string, unknown>>
}

/** Takes the chain back to its first block, and puts on it what the scene has. */
export const setScene = async (url: string): Promise<Scene> => {
  const rpc = rpcTo(url)
  await rpc('evm_setIntervalMining', 0)
  await rpc('hardhat_dropAllTransactions')
  await rpc('evm_setAutomine', true)
  await rpc('hardhat_reset')
  const accounts = await rpc<string[]>('eth_accounts')
  const deployed = await send(rpc, { from: accounts[0], data: COUNTER_BYTECODE })
  const contract = deployed.contractAddress
  const call = `0x004f4803${'5'.padStart(64, '0')}`
  const raised = await send(rpc, { from: accounts[0], to: contract, data: call })
  const account = await rpc<{ codeHash: string }>('eth_getAccount', contract, 'latest')
  const signed = await rpc<{ raw: string }>('eth_signTransaction', {
    from: accounts[1],
    to: accounts[2],
    value: '0x1',
  })
  const head = await rpc<{ timestamp: string }>('eth_getBlockByNumber', 'latest', false)
  const built = await rpc<{ executionPayload: Record<string, unknown> }>(
    'testing_buildBlockV1',
    raised.blockHash,
    attributesAfter(BigInt(head.timestamp), accounts[3]!),
    [],
  )
  return {
    accounts,
    contract,
    call,
    transactionHash: raised.transactionHash,
    blockHash: raised.blockHash,
    codeHash: account.codeHash,
    topic: raised.logs[0]!.topics[0]!,
    raw: signed.raw,
    rawBlock: await rpc('debug_getRawBlock', 'latest'),
    filterId: await rpc('eth_newFilter', { address: contract }),
    snapshot: await rpc('evm_snapshot'),
    state: await rpc('anvil_dumpState'),
    payload: built.executionPayload,
  }
}

/** PayloadAttributesV3 of a block a little later. */
export const attributesAfter = (timestamp: bigint, suggestedFeeRecipient: string) => ({
  timestamp: `0x${(timestamp + 100n).toString(16)}`,
  prevRandao: `0x${'7'.repeat(64)}`,
  suggestedFeeRecipient,
  withdrawals: [],
  parentBeaconBlockRoot: `0x${'0'.repeat(64)}`,
})

interface Receipt {
  readonly contractAddress: string
  readonly transactionHash: string
  readonly blockHash: string
  readonly logs: readonly { readonly topics: readonly string[] }[]
}

const send = async (rpc: Rpc, transaction: object): Promise<Receipt> =>
  rpc('eth_getTransactionReceipt', await rpc('eth_sendTransaction', transaction))
