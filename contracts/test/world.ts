/**
 * A chain for tests of contracts: its time is set, its accounts are those of the development mnemonic, and an act
 * answers with what came of it, done or refused and why.
 */
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Artifact, compile } from '@deed/solidity'
import {
  type Abi,
  type Address,
  BaseError,
  createPublicClient,
  custom,
  decodeErrorResult,
  encodeDeployData,
  encodeFunctionData,
  getAddress,
  type Hex,
  hexToString,
  isHex,
  type Log,
  type PublicClient,
  parseAbi,
  parseEventLogs,
  type TransactionReceipt,
  trim,
} from 'viem'
import { type HDAccount, mnemonicToAccount } from 'viem/accounts'
import { type Request, startNode } from './node.ts'

export interface World {
  readonly request: Request
  readonly client: PublicClient
  readonly chainId: number
}

/** A deployed contract. */
export interface Contract {
  readonly address: Address
  readonly abi: Abi
}

/** What came of a transaction. */
export interface Outcome {
  /** `done`, or the error that refused it, such as `OutOfBounds(damage)`. */
  readonly result: string
  readonly receipt: TransactionReceipt
}

const MNEMONIC = 'test test test test test test test test test test test junk'
/** Enough for every act with all its timers; not estimated, because time stands still for an estimate. */
const GAS_LIMIT = 6_000_000n
/** A deed passes on what its token says. */
const TOKEN_ERRORS = parseAbi([
  'error ERC20InsufficientAllowance(address spender, uint256 allowance, uint256 needed)',
  'error ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed)',
])

export const account = (index: number): HDAccount => mnemonicToAccount(MNEMONIC, { addressIndex: index })

/** @param genesisTime seconds since 1970 */
export const openWorld = async (genesisTime: number): Promise<World> => {
  const request = await startNode(genesisTime)
  const client = createPublicClient({
    transport: custom({ request: request as never }, { retryCount: 0 }),
    cacheTime: 0,
  })
  return { request, client, chainId: await client.getChainId() }
}

/** Seconds since 1970 of the first second of a day such as `2027-02-01`, or of a time of it. */
export const seconds = (day: string, time = '00:00:00'): number => Date.parse(`${day}T${time}Z`) / 1000

export const days = (day: string): number => seconds(day) / 86_400

export const compileAll = async (root: string, entries?: string[]): Promise<Map<string, Artifact>> => {
  const cacheFolder = join(tmpdir(), 'deed-test-solidity')
  const { artifacts } = await compile({ root, cacheFolder, ...(entries ? { entries } : {}) })
  return new Map(artifacts.map((artifact) => [artifact.name, artifact]))
}

/** @throws with the contract's own error if it refuses to be deployed */
export const deploy = async (world: World, artifact: Artifact, args: unknown[] = []): Promise<Contract> => {
  const abi = artifact.abi as unknown as Abi
  const data = encodeDeployData({ abi, bytecode: artifact.bytecode.object, args } as never)
  const { result, receipt } = await send(world, abi, { from: account(0), data })
  if (result !== 'done') throw new Error(result)
  return { address: getAddress(receipt.contractAddress!), abi }
}

/** Calls a function in a transaction, in a block of time `at` if that is given. */
export const act = (
  world: World,
  { address, abi }: Contract,
  from: HDAccount,
  functionName: string,
  args: unknown[] = [],
  at?: number,
): Promise<Outcome> => {
  const data = encodeFunctionData({ abi, functionName, args } as never)
  return send(world, abi, { from, to: address, data, ...(at === undefined ? {} : { at }) })
}

export const read = <T>(
  world: World,
  { address, abi }: Contract,
  functionName: string,
  args: unknown[] = [],
) => world.client.readContract({ address, abi, functionName, args } as never) as Promise<T>

/** Events of a contract in a receipt, as `Credited(…)` with names and short strings, for comparison. */
export const eventsOf = ({ address, abi }: Contract, receipt: TransactionReceipt): string[] =>
  parseEventLogs({ abi, logs: receipt.logs.filter((log) => same(log, address)) }).map((log) => {
    const { eventName, args } = log as unknown as { eventName: string; args: Record<string, unknown> }
    return `${eventName}(${Object.values(args).map(shown).join(', ')})`
  })

/** Lets time pass: an empty block at `time`. */
export const travel = async ({ request }: World, time: number): Promise<void> => {
  await request({ method: 'evm_setNextBlockTimestamp', params: [`0x${time.toString(16)}`] })
  await request({ method: 'evm_mine', params: [] })
}

export const snapshot = ({ request }: World) =>
  request({ method: 'evm_snapshot', params: [] }) as Promise<Hex>

export const revert = async ({ request }: World, id: Hex): Promise<void> => {
  if (!(await request({ method: 'evm_revert', params: [id] }))) throw new Error(`no snapshot ${id}`)
}

interface Sent {
  readonly from: HDAccount
  readonly to?: Address
  readonly data: Hex
  readonly at?: number
}

const send = async (world: World, abi: Abi, { from, to, data, at }: Sent): Promise<Outcome> => {
  const { client, request, chainId } = world
  const nonce = await client.getTransactionCount({ address: from.address })
  const fees = { maxFeePerGas: 100_000_000_000n, maxPriorityFeePerGas: 1n }
  const signed = await from.signTransaction({
    chainId,
    nonce,
    gas: GAS_LIMIT,
    ...fees,
    data,
    ...(to ? { to } : {}),
  })
  if (at !== undefined) {
    await request({ method: 'evm_setNextBlockTimestamp', params: [`0x${at.toString(16)}`] })
  }
  const hash = await client.sendRawTransaction({ serializedTransaction: signed })
  const receipt = await client.getTransactionReceipt({ hash })
  if (receipt.status === 'success') return { result: 'done', receipt }
  // The reverted transaction left nothing behind, so the same call on its block fails for the same reason.
  try {
    const { blockNumber } = receipt
    await client.call({ account: from.address, data, blockNumber, gas: GAS_LIMIT, ...(to ? { to } : {}) })
  } catch (error) {
    return { result: reasonOf(error, abi), receipt }
  }
  throw new Error('the transaction was refused, and the same call is not')
}

const reasonOf = (error: unknown, abi: Abi): string => {
  let data: Hex | undefined
  if (error instanceof BaseError) {
    error.walk((inner) => {
      const found = (inner as { data?: unknown }).data
      if (isHex(found)) data = found
      return data !== undefined
    })
  }
  if (data === undefined || data === '0x') throw error
  const { errorName, args } = decodeErrorResult({ abi: [...abi, ...TOKEN_ERRORS], data })
  return `${errorName}(${((args ?? []) as unknown[]).map(shown).join(', ')})`
}

const shown = (value: unknown): string => {
  if (typeof value !== 'string' || !/^0x[0-9a-f]{64}$/.test(value)) return String(value)
  const text = hexToString(trim(value as Hex, { dir: 'right' }))
  return /^[A-Za-z-]+$/.test(text) ? text : value
}

const same = (log: Log, address: Address): boolean => log.address.toLowerCase() === address.toLowerCase()
