/** What the platform's tests stand on: a chain with a server, the development accounts, and small deeds. */
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compile } from '@deed/solidity'
import {
  type Abi,
  type Address,
  createTestClient,
  type Hex,
  http,
  keccak256,
  publicActions,
  toBytes,
  walletActions,
} from 'viem'
import { mnemonicToAccount } from 'viem/accounts'
import { startChain } from './chain.ts'

export const TEXT = '# Clockwork\n\nTime pays {amount}.\n\n## 1. Tick\n\n- amount is 5 PICK.\n'
export const TEXT_HASH = keccak256(toBytes(TEXT))
export const AMOUNT = 5n * 10n ** 18n
/** First second of the test chains: 2027-01-01. */
export const GENESIS = 1_798_761_600
export const DAY = 86_400

const account = (addressIndex: number) =>
  mnemonicToAccount('test test test test test test test test test test test junk', { addressIndex })
export const [deployer, first, second] = [account(0), account(1), account(2)]

const CONTRACTS = ['Clockwork', 'Picky', 'Impostor', 'Treadmill'] as const
type ContractName = (typeof CONTRACTS)[number]
type Code = { abi: Abi; bytecode: Hex }
let compiled: Promise<Record<ContractName, Code>> | undefined

const contracts = async () => {
  const { artifacts } = await compile({
    root: import.meta.dirname,
    entries: ['Clockwork.sol'],
    cacheFolder: join(tmpdir(), 'deed-test-solidity'),
  })
  return Object.fromEntries(
    CONTRACTS.map((name) => {
      const { abi, bytecode } = artifacts.find((artifact) => artifact.name === name)!
      return [name, { abi: abi as unknown as Abi, bytecode: bytecode.object }]
    }),
  ) as Record<ContractName, Code>
}

/** A chain of its own with a token that refuses, and ways to deploy deeds and move the clock. */
export const startBench = async (genesisTime = GENESIS, wallTime?: () => number) => {
  compiled ??= contracts()
  const [chain, code] = await Promise.all([startChain(genesisTime, wallTime), compiled])
  const client = createTestClient({
    mode: 'anvil',
    transport: http(chain.url),
    cacheTime: 0,
    pollingInterval: 20,
  })
    .extend(publicActions)
    .extend(walletActions)
  const deploy = async (name: keyof typeof code, args: unknown[] = []): Promise<Address> => {
    const hash = await client.deployContract({ ...code[name], account: deployer, chain: null, args } as never)
    const { contractAddress } = await client.waitForTransactionReceipt({ hash })
    return contractAddress!.toLowerCase() as Address
  }
  const write = async (address: Address, name: keyof typeof code, functionName: string, args: unknown[]) => {
    const call = { address, abi: code[name].abi, functionName, args, account: deployer, chain: null }
    return client.waitForTransactionReceipt({ hash: await client.writeContract(call as never) })
  }
  const token = await deploy('Picky')
  return {
    ...chain,
    client,
    code,
    token,
    deploy,
    write,
    close: chain.close,
    /** A signed deed that pays both parties `AMOUNT` at `start` and each `period` after it. */
    async deed({
      start,
      period = 30 * DAY,
      rounds = 3n,
    }: {
      start: number
      period?: number
      rounds?: bigint
    }) {
      const terms = {
        first: first.address,
        second: second.address,
        token,
        start,
        period,
        rounds,
        amount: AMOUNT,
      }
      const deed = await deploy('Clockwork', [TEXT_HASH, terms])
      await write(token, 'Picky', 'transfer', [deed, AMOUNT * rounds * 2n])
      for (const party of [first, second]) {
        const before = 2n ** 40n
        const signature = await party.signTypedData({
          domain: { name: 'Clockwork', version: '1', chainId: 31337, verifyingContract: deed },
          types: SIGNATURE_TYPES,
          primaryType: 'Signature',
          message: { text: TEXT_HASH, terms, party: party.address, before },
        })
        await write(deed, 'Clockwork', 'sign', [party.address, before, signature])
      }
      return deed
    },
    /** The clock moves to `time` and a block is made there. */
    async at(time: number) {
      await client.setNextBlockTimestamp({ timestamp: BigInt(time) })
      await chain.request('evm_mine')
    },
    money: (owner: Address) =>
      client.readContract({
        address: token,
        abi: code.Picky.abi,
        functionName: 'balanceOf',
        args: [owner],
      }) as Promise<bigint>,
  }
}
export type Bench = Awaited<ReturnType<typeof startBench>>

const SIGNATURE_TYPES = {
  Signature: [
    { name: 'text', type: 'bytes32' },
    { name: 'terms', type: 'Terms' },
    { name: 'party', type: 'address' },
    { name: 'before', type: 'uint256' },
  ],
  Terms: [
    { name: 'first', type: 'address' },
    { name: 'second', type: 'address' },
    { name: 'token', type: 'address' },
    { name: 'start', type: 'uint40' },
    { name: 'period', type: 'uint40' },
    { name: 'rounds', type: 'uint256' },
    { name: 'amount', type: 'uint128' },
  ],
} as const
