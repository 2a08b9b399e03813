/** What people's tools do, against a real server: viem, ethers and cast. */
import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { promisify } from 'node:util'
import { Contract, ContractFactory, JsonRpcProvider, parseEther, WebSocketProvider } from 'ethers'
import {
  type BaseError,
  ContractFunctionRevertedError,
  createPublicClient,
  createTestClient,
  createWalletClient,
  http,
  type Log,
  parseAbi,
  webSocket,
} from 'viem'
import { mnemonicToAccount } from 'viem/accounts'
import { foundry } from 'viem/chains'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DEV_MNEMONIC } from '../dev/accounts.ts'
import { createDevNode, type DevNode, LOCAL } from '../dev/node.ts'
import { COUNTER_ABI, COUNTER_BYTECODE } from './counter.fixture.ts'
import { type RpcServer, startServer } from './server.ts'

let node: DevNode
let server: RpcServer
beforeAll(async () => {
  node = await createDevNode({ wallTime: () => BigInt(Math.floor(Date.now() / 1000)) })
  server = await startServer({ node, principal: LOCAL, port: 0 })
})
afterAll(async () => {
  await server.close()
  await node.close()
})

const abi = parseAbi(COUNTER_ABI)
const alice = mnemonicToAccount(DEV_MNEMONIC)
const bob = mnemonicToAccount(DEV_MNEMONIC, { addressIndex: 1 })

describe('viem', () => {
  const clients = () => {
    const transport = http(server.url, { retryCount: 0 })
    return {
      reader: createPublicClient({ transport, pollingInterval: 10 }),
      wallet: createWalletClient({ transport, account: alice, chain: foundry }),
      test: createTestClient({ transport, mode: 'anvil' }),
    }
  }
  const deploy = async () => {
    const { reader, wallet } = clients()
    const hash = await wallet.deployContract({ abi, bytecode: COUNTER_BYTECODE })
    const { contractAddress } = await reader.waitForTransactionReceipt({ hash })
    return contractAddress!
  }

  it('deploys, estimates, sends, calls and reads logs', async () => {
    const { reader, wallet } = clients()
    const address = await deploy()
    const call = { address, abi, functionName: 'raise', args: [5n] } as const
    const gas = await reader.estimateContractGas({ ...call, account: alice })
    const receipt = await reader.waitForTransactionReceipt({
      hash: await wallet.writeContract({ ...call, gas }),
    })
    expect(receipt.status).toBe('success')
    expect(receipt.gasUsed).toBeLessThanOrEqual(gas)
    expect(await reader.readContract({ address, abi, functionName: 'count' })).toBe(5n)
    const logs = await reader.getContractEvents({ address, abi, eventName: 'Raised', fromBlock: 0n })
    expect(logs.map(({ args }) => args)).toEqual([{ by: alice.address, count: 5n }])
  })

  it('says why a call reverts: by string, by custom error, by panic', async () => {
    const { reader } = clients()
    const address = await deploy()
    const failing = async (by: bigint) => {
      const error = await reader
        .simulateContract({ address, abi, functionName: 'raise', args: [by], account: alice })
        .catch((caught: BaseError) => caught)
      return (error as BaseError).walk((inner) => inner instanceof ContractFunctionRevertedError)
    }
    expect(await failing(7n)).toMatchObject({ reason: 'not seven' })
    expect(await failing(1001n)).toMatchObject({ data: { errorName: 'TooMuch', args: [1001n] } })
  })

  it('mines 100 transactions that one account has in flight', async () => {
    const { reader, wallet } = clients()
    const address = await deploy()
    const nonce = await reader.getTransactionCount({ address: alice.address, blockTag: 'pending' })
    const hashes = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        wallet.writeContract({
          address,
          abi,
          functionName: 'raise',
          args: [1n],
          nonce: nonce + index,
          gas: 100_000n,
        }),
      ),
    )
    // They may arrive in any order, so the last hash does not mean that all gaps are closed; waiting does.
    const receipts = await Promise.all(hashes.map((hash) => reader.waitForTransactionReceipt({ hash })))
    expect(receipts.every(({ status }) => status === 'success')).toBe(true)
    expect(await reader.readContract({ address, abi, functionName: 'count' })).toBe(100n)
  })

  it('hears of blocks, logs and waiting transactions over WebSocket', async () => {
    const { reader, wallet } = clients()
    const address = await deploy()
    const socket = createPublicClient({ transport: webSocket(server.url.replace('http', 'ws')) })
    const heads: bigint[] = []
    const logs: Log[] = []
    const waiting: string[] = []
    const stops = [
      socket.watchBlockNumber({ onBlockNumber: (number) => heads.push(number) }),
      socket.watchEvent({ address, onLogs: (found) => logs.push(...found) }),
      socket.watchPendingTransactions({ onTransactions: (found) => waiting.push(...found) }),
    ]
    await socket.getChainId()
    await new Promise((resolve) => setTimeout(resolve, 100))
    const hash = await wallet.writeContract({ address, abi, functionName: 'raise', args: [3n] })
    const receipt = await reader.waitForTransactionReceipt({ hash })
    await expect.poll(() => heads).toContain(receipt.blockNumber)
    await expect.poll(() => logs.map(({ transactionHash }) => transactionHash)).toEqual([hash])
    await expect.poll(() => waiting).toContain(hash)
    for (const stop of stops) stop()
    const rpc = await socket.transport.getRpcClient()
    rpc.close()
  })

  it('moves time, takes snapshots and goes back', async () => {
    const { reader, test } = clients()
    const before = await reader.getBlock()
    const id = await test.snapshot()
    await test.increaseTime({ seconds: 86_400 })
    await test.mine({ blocks: 1 })
    const later = await reader.getBlock()
    expect(later.timestamp - before.timestamp).toBeGreaterThanOrEqual(86_400n)
    await test.setNextBlockTimestamp({ timestamp: later.timestamp + 1_000n })
    await test.mine({ blocks: 2 })
    expect((await reader.getBlock({ blockNumber: later.number + 1n })).timestamp).toBe(
      later.timestamp + 1_000n,
    )
    await test.revert({ id })
    expect((await reader.getBlock()).hash).toBe(before.hash)
    expect((await reader.getBlock({ blockTag: 'pending' })).timestamp).toBeLessThan(later.timestamp)
  })

  it('has typed data and messages signed by an unlocked account as by the account itself', async () => {
    const { reader } = clients()
    const unlocked = createWalletClient({
      transport: http(server.url),
      account: alice.address,
      chain: foundry,
    })
    expect(await unlocked.signMessage({ message: 'deed' })).toBe(await alice.signMessage({ message: 'deed' }))
    const typedData = {
      domain: { name: 'Deed', version: '1', chainId: 31_337, verifyingContract: bob.address },
      types: {
        Party: [
          { name: 'wallet', type: 'address' },
          { name: 'names', type: 'string[]' },
        ],
        Lease: [
          { name: 'landlord', type: 'Party' },
          { name: 'tenants', type: 'Party[2]' },
          { name: 'rent', type: 'uint128' },
          { name: 'change', type: 'int64' },
          { name: 'prose', type: 'bytes32' },
          { name: 'note', type: 'bytes' },
          { name: 'furnished', type: 'bool' },
        ],
      },
      primaryType: 'Lease',
      message: {
        landlord: { wallet: alice.address, names: ['Alice', 'Ä'] },
        tenants: [
          { wallet: bob.address, names: [] },
          { wallet: alice.address, names: ['A'] },
        ],
        rent: 1_200_000_000n,
        change: -3n,
        prose: `0x${'ab'.repeat(32)}`,
        note: '0x0102',
        furnished: true,
      },
    } as const
    const signature = await unlocked.signTypedData(typedData)
    expect(signature).toBe(await alice.signTypedData(typedData))
    expect(await reader.verifyTypedData({ ...typedData, address: alice.address, signature })).toBe(true)
  })
})

describe('ethers', () => {
  it('deploys, sends, calls, reads logs and errors through unlocked accounts', async () => {
    const provider = new JsonRpcProvider(server.url, undefined, { polling: true, pollingInterval: 20 })
    const signer = await provider.getSigner(2)
    const factory = new ContractFactory([...COUNTER_ABI], COUNTER_BYTECODE, signer)
    const deployed = await (await factory.deploy()).waitForDeployment()
    const counter = new Contract(await deployed.getAddress(), [...COUNTER_ABI], signer)
    const receipt = await (await counter.getFunction('raise').send(9n)).wait()
    expect(receipt?.status).toBe(1)
    expect(await counter.getFunction('count').staticCall()).toBe(9n)
    const logs = await counter.queryFilter('Raised', 0)
    expect(logs).toHaveLength(1)
    await expect(counter.getFunction('raise').staticCall(7n)).rejects.toMatchObject({ reason: 'not seven' })
    const refused = await counter
      .getFunction('raise')
      .send(2000n)
      .catch((error: { code: string; data: string }) => error)
    expect(refused).toMatchObject({ code: 'CALL_EXCEPTION' })
    expect(counter.interface.parseError((refused as { data: string }).data)?.name).toBe('TooMuch')
    const poor = provider
      .getSigner(3)
      .then((one) => one.sendTransaction({ to: alice.address, value: parseEther('99999') }))
    await expect(poor).rejects.toMatchObject({ code: 'INSUFFICIENT_FUNDS' })
    provider.destroy()
  })

  it('hears of events over WebSocket', async () => {
    const provider = new WebSocketProvider(server.url.replace('http', 'ws'))
    const signer = await provider.getSigner(4)
    const factory = new ContractFactory([...COUNTER_ABI], COUNTER_BYTECODE, signer)
    const deployed = await (await factory.deploy()).waitForDeployment()
    const counter = new Contract(await deployed.getAddress(), [...COUNTER_ABI], signer)
    const heard: bigint[] = []
    await counter.on('Raised', (_by, count: bigint) => heard.push(count))
    await (await counter.getFunction('raise').send(4n)).wait()
    await expect.poll(() => heard).toEqual([4n])
    await provider.destroy()
  })
})

describe('cast', () => {
  const cast = async (command: string, ...args: string[]): Promise<string> => {
    const all = [CAST, command, '--rpc-url', server.url, ...args]
    const { stdout, stderr } = await promisify(execFile)(process.execPath, all)
    // npm's wrapper of cast ends with status 0 even where cast fails.
    if (stderr.includes('Error:')) throw new Error(stderr)
    return stdout.trim()
  }
  const key = () => Buffer.from(alice.getHdKey().privateKey!).toString('hex')

  it('deploys, sends, calls, estimates, reads logs and receipts', async () => {
    expect(await cast('chain-id')).toBe('31337')
    const created = JSON.parse(
      await cast('send', '--json', '--private-key', key(), '--create', COUNTER_BYTECODE),
    )
    const address: string = created.contractAddress
    const sent = JSON.parse(
      await cast('send', '--json', '--private-key', key(), address, 'raise(uint256)', '6'),
    )
    expect(sent.status).toBe('0x1')
    expect(await cast('call', address, 'count()(uint256)')).toBe('6')
    expect(Number(await cast('estimate', address, 'raise(uint256)', '1'))).toBeGreaterThan(21_000)
    expect(JSON.parse(await cast('logs', '--json', '--from-block', '0', '--address', address))).toHaveLength(
      1,
    )
    expect(JSON.parse(await cast('receipt', '--json', sent.transactionHash)).blockHash).toBe(sent.blockHash)
    expect(await cast('block-number')).toBe(BigInt(sent.blockNumber).toString())
    await expect(cast('call', address, 'raise(uint256)', '7')).rejects.toThrow(/not seven/)
  })
})

const CAST = createRequire(import.meta.url).resolve('@foundry-rs/cast/bin.mjs')
