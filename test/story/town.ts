/** The town in which the stories play: a chain whose clock stands still unless told, people, and a platform. */
import { createDevNode, DEV_PRIVATE_KEYS, type DevNodeOptions, type Input } from '@deed/chain'
import { openPlatform, startGateway } from '@deed/platform'
import {
  type Abi,
  type Account,
  type Address,
  createPublicClient,
  createWalletClient,
  custom,
  defineChain,
  encodeDeployData,
  encodeFunctionData,
  type Hex,
  toHex,
} from 'viem'
import { privateKeyToAccount } from 'viem/accounts'

export const person = (index: number) => privateKeyToAccount(toHex(DEV_PRIVATE_KEYS[index]!))

/** Of the keeper that the platform runs: m/44'/60'/1'/0/0. */
const KEEPER = '0x8c8d35429f74ec245f8ef2f4fd1e551cff97d650'

/** What the chain of a town starts with: the same for the chain itself and for its replay. */
export const chainOptions = (day: string): DevNodeOptions => ({
  genesisTime: BigInt(secondsOf(day)),
  wallTime: () => BigInt(secondsOf(day)),
  alloc: new Map([[KEEPER, { balance: 10n ** 20n }]]),
})

/** First second of a day, or a time of it: `2027-02-01`, `2027-02-01 12:00`. */
export const secondsOf = (day: string): number => {
  const [date, time = '00:00'] = day.split(' ')
  return Date.parse(`${date}T${time}:00Z`) / 1000
}

export const openTown = async (day: string) => {
  const record: Input[] = []
  const node = await createDevNode({ ...chainOptions(day), record: (input) => record.push(input) })
  const transport = custom(
    { request: ({ method, params }) => node.request(method, params) },
    { retryCount: 0 },
  )
  const chain = defineChain({
    id: 31337,
    name: 'town',
    nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
    rpcUrls: { default: { http: [] } },
  })
  const client = createPublicClient({ chain, transport, cacheTime: 0 })
  const platform = await openPlatform({ transport })
  const gateway = await startGateway({ platform, log: () => {}, version: 'story' })

  /** Signs a transaction as its sender's wallet would, and gives its bytes. */
  const signed = async (account: Account, to: Address | undefined, data: Hex): Promise<Hex> => {
    const wallet = createWalletClient({ account, chain, transport })
    return wallet.signTransaction((await wallet.prepareTransactionRequest({ to, data })) as never)
  }
  const send = async (account: Account, to: Address | undefined, data: Hex) => {
    const hash = await client.sendRawTransaction({ serializedTransaction: await signed(account, to, data) })
    return client.getTransactionReceipt({ hash })
  }

  return {
    node,
    client,
    platform,
    record,
    signed,
    deploy: async (account: Account, abi: Abi, bytecode: Hex, args: unknown[]): Promise<Address> => {
      const receipt = await send(account, undefined, encodeDeployData({ abi, bytecode, args } as never))
      return receipt.contractAddress!
    },
    act: (account: Account, to: Address, abi: Abi, functionName: string, args: unknown[] = []) =>
      send(account, to, encodeFunctionData({ abi, functionName, args } as never)),
    read: (address: Address, abi: Abi, functionName: string, args: unknown[] = []): Promise<unknown> =>
      client.readContract({ address, abi, functionName, args } as never),
    /** Time passes until then; the keeper does what falls due. */
    live: async (until: string): Promise<void> => {
      await node.request('evm_setNextBlockTimestamp', [toHex(secondsOf(until))])
      await node.request('evm_mine', [])
      await platform.settle()
    },
    /** What a browser gets from the gateway. */
    get: async (path: string): Promise<never> => {
      const response = await fetch(`http://127.0.0.1:${gateway.port}${path}`)
      if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
      return (await response.json()) as never
    },
    close: async (): Promise<void> => {
      await gateway.close()
      await platform.close()
      await node.close()
    },
  }
}

export type Town = Awaited<ReturnType<typeof openTown>>
