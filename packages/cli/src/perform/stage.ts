/**
 * Where a deed is performed: a chain whose time we may set, and a keeper on it. One stage is private, in this
 * process and gone afterwards; the other is a development chain behind a URL, with its own keeper if it has one.
 */
import {
  type Account,
  type Address,
  type Chain,
  createPublicClient,
  createWalletClient,
  defineChain,
  type Hex,
  type PublicClient,
  type TransactionReceipt,
  type Transport,
} from 'viem'
import { CommandError } from '../fault.ts'
import { isoTime } from './instant.ts'
import type { Play } from './play.ts'

export interface Stage {
  readonly client: PublicClient
  readonly chain: Chain
  readonly transport: Transport
  /** Our keeper can be told to stay away; somebody else's cannot. */
  readonly keeperIsOurs: boolean
  /** Lets the keeper do what is due at the present head. Resolves when it has nothing more to do. */
  readonly settle: (plays: readonly Play[]) => Promise<void>
  readonly close: () => Promise<void>
}

export interface Sent {
  readonly from: Account
  /** None: the data is a contract's creation code. */
  readonly to?: Address
  readonly data: Hex
  /** In wei. */
  readonly value?: bigint
  /** Time of the block, in seconds, if that is still to come. Default: whenever the chain has it. */
  readonly at?: number
  /** Default: as the chain estimates, which throws if the transaction would revert. */
  readonly gasLimit?: bigint
}

/** The well-known mnemonic belongs to this chain id and no other. */
export const DEV_CHAIN_ID = 31337
/** How long a transaction may take to get into a block of a development chain. */
const RECEIPT_TIMEOUT_MS = 60_000
const RECEIPT_POLL_MS = 50

export const clientOn = (transport: Transport): { client: PublicClient; chain: Chain } => {
  const chain = defineChain({
    id: DEV_CHAIN_ID,
    name: 'development chain',
    nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
    rpcUrls: { default: { http: [] } },
  })
  // Nothing is cached: time and head change under our own hands.
  return {
    client: createPublicClient({ chain, transport, cacheTime: 0, pollingInterval: RECEIPT_POLL_MS }),
    chain,
  }
}

/** Time of the head in seconds. */
export const headTime = async ({ client }: Stage): Promise<number> =>
  Number((await client.getBlock({ blockTag: 'latest' })).timestamp)

/** Mines an empty block at `time`, unless the chain is there already. */
export const travel = async (stage: Stage, time: number): Promise<void> => {
  if (!(await nextBlockAt(stage, time))) return
  await devRequest(stage, 'evm_mine', [])
}

/** Gives the next block a time. @returns false if the chain is past it, and nothing was set. */
const nextBlockAt = async (stage: Stage, time: number): Promise<boolean> => {
  if (time <= (await headTime(stage))) return false
  await devRequest(stage, 'evm_setNextBlockTimestamp', [`0x${time.toString(16)}`])
  return true
}

/** Signs a transaction, sends it, and waits until it is in a block. A revert is a receipt like any other. */
export const send = async (stage: Stage, sent: Sent): Promise<TransactionReceipt> => {
  const { client, chain, transport } = stage
  const wallet = createWalletClient({ account: sent.from, chain, transport })
  const { to, data, value = 0n } = sent
  const gas = sent.gasLimit ?? (await client.estimateGas({ account: sent.from, to, data, value }))
  const request = await wallet.prepareTransactionRequest({ to, data, value, gas })
  const serializedTransaction = await wallet.signTransaction(request as never)
  // Last of all, so that nothing else gets the block that this one was to have.
  if (sent.at !== undefined) await nextBlockAt(stage, sent.at)
  const hash = await client.sendRawTransaction({ serializedTransaction })
  const receipt = await client.getTransactionReceipt({ hash }).catch(() => undefined)
  return receipt ?? (await client.waitForTransactionReceipt({ hash, timeout: RECEIPT_TIMEOUT_MS }))
}

const devRequest = async ({ client }: Stage, method: string, params: unknown[]): Promise<unknown> => {
  try {
    return await client.request({ method, params } as never)
  } catch (cause) {
    const text = String((cause as { details?: string }).details ?? (cause as Error).message)
    throw new CommandError(
      'DEED_NO_DEV_METHODS',
      `The chain refused ${method}: ${text.split('\n', 1)[0]}. Performing a script moves the chain's time, which only a development chain allows: use the URL of \`deed dev\`, or leave --rpc out.`,
      { cause },
    )
  }
}

/** For errors. */
export const shownTime = (seconds: number): string => isoTime(seconds).replace('T', ' ').replace('Z', ' UTC')
