import { setTimeout as sleep } from 'node:timers/promises'
import { verifyTrieProof } from '../../packages/chain/src/trie/proof.ts'
import { hexToBytes, keccak256 } from '../../packages/evm/src/index.ts'
import { type Chain, startChain } from './chain.ts'
import { type Acknowledged, KINDS, nothingAcknowledged } from './load.ts'
import { createRandom, type Random } from './random.ts'

export interface ChaosOptions {
  readonly folder: string
  readonly kills: number
  readonly seed: number
  /** Is told after each kill. */
  readonly progress?: (kill: number, kind: string, openMs: number) => void
  readonly isStopped?: () => boolean
}

export interface ChaosResult {
  readonly kills: number
  /** Sentences, one for each thing that was acknowledged and is not there. */
  readonly lost: readonly string[]
  readonly failedOpens: readonly string[]
  /** Milliseconds from the start of the process until it listened. */
  readonly openMs: readonly number[]
  readonly blocks: number
  readonly receipts: number
}

/** The chain works for so long before it is killed, in milliseconds. */
const MAX_LIFE_MS = 500
/** Of what was acknowledged long ago, so much is looked at each time; everything recent is. */
const OLD_AT_ONCE = 50
const GENESIS = { genesisTime: 1_700_000_000 }

/** Kills a chain again and again while it works, and holds what it says afterwards against what it had said. */
export const chaos = async ({
  folder,
  kills,
  seed,
  progress,
  isStopped,
}: ChaosOptions): Promise<ChaosResult> => {
  const random = createRandom(seed)
  const noted = nothingAcknowledged()
  const lost: string[] = []
  const failedOpens: string[] = []
  const openMs: number[] = []
  const names = Object.keys(KINDS)
  let done = 0
  let chain = await startChain(folder, GENESIS)
  for (; done < kills && isStopped?.() !== true; done++) {
    const kind = names[random(names.length)]!
    let over = false
    const working = KINDS[kind]!(chain, noted, random, () => over)
    // What fails while the chain lives is a finding too.
    const failed = working.then(
      () => undefined,
      (error: Error) => error.message,
    )
    const early = await Promise.race([failed, sleep(5 + random(MAX_LIFE_MS)).then(() => 'alive')])
    if (early !== 'alive') lost.push(`${kind}: it failed while the chain was alive: ${early}`)
    over = true
    await chain.kill('SIGKILL')
    await failed
    try {
      chain = await startChain(folder, GENESIS)
    } catch (error) {
      failedOpens.push((error as Error).message)
      break
    }
    openMs.push(chain.openMs)
    progress?.(done + 1, kind, chain.openMs)
    await check(chain, noted, random, lost)
  }
  if (failedOpens.length === 0) await chain.kill('SIGTERM')
  const { blocks, receipts } = noted
  return { kills: done, lost, failedOpens, openMs, blocks: blocks.size, receipts: receipts.size }
}

/** Holds the chain against what is noted, and notes that what waited is in a block by now. */
const check = async (chain: Chain, noted: Acknowledged, random: Random, lost: string[]): Promise<void> => {
  const head = Number(await chain.request('eth_blockNumber'))
  for (const [number, hash] of some([...noted.blocks], random)) {
    const block = (await chain.request('eth_getBlockByNumber', [`0x${number.toString(16)}`, false])) as {
      hash: string
    } | null
    if (block?.hash !== hash) lost.push(`block ${number} was ${hash} and is ${block?.hash} (head ${head})`)
  }
  for (const [hash, place] of some([...noted.receipts], random)) {
    const receipt = (await chain.request('eth_getTransactionReceipt', [hash])) as { blockHash: string } | null
    if (receipt?.blockHash !== place.hash)
      lost.push(
        `the receipt of ${hash} was in ${place.hash} (${place.number}) and is in ${receipt?.blockHash}`,
      )
  }
  for (const hash of noted.waiting) {
    const found = (await chain.request('eth_getTransactionByHash', [hash])) as {
      blockHash: string | null
      blockNumber: string
    } | null
    if (found === null) lost.push(`the transaction ${hash} waits no more and is in no block`)
    if (found?.blockHash === null) continue
    noted.waiting.delete(hash)
    if (found) noted.receipts.set(hash, { hash: found.blockHash!, number: Number(found.blockNumber) })
  }
  for (const [account, wei] of noted.balances) {
    const balance = await chain.request('eth_getBalance', [account, 'latest'])
    if (balance !== wei) lost.push(`the balance of ${account} was set to ${wei} and is ${balance}`)
  }
  await chain.request('evm_setIntervalMining', [0])
  const pending = (await chain.request('eth_getBlockByNumber', ['pending', false])) as { timestamp: string }
  if (Number(pending.timestamp) < noted.clock)
    lost.push(`the clock was at ${noted.clock} and the next block is at ${Number(pending.timestamp)}`)
  await checkState(chain, lost)
}

/** The state of the head proves itself against its header, after the trie was made again from the disk. */
const checkState = async (chain: Chain, lost: string[]): Promise<void> => {
  const accounts = (await chain.request('eth_accounts')) as `0x${string}`[]
  // Edits of the head are not in its header.
  await chain.request('evm_mine')
  const { stateRoot } = (await chain.request('eth_getBlockByNumber', ['latest', false])) as {
    stateRoot: `0x${string}`
  }
  for (const account of accounts.slice(0, 3)) {
    const { accountProof } = (await chain.request('eth_getProof', [account, [], 'latest'])) as {
      accountProof: `0x${string}`[]
    }
    const proven = verifyTrieProof(stateRoot, keccak256(hexToBytes(account)), accountProof.map(hexToBytes))
    if (proven?.value === undefined) lost.push(`the proof of ${account} does not hold against ${stateRoot}`)
  }
}

const some = <T>(all: readonly T[], random: Random): readonly T[] => {
  const recent = all.slice(-OLD_AT_ONCE * 4)
  const old = all.slice(0, -OLD_AT_ONCE * 4)
  return [
    ...recent,
    ...Array.from({ length: Math.min(OLD_AT_ONCE, old.length) }, () => old[random(old.length)]!),
  ]
}
