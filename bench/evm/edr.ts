/** Hardhat's engine, in this process. */
import { jsonRpcPeer } from './json-rpc.ts'
import type { Peer } from './peer.ts'

const KEY = '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80'

export async function edr(): Promise<Peer> {
  const edr = await import('@nomicfoundation/edr')
  const context = new edr.EdrContext()
  await context.registerProviderFactory(edr.L1_CHAIN_TYPE, edr.l1ProviderFactory())
  const provider = await context.createProvider(
    edr.L1_CHAIN_TYPE,
    {
      allowBlocksWithSameTimestamp: true,
      allowUnlimitedContractSize: true,
      bailOnCallFailure: true,
      bailOnTransactionFailure: true,
      chainId: 31337n,
      coinbase: new Uint8Array(20),
      defaultTransactionGasLimit: 12_000_000n,
      genesisState: [
        ...edr.l1GenesisState(edr.l1HardforkLatest()),
        { address: Buffer.from('f39fd6e51aad88f6f4ce6ab8827279cfffb92266', 'hex'), balance: 10n ** 24n },
      ],
      hardfork: edr.l1HardforkToString(edr.l1HardforkLatest()),
      minGasPrice: 0n,
      mining: { autoMine: true, blockGasLimit: 100_000_000_000n, memPool: { order: edr.MineOrdering.Fifo } },
      network: { genesisBlockGasLimit: 100_000_000_000n },
      networkId: 31337n,
      observability: {},
      ownedAccounts: [KEY],
      precompileOverrides: [],
      transactionGasCap: false,
    },
    { enable: false, decodeConsoleLogInputsCallback: () => [], printLineCallback: () => {} },
    { subscriptionCallback: () => {} },
    new edr.ContractDecoder(),
  )
  const ask = async (method: string, parameters: readonly unknown[]) => {
    const { data } = await provider.handleRequest(
      JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: parameters }),
    )
    const { result, error } = (typeof data === 'string' ? JSON.parse(data) : data) as {
      result?: unknown
      error?: { message: string }
    }
    if (error) throw new Error(`EDR: ${error.message}`)
    return result
  }
  return jsonRpcPeer('EDR', ask, {
    memoryMb: () => Math.round(process.memoryUsage().rss / 2 ** 20),
    close: async () => {},
  })
}
