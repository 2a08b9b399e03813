/** Transactions of every type as viem and ethers make them, and what their senders do with them while they wait. */
import { JsonRpcProvider, Wallet } from 'ethers'
import {
  createPublicClient,
  createTestClient,
  createWalletClient,
  http,
  parseAbi,
  parseEther,
  parseGwei,
  WaitForTransactionReceiptTimeoutError,
  zeroAddress,
} from 'viem'
import { generatePrivateKey, mnemonicToAccount, privateKeyToAccount } from 'viem/accounts'
import { foundry } from 'viem/chains'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { COUNTER_ABI, COUNTER_BYTECODE } from '../../packages/chain/src/server/counter.fixture.ts'
import { type Deed, startDeed } from './deed.ts'

const abi = parseAbi(COUNTER_ABI)
const MNEMONIC = 'test test test test test test test test test test test junk'
const alice = mnemonicToAccount(MNEMONIC)
const bob = mnemonicToAccount(MNEMONIC, { addressIndex: 1 })

let deed: Deed
beforeAll(async () => {
  deed = await startDeed()
})
afterAll(() => deed.close())

const clients = (options: { batch?: boolean } = {}) => {
  const transport = http(deed.url, { retryCount: 0, batch: options.batch ?? false })
  return {
    reader: createPublicClient({ chain: foundry, transport, pollingInterval: 20 }),
    wallet: createWalletClient({ chain: foundry, transport, account: alice }),
    test: createTestClient({ chain: foundry, transport, mode: 'anvil' }),
  }
}

/** A reader, and when it has first seen a transaction. */
const watcher = () => {
  let looked = () => {}
  const hasLooked = new Promise<void>((resolve) => {
    looked = resolve
  })
  const transport = http(deed.url, {
    retryCount: 0,
    fetchFn: async (input, init) => {
      const response = await fetch(input, init)
      const text = await response.text()
      if (String(init?.body).includes('eth_getTransactionByHash')) setImmediate(looked)
      return new Response(text, response)
    },
  })
  return { reader: createPublicClient({ chain: foundry, transport, pollingInterval: 20 }), hasLooked }
}

describe('viem', () => {
  it.each([
    ['legacy', { gasPrice: parseGwei('10') }],
    [
      'eip2930',
      {
        gasPrice: parseGwei('10'),
        accessList: [{ address: zeroAddress, storageKeys: [`0x${'1'.padStart(64, '0')}`] }],
      },
    ],
    ['eip1559', { maxFeePerGas: parseGwei('10'), maxPriorityFeePerGas: 1n }],
  ] as const)('sends a transaction of type %s', async (type, fees) => {
    const { reader, wallet } = clients()
    const hash = await wallet.sendTransaction({ to: bob.address, value: 1n, type, ...fees } as never)
    const receipt = await reader.waitForTransactionReceipt({ hash })
    expect(receipt).toMatchObject({ status: 'success', type })
    const transaction = await reader.getTransaction({ hash })
    expect(transaction).toMatchObject({ type, value: 1n, from: alice.address.toLowerCase() })
    if ('accessList' in fees) expect(transaction.accessList).toEqual(fees.accessList)
  })

  it('delegates an account to a contract and calls it as one (EIP-7702)', async () => {
    const { reader, wallet } = clients()
    const { contractAddress } = await reader.waitForTransactionReceipt({
      hash: await wallet.deployContract({ abi, bytecode: COUNTER_BYTECODE }),
    })
    const account = privateKeyToAccount(generatePrivateKey())
    const authorization = await wallet.signAuthorization({ account, contractAddress: contractAddress! })
    const call = { abi, address: account.address, functionName: 'raise', args: [3n] } as const
    const hash = await wallet.writeContract({ ...call, authorizationList: [authorization] })
    expect(await reader.waitForTransactionReceipt({ hash })).toMatchObject({
      status: 'success',
      type: 'eip7702',
    })
    expect(await reader.readContract({ abi, address: account.address, functionName: 'count' })).toBe(3n)
    expect(await reader.getCode({ address: account.address })).toBe(
      `0xef0100${contractAddress!.slice(2).toLowerCase()}`,
    )
    expect((await reader.getTransaction({ hash })).authorizationList).toMatchObject([
      { address: contractAddress!.toLowerCase() },
    ])
  })

  it('asks in batches', async () => {
    const { reader } = clients({ batch: true })
    const before = deed.node.chain.head.block.header.number
    const answers = await Promise.all([
      reader.getChainId(),
      reader.getBlockNumber(),
      reader.getBalance({ address: bob.address }),
      reader.getGasPrice(),
      reader.getTransactionCount({ address: bob.address }),
      reader.call({ to: zeroAddress, data: '0x' }).catch((error: Error) => error),
    ])
    expect(answers.slice(0, 2)).toEqual([31_337, before])
    expect(answers[5]).not.toBeInstanceOf(Error)
  })

  it('has filters of logs, blocks and waiting transactions', async () => {
    const { reader, wallet, test } = clients()
    const { contractAddress } = await reader.waitForTransactionReceipt({
      hash: await wallet.deployContract({ abi, bytecode: COUNTER_BYTECODE }),
    })
    const blocks = await reader.createBlockFilter()
    const waiting = await reader.createPendingTransactionFilter()
    const raised = await reader.createContractEventFilter({
      abi,
      address: contractAddress!,
      eventName: 'Raised',
      args: { by: alice.address },
      fromBlock: 0n,
    })
    const hash = await wallet.writeContract({
      abi,
      address: contractAddress!,
      functionName: 'raise',
      args: [9n],
    })
    await test.mine({ blocks: 1 })
    expect(await reader.getFilterChanges({ filter: waiting })).toEqual([hash])
    const [first, second] = await reader.getFilterChanges({ filter: blocks })
    expect((await reader.getBlock({ blockHash: first! })).transactions).toEqual([hash])
    expect((await reader.getBlock()).hash).toBe(second)
    const logs = await reader.getFilterChanges({ filter: raised })
    expect(logs.map(({ args }) => args)).toEqual([{ by: alice.address, count: 9n }])
    expect(await reader.getFilterChanges({ filter: raised })).toEqual([])
    expect(await reader.getFilterLogs({ filter: raised })).toEqual(logs)
    for (const filter of [blocks, waiting, raised])
      expect(await reader.uninstallFilter({ filter })).toBe(true)
    await expect(reader.getFilterChanges({ filter: blocks })).rejects.toThrow(/filter not found/)
  })

  describe('while a transaction waits', () => {
    beforeEach(async () => {
      await clients().test.setAutomine(false)
      return async () => {
        await deed.rpc('anvil_dropAllTransactions')
        await clients().test.setAutomine(true)
      }
    })
    const fees = (gwei: string) => ({
      maxFeePerGas: parseGwei(gwei),
      maxPriorityFeePerGas: parseGwei(gwei) / 10n,
    })

    it.each([
      ['repriced', { to: bob.address, value: 1n }],
      ['replaced', { to: bob.address, value: 2n }],
      ['cancelled', { to: alice.address, value: 0n }],
    ])('it is %s by one that pays more, and its waiter is told', async (reason, next) => {
      const { wallet, test } = clients()
      const { reader, hasLooked } = watcher()
      const nonce = await reader.getTransactionCount({ address: alice.address, blockTag: 'pending' })
      const gas = 21_000n
      const hash = await wallet.sendTransaction({ to: bob.address, value: 1n, nonce, gas, ...fees('10') })
      await expect(wallet.sendTransaction({ ...next, nonce, gas, ...fees('10.5') })).rejects.toThrow(
        /replacement transaction underpriced/,
      )
      const reasons: string[] = []
      const receipt = reader.waitForTransactionReceipt({
        hash,
        onReplaced: (replaced) => reasons.push(replaced.reason),
      })
      // Only a transaction that it has seen can be said to be replaced.
      await hasLooked
      const replacing = await wallet.sendTransaction({ ...next, nonce, gas, ...fees('11') })
      expect(await reader.getTransactionCount({ address: alice.address, blockTag: 'pending' })).toBe(
        nonce + 1,
      )
      await test.mine({ blocks: 1 })
      expect((await receipt).transactionHash).toBe(replacing)
      expect(reasons).toEqual([reason])
      await expect(reader.getTransaction({ hash })).rejects.toThrow(/could not be found/)
    })

    it('it is seen as pending and has no receipt', async () => {
      const { reader, wallet } = clients()
      const before = await reader.getBalance({ address: bob.address, blockTag: 'latest' })
      const hash = await wallet.sendTransaction({ to: bob.address, value: parseEther('1'), gas: 21_000n })
      expect(await reader.getTransaction({ hash })).toMatchObject({
        blockNumber: null,
        blockHash: null,
        transactionIndex: null,
      })
      await expect(reader.getTransactionReceipt({ hash })).rejects.toThrow(/could not be found/)
      const receipt = reader.waitForTransactionReceipt({ hash, timeout: 50 })
      await expect(receipt).rejects.toThrow(WaitForTransactionReceiptTimeoutError)
      expect(await reader.getBalance({ address: bob.address, blockTag: 'latest' })).toBe(before)
      expect(await reader.getBalance({ address: bob.address, blockTag: 'pending' })).toBe(
        before + parseEther('1'),
      )
      expect((await reader.getBlock({ blockTag: 'pending' })).transactions).toEqual([hash])
    })
  })
})

describe('ethers', () => {
  const open = () => new JsonRpcProvider(deed.url, undefined, { polling: true, pollingInterval: 20 })
  const signer = (provider: JsonRpcProvider) => Wallet.fromPhrase(MNEMONIC, provider)
  const gwei = 10n ** 9n

  it('sends a blob with the proofs of its cells (EIP-4844, EIP-7594)', async () => {
    const provider = open()
    const infinity = `c0${'00'.repeat(47)}`
    // The proofs of a blob of zeros are known; to work out those of another takes seconds.
    const blob = {
      data: `0x${'00'.repeat(131_072)}`,
      commitment: `0x${infinity}`,
      proof: `0x${infinity.repeat(128)}`,
    }
    const sent = await signer(provider).sendTransaction({
      type: 3,
      to: bob.address,
      blobs: [blob],
      blobWrapperVersion: 1,
      maxFeePerBlobGas: gwei,
    })
    const receipt = await sent.wait()
    expect(receipt).toMatchObject({ status: 1, type: 3, blobGasUsed: 131_072n })
    const found = await provider.getTransaction(sent.hash)
    expect(found!.blobVersionedHashes).toEqual(sent.blobVersionedHashes)
    provider.destroy()
  })

  it('authorizes code for an account (EIP-7702)', async () => {
    const provider = open()
    const account = Wallet.createRandom(provider)
    const authorization = await account.authorize({ address: bob.address, nonce: 0, chainId: 31_337 })
    const sent = await signer(provider).sendTransaction({
      type: 4,
      to: account.address,
      authorizationList: [authorization],
    })
    expect(await sent.wait()).toMatchObject({ status: 1, type: 4 })
    expect(await provider.getCode(account.address)).toBe(`0xef0100${bob.address.slice(2).toLowerCase()}`)
    provider.destroy()
  })

  it('is told that a transaction was replaced', async () => {
    const provider = open()
    await provider.send('evm_setAutomine', [false])
    const wallet = signer(provider)
    const nonce = await wallet.getNonce('pending')
    const first = await wallet.sendTransaction({
      to: bob.address,
      value: 1n,
      nonce,
      maxFeePerGas: 10n * gwei,
      maxPriorityFeePerGas: gwei,
    })
    const waiting = first.wait().catch((error: { code: string; reason: string; cancelled: boolean }) => error)
    const cancel = await wallet.sendTransaction({
      to: wallet.address,
      nonce,
      maxFeePerGas: 12n * gwei,
      maxPriorityFeePerGas: 2n * gwei,
    })
    // It looks when it hears of a new block, and may have begun to listen after the one that has the transaction.
    let isOver = false
    void waiting.then(() => {
      isOver = true
    })
    while (!isOver) {
      await provider.send('evm_mine', [])
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    expect(await waiting).toMatchObject({
      code: 'TRANSACTION_REPLACED',
      reason: 'cancelled',
      cancelled: true,
      hash: cancel.hash,
    })
    expect(await provider.getTransactionReceipt(cancel.hash)).toMatchObject({ status: 1 })
    await provider.send('evm_setAutomine', [true])
    provider.destroy()
  })
})
