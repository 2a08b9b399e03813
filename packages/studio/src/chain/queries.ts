/** What the page asks the chain. Blocks by hash, receipts and tokens never change, so they are asked once. */
import { queryOptions } from '@tanstack/react-query'
import type { Address, Hash, Hex, TransactionReceipt } from 'viem'
import {
  call,
  getBalance,
  getBlock,
  getChainId,
  getCode,
  getTransaction,
  getTransactionCount,
  getTransactionReceipt,
  readContract,
} from 'viem/actions'
import { erc20Abi } from '../decode/abis.ts'
import { client } from './client.ts'

const FOREVER = { staleTime: Number.POSITIVE_INFINITY } as const

export const chainIdQuery = queryOptions({
  queryKey: ['chain', 'id'],
  queryFn: () => getChainId(client),
  ...FOREVER,
})

export const blockQuery = (hash: Hash) =>
  queryOptions({
    queryKey: ['chain', 'block', hash],
    queryFn: () => getBlock(client, { blockHash: hash, includeTransactions: true }),
    ...FOREVER,
  })

export interface Outcome {
  readonly done: boolean
  readonly logs: readonly { readonly address: Address; readonly topics: readonly Hex[]; readonly data: Hex }[]
}

/** How each of a block's transactions went, by hash. */
export const outcomesQuery = (hash: Hash) =>
  queryOptions({
    queryKey: ['chain', 'outcomes', hash],
    queryFn: async () => {
      const receipts = (await client.request({
        method: 'eth_getBlockReceipts',
        params: [hash],
      } as never)) as {
        transactionHash: Hash
        status: string
        logs: Outcome['logs']
      }[]
      return new Map(
        receipts.map(({ transactionHash, status, logs }): [Hash, Outcome] => [
          transactionHash,
          { done: status === '0x1', logs },
        ]),
      )
    },
    ...FOREVER,
  })

/** By number the answer may change when the chain is reverted. */
export const blockByNumberQuery = (number: bigint) =>
  queryOptions({
    queryKey: ['chain', 'block-number', number.toString()],
    queryFn: () => getBlock(client, { blockNumber: number, includeTransactions: true }),
  })

export const transactionQuery = (hash: Hash) =>
  queryOptions({
    queryKey: ['chain', 'transaction', hash],
    queryFn: () => getTransaction(client, { hash }),
    // A transaction that waits in the mempool has no block yet.
    refetchInterval: ({ state }) => (state.data && state.data.blockNumber === null ? 1_000 : false),
  })

export const receiptQuery = (hash: Hash) =>
  queryOptions({
    queryKey: ['chain', 'receipt', hash],
    queryFn: () => getTransactionReceipt(client, { hash }),
    ...FOREVER,
  })

/** Why a transaction was reverted: it is called again on the block before its own, as explorers do. */
export const revertQuery = (hash: Hash, receipt: TransactionReceipt | undefined) =>
  queryOptions({
    queryKey: ['chain', 'revert', hash],
    queryFn: async () => {
      const { from, to, input, value, gas } = await getTransaction(client, { hash })
      const blockNumber = receipt!.blockNumber - 1n
      const error = await call(client, { account: from, to, data: input, value, gas, blockNumber }).then(
        () => undefined,
        (error: unknown) => error,
      )
      return error === undefined ? null : (revertData(error) ?? '0x')
    },
    enabled: receipt?.status === 'reverted',
    ...FOREVER,
  })

/** viem nests errors; the chain's answer carries the revert's bytes as `data`, plain or in an object. */
const revertData = (error: unknown): `0x${string}` | undefined => {
  for (let cause = error as { data?: unknown; cause?: unknown } | undefined; cause; ) {
    const data = (cause.data as { data?: unknown } | undefined)?.data ?? cause.data
    if (typeof data === 'string' && data.startsWith('0x')) return data as `0x${string}`
    cause = cause.cause as typeof cause
  }
  return undefined
}

export const accountQuery = (address: Address) =>
  queryOptions({
    queryKey: ['chain', 'account', address],
    queryFn: async () => {
      const [balance, nonce, code] = await Promise.all([
        getBalance(client, { address }),
        getTransactionCount(client, { address }),
        getCode(client, { address }),
      ])
      return { balance, nonce, codeBytes: code ? (code.length - 2) / 2 : 0 }
    },
    refetchInterval: 5_000,
  })

/** Symbol and decimals of an ERC-20 token; null if the address is none. */
export const tokenQuery = (address: Address) =>
  queryOptions({
    queryKey: ['chain', 'token', address],
    queryFn: async () => {
      const read = (functionName: 'symbol' | 'decimals') =>
        readContract(client, { address, abi: erc20Abi, functionName })
      const [symbol, decimals] = await Promise.all([read('symbol'), read('decimals')]).catch(() => [])
      return typeof symbol === 'string' ? { symbol, decimals: Number(decimals) } : null
    },
    retry: false,
    ...FOREVER,
  })
