/**
 * What a browser wallet sends to a network that its user has added by URL: from an extension's page, so with its Origin
 * and a preflight, and with keys of its own. A dapp speaks to the wallet by EIP-1193.
 */
import { BrowserProvider, Contract, ContractFactory, Wallet } from 'ethers'
import { createWalletClient, custom, getAddress, publicActions } from 'viem'
import { foundry } from 'viem/chains'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { COUNTER_ABI, COUNTER_BYTECODE } from '../../packages/chain/src/server/counter.fixture.ts'
import { type Deed, startDeed } from './deed.ts'

const ORIGIN = 'chrome-extension://nkbihfbeogaeaoehlefnkodbefgpgknn'
const MNEMONIC = 'test test test test test test test test test test test junk'

let deed: Deed
beforeAll(async () => {
  deed = await startDeed()
})
afterAll(() => deed.close())

/** Fetch as a browser does it for an extension. */
const fetchRpc = async (body: object): Promise<{ result?: unknown; error?: { message: string } }> => {
  const response = await fetch(deed.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: ORIGIN },
    body: JSON.stringify(body),
  })
  expect(response.headers.get('access-control-allow-origin')).toBe(ORIGIN)
  return (await response.json()) as never
}

interface Asked {
  readonly method: string
  readonly params?: readonly unknown[]
}

/** A wallet of one account: it answers what is its own, and asks the network for the rest. */
const createExtension = () => {
  const key = Wallet.fromPhrase(MNEMONIC)
  const account = key.address.toLowerCase()
  let id = 0
  const network = async <T>(method: string, ...params: unknown[]): Promise<T> => {
    const { result, error } = await fetchRpc({ jsonrpc: '2.0', id: ++id, method, params })
    if (error !== undefined) throw Object.assign(new Error(error.message), error)
    return result as T
  }
  const own: Record<string, (...params: never[]) => unknown> = {
    eth_requestAccounts: () => [account],
    eth_accounts: () => [account],
    // What its dialogue shows is filled in from the network; then it signs by itself.
    eth_sendTransaction: async (request: { to?: string; value?: string; data?: string; gas?: string }) => {
      const block = await network<{ baseFeePerGas?: string; gasLimit: string }>(
        'eth_getBlockByNumber',
        'latest',
        false,
      )
      expect(BigInt(block.baseFeePerGas!)).toBeGreaterThan(0n)
      if (request.to !== undefined) await network('eth_getCode', request.to, 'latest')
      const fees = await network<{ baseFeePerGas: string[]; reward: string[][] }>(
        'eth_feeHistory',
        '0x5',
        'latest',
        [10, 20, 30],
      )
      const gasPrice = BigInt(await network<string>('eth_gasPrice'))
      const estimate = BigInt(
        await network<string>('eth_estimateGas', { from: account, value: '0x0', ...request }),
      )
      const nonce = Number(await network<string>('eth_getTransactionCount', account, 'pending'))
      const maxPriorityFeePerGas = fees.reward.length > 0 ? 10n ** 9n : gasPrice
      const raw = await key.signTransaction({
        chainId: Number(await network<string>('net_version')),
        to: request.to,
        value: request.value,
        data: request.data,
        type: 2,
        nonce,
        // As MetaMask does, half as much again of what was estimated, within the block.
        gasLimit: (estimate * 3n) / 2n,
        maxFeePerGas: 2n * BigInt(fees.baseFeePerGas.at(-1)!) + maxPriorityFeePerGas,
        maxPriorityFeePerGas,
      })
      return network('eth_sendRawTransaction', raw)
    },
    personal_sign: (message: string) => key.signMessage(Buffer.from(message.slice(2), 'hex')),
  }
  return {
    network,
    async request({ method, params = [] }: Asked) {
      const answer = own[method]
      return answer === undefined ? network(method, ...params) : answer(...(params as never[]))
    },
  }
}

it('a preflight lets the extension in', async () => {
  const preflight = await fetch(deed.url, {
    method: 'OPTIONS',
    headers: {
      origin: ORIGIN,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type',
    },
  })
  expect(preflight.status).toBe(204)
  expect(preflight.headers.get('access-control-allow-headers')).toContain('content-type')
  expect(preflight.headers.get('access-control-allow-origin')).toBe(ORIGIN)
})

it('adding the network: which it is, and that fees are those of EIP-1559', async () => {
  const { network } = createExtension()
  expect(await network('eth_chainId')).toBe('0x7a69')
  expect(await network('net_version')).toBe('31337')
  expect(await network('eth_getBlockByNumber', 'latest', false)).toMatchObject({
    baseFeePerGas: expect.any(String),
  })
  expect(await network('eth_blockNumber')).toMatch(/^0x/)
  // A wallet keeps to the network's own methods; this one it does not have.
  await expect(network('wallet_switchEthereumChain', { chainId: '0x1' })).rejects.toMatchObject({
    code: -32601,
  })
})

it('a dapp with ethers deploys, sends and waits through the wallet', async () => {
  const provider = new BrowserProvider(createExtension() as never, undefined, {
    polling: true,
    pollingInterval: 20,
  } as never)
  const signer = await provider.getSigner()
  const deployed = await (
    await new ContractFactory([...COUNTER_ABI], COUNTER_BYTECODE, signer).deploy()
  ).waitForDeployment()
  const counter = new Contract(await deployed.getAddress(), [...COUNTER_ABI], signer)
  const receipt = await (await counter.getFunction('raise').send(3n)).wait()
  expect(receipt).toMatchObject({ status: 1, from: Wallet.fromPhrase(MNEMONIC).address })
  expect(await counter.getFunction('count').staticCall()).toBe(3n)
  // The wallet's estimate says why before anything is signed.
  await expect(counter.getFunction('raise').send(7n)).rejects.toMatchObject({ reason: 'not seven' })
  expect(await signer.signMessage('deed')).toBe(await Wallet.fromPhrase(MNEMONIC).signMessage('deed'))
  provider.destroy()
})

it('a dapp with viem sends and polls for the receipt through the wallet', async () => {
  const client = createWalletClient({
    chain: foundry,
    transport: custom(createExtension()),
    pollingInterval: 20,
  }).extend(publicActions)
  const [account] = await client.requestAddresses()
  const to = getAddress(`0x${'77'.repeat(20)}`)
  const hash = await client.sendTransaction({ account: account!, to, value: 9n })
  expect(await client.waitForTransactionReceipt({ hash })).toMatchObject({ status: 'success' })
  expect(await client.getBalance({ address: to })).toBe(9n)
})

it('its user speeds a transaction up, and cancels another', async () => {
  await deed.rpc('evm_setAutomine', false)
  const { network } = createExtension()
  const key = Wallet.fromPhrase(MNEMONIC)
  const nonce = Number(await network<string>('eth_getTransactionCount', key.address, 'pending'))
  const sign = (percent: bigint, fields: object) =>
    key.signTransaction({
      chainId: 31_337,
      type: 2,
      gasLimit: 21_000n,
      to: `0x${'77'.repeat(20)}`,
      value: 1n,
      maxFeePerGas: (10n ** 10n * percent) / 100n,
      maxPriorityFeePerGas: (10n ** 9n * percent) / 100n,
      ...fields,
    })
  const slow = await network<string>('eth_sendRawTransaction', await sign(100n, { nonce }))
  const unwanted = await network<string>('eth_sendRawTransaction', await sign(100n, { nonce: nonce + 1 }))
  expect(await network('eth_getTransactionReceipt', slow)).toBeNull()
  // MetaMask offers a tenth more.
  const fast = await network<string>('eth_sendRawTransaction', await sign(110n, { nonce }))
  const cancel = await network<string>(
    'eth_sendRawTransaction',
    await sign(110n, { nonce: nonce + 1, to: key.address, value: 0n }),
  )
  await deed.rpc('evm_mine')
  for (const hash of [fast, cancel])
    expect(await network('eth_getTransactionReceipt', hash)).toMatchObject({ status: '0x1' })
  for (const hash of [slow, unwanted]) expect(await network('eth_getTransactionByHash', hash)).toBeNull()
  await deed.rpc('evm_setAutomine', true)
})
