/** web3.js 4 as it comes from npm, over HTTP and WebSocket. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Web3, WebSocketProvider } from 'web3'
import { COUNTER_BYTECODE } from '../../packages/chain/src/server/counter.fixture.ts'
import { COUNTER_JSON_ABI } from './counter.ts'
import { type Deed, startDeed } from './deed.ts'

let deed: Deed
beforeAll(async () => {
  deed = await startDeed()
})
afterAll(() => deed.close())

const deploy = async (web3: Web3, from: string) =>
  new web3.eth.Contract(COUNTER_JSON_ABI).deploy({ data: COUNTER_BYTECODE }).send({ from })

describe('web3.js', () => {
  it('asks what the chain is', async () => {
    const web3 = new Web3(deed.url)
    expect(await web3.eth.getChainId()).toBe(31_337n)
    expect(await web3.eth.net.getId()).toBe(31_337n)
    expect(await web3.eth.net.isListening()).toBe(true)
    expect(await web3.eth.isSyncing()).toBe(false)
    expect(await web3.eth.getNodeInfo()).toMatch(/Deed/)
    expect(await web3.eth.getProtocolVersion()).toBe('0x45')
    expect(await web3.eth.isMining()).toBe(false)
    expect(await web3.eth.getHashRate()).toBe(0n)
    expect(await web3.eth.getAccounts()).toHaveLength(10)
    expect(await web3.eth.getCoinbase()).toBe(`0x${'0'.repeat(40)}`)
    expect((await web3.eth.getFeeHistory(1, 'latest', [50])).baseFeePerGas).toHaveLength(2)
    expect(await web3.eth.calculateFeeData()).toMatchObject({ maxPriorityFeePerGas: expect.any(BigInt) })
  })

  it('deploys, sends, calls and reads events through unlocked accounts', async () => {
    const web3 = new Web3(deed.url)
    const [from] = await web3.eth.getAccounts()
    const counter = await deploy(web3, from!)
    const raise = counter.methods.raise!(5)
    const gas = await raise.estimateGas({ from })
    const receipt = await raise.send({ from, gas: gas.toString() })
    expect(receipt.status).toBe(1n)
    expect(receipt.gasUsed).toBeLessThanOrEqual(gas)
    expect(receipt.events?.Raised?.returnValues).toMatchObject({ by: from, count: 5n })
    expect(await counter.methods.count!().call()).toBe(5n)
    const events = await counter.getPastEvents('Raised', { fromBlock: 0, filter: { by: from } })
    expect(events).toMatchObject([{ transactionHash: receipt.transactionHash }])
    expect(await web3.eth.getStorageAt(counter.options.address!, 0)).toBe(`0x${'5'.padStart(64, '0')}`)
    const proof = await web3.eth.getProof(counter.options.address!, [`0x${'0'.repeat(64)}`], 'latest')
    expect(proof.storageProof).toMatchObject([{ value: 5n }])
    const access = await web3.eth.createAccessList({
      from,
      to: counter.options.address!,
      data: raise.encodeABI(),
    })
    expect(access.accessList).toMatchObject([{ address: counter.options.address!.toLowerCase() }])
  })

  it('says why a call reverts: by string and by custom error', async () => {
    const web3 = new Web3(deed.url)
    const [from] = await web3.eth.getAccounts()
    const counter = await deploy(web3, from!)
    await expect(counter.methods.raise!(7).call({ from })).rejects.toMatchObject({
      cause: { message: expect.stringContaining('not seven') },
    })
    await expect(counter.methods.raise!(1001).call({ from })).rejects.toMatchObject({
      cause: { errorName: 'TooMuch', errorArgs: { by: 1001n } },
    })
    await expect(counter.methods.raise!(7).send({ from, gas: '100000' })).rejects.toThrow(/revert/)
  })

  it.each([
    ['0x0', { gasPrice: 10_000_000_000n }],
    ['0x1', { gasPrice: 10_000_000_000n, accessList: [] }],
    ['0x2', { maxFeePerGas: 10_000_000_000n, maxPriorityFeePerGas: 1n }],
  ])('signs a transaction of type %s itself', async (type, fees) => {
    const web3 = new Web3(deed.url)
    const [funder] = await web3.eth.getAccounts()
    const account = web3.eth.accounts.create()
    web3.eth.accounts.wallet.add(account)
    await web3.eth.sendTransaction({
      from: funder,
      to: account.address,
      value: web3.utils.toWei('1', 'ether'),
    })
    const receipt = await web3.eth.sendTransaction({
      from: account.address,
      to: funder,
      value: 7n,
      type,
      ...fees,
    })
    expect(receipt).toMatchObject({ status: 1n, from: account.address.toLowerCase() })
    expect(await web3.eth.getTransaction(receipt.transactionHash)).toMatchObject({
      type: BigInt(type),
      value: 7n,
    })
    expect(await web3.eth.getTransactionCount(account.address)).toBe(1n)
  })

  it('has messages signed by an unlocked account', async () => {
    const web3 = new Web3(deed.url)
    const [from] = await web3.eth.getAccounts()
    const signature = await web3.eth.sign(web3.utils.utf8ToHex('deed'), from!)
    expect(web3.eth.accounts.recover('deed', signature as string)).toBe(from)
    expect(await web3.eth.personal.sign(web3.utils.utf8ToHex('deed'), from!, '')).toBe(signature)
  })

  it('sends batches', async () => {
    const web3 = new Web3(deed.url)
    const batch = new web3.BatchRequest()
    const requests = ['eth_chainId', 'eth_blockNumber', 'net_version'].map((method) =>
      batch.add({ method, params: [] } as never),
    )
    await batch.execute()
    expect(await Promise.all(requests)).toEqual(['0x7a69', expect.stringMatching(/^0x/), '31337'])
  })

  it('hears of blocks, logs and waiting transactions over WebSocket', async () => {
    const provider = new WebSocketProvider(deed.url.replace('http', 'ws'))
    const web3 = new Web3(provider)
    const [from] = await web3.eth.getAccounts()
    const counter = await deploy(web3, from!)
    const heard = { heads: [] as bigint[], waiting: [] as string[], logs: [] as unknown[] }
    const heads = await web3.eth.subscribe('newBlockHeaders')
    heads.on('data', ({ number }) => void heard.heads.push(number as bigint))
    const waiting = await web3.eth.subscribe('pendingTransactions')
    waiting.on('data', (hash) => void heard.waiting.push(hash))
    await web3.eth.subscribe('syncing')
    const raised = counter.events.Raised!()
    raised.on('data', ({ returnValues }) => void heard.logs.push(returnValues.count))
    await new Promise((resolve) => raised.once('connected', resolve))
    const receipt = await counter.methods.raise!(3).send({ from })
    await expect.poll(() => heard.heads).toContain(receipt.blockNumber)
    await expect.poll(() => heard.waiting).toContain(receipt.transactionHash)
    await expect.poll(() => heard.logs).toEqual([3n])
    await heads.unsubscribe()
    await web3.eth.clearSubscriptions()
    web3.provider?.disconnect()
  })
})
