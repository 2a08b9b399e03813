/**
 * Blocks that nobody mined, on top of one that stands: `eth_simulateV1`. Each has state and header as its
 * caller assumes them, calls that nobody signed, and everything that the protocol does in a block. The next
 * one stands on it. Nothing is kept.
 */
import { type Address, isActive, type PrecompileTable, precompilesAt } from '@deed/evm'
import { max } from '../bigint.ts'
import { emptyBloom, logsBloom, mergeBloom } from '../block/bloom.ts'
import type { Receipt } from '../block/types.ts'
import type { Rules } from '../forks.ts'
import { type Draft, openDraft } from '../state/draft.ts'
import { found, settle } from '../state/missing.ts'
import { NO_ACCOUNT, overrideLayer } from '../state/overrides.ts'
import type { Account, StateOverrides } from '../state/types.ts'
import type { BlockRecord } from '../store/store.ts'
import { floorGas, intrinsicGas } from '../transaction/gas.ts'
import { blobGasOf } from '../transaction/price.ts'
import type { Transaction } from '../transaction/types.ts'
import { ancestorHashes } from './ancestors.ts'
import { blockContext, type Host, openHeader, rulesAfter, sealBlock } from './block.ts'
import { isBlockFault } from './fault.ts'
import { logTracer, type PlacedLog } from './log-tracer.ts'
import { type Ran, runMessage, type Scope } from './message.ts'
import { planBlocks } from './simulate-plan.ts'
import { checkCall, type SimulatedCall, type SimulationFault, simulationFault } from './simulated-call.ts'
import { beginBlock, collectRequests, depositsOf, endBlock } from './system.ts'
import type { BlockOverrides } from './types.ts'

export interface Simulation {
  readonly blocks: readonly SimulatedBlockRequest[]
  /** Holds calls against nonce and base fee, as transactions are. */
  readonly validate: boolean
  /** Gives logs of the ether that moves, in the form of ERC-20's Transfer. */
  readonly traceTransfers: boolean
  /** Gas of all calls together. */
  readonly gasCap: bigint
}

export interface SimulatedBlockRequest {
  readonly block: BlockOverrides
  readonly state: StateOverrides
  readonly calls: readonly SimulatedCall[]
}

export interface SimulatedBlock extends Omit<BlockRecord, 'position'> {
  readonly calls: readonly SimulatedResult[]
}

export interface SimulatedResult {
  readonly outcome: Ran['outcome']
  readonly gasUsed: bigint
  /** Before refunds. */
  readonly gasPeak: bigint
  /** With transfers where they were asked for; those are not in the block's receipts. */
  readonly logs: readonly PlacedLog[]
}

/** @returns The blocks, the empty ones between them too; or why one of them could not be. */
export const simulate = async (
  host: Host,
  base: BlockRecord,
  simulation: Simulation,
  edits?: StateOverrides,
): Promise<readonly SimulatedBlock[] | SimulationFault> => {
  const planned = planBlocks(base.block.header, simulation.blocks)
  if ('code' in planned) return planned
  const draft = await openDraft(host, base)
  if (edits) draft.merge(await settle(host.store, () => overrideLayer(draft.state, edits)))
  const ancestor = ancestorHashes(host.store, base)
  const first = base.block.header.number + 1n
  const blocks: SimulatedBlock[] = []
  const pool = { gas: simulation.gasCap }
  for (const request of planned) {
    const block = await simulateBlock(
      host,
      draft,
      blocks.at(-1) ?? base,
      request,
      simulation,
      pool,
      (number) => (number < first ? ancestor(number) : blocks[Number(number - first)]!.hash),
    )
    if ('code' in block) return block
    blocks.push(block)
  }
  return blocks
}

const simulateBlock = async (
  { config, engine, store }: Host,
  draft: Draft,
  parent: Omit<BlockRecord, 'position'>,
  { block: overrides, state, calls }: SimulatedBlockRequest,
  { validate, traceTransfers }: Simulation,
  pool: { gas: bigint },
  blockHash: Scope['blockHash'],
): Promise<SimulatedBlock | SimulationFault> => {
  const timestamp = overrides.timestamp!
  const rules = rulesAfter(config, parent, timestamp)
  const { header: above } = parent.block
  const withdrawals = overrides.withdrawals ?? []
  const opened = openHeader(
    parent,
    {
      timestamp,
      beneficiary: overrides.beneficiary ?? above.beneficiary,
      gasLimit: overrides.gasLimit ?? above.gasLimit,
      difficulty: overrides.difficulty ?? above.difficulty,
      withdrawals,
      ...(overrides.prevRandao && { prevRandao: overrides.prevRandao }),
      // A call that pays nothing is not refused for it, unless it is held against the rules.
      ...baseFeeOf(overrides, validate),
    },
    rules,
  )
  const precompiles = movePrecompiles(precompilesAt(rules.fork), state)
  if ('code' in precompiles) return precompiles
  const context = blockContext(opened, rules)
  const block = { ...context, blobBaseFee: overrides.blobBaseFee ?? context.blobBaseFee }
  const isPartial = store.origin !== undefined
  const scope: Scope = { engine, rules, block, isPartial, blockHash, precompiles }

  draft.merge(await settle(store, () => overrideLayer(draft.state, state)))
  await draft.step((layer, below) => beginBlock(scope, layer, below, opened))
  const ran = {
    transactions: [] as Transaction[],
    senders: [] as Address[],
    receipts: [] as Receipt[],
    deposits: [] as Uint8Array[],
    logsBloom: emptyBloom(),
    gasUsed: 0n,
    blobGasUsed: 0n,
  }
  const results: SimulatedResult[] = []
  let nextLog = 0
  for (const call of calls) {
    const sender = call.from ?? ZERO_ADDRESS
    const account = await settle(store, () => found(draft.state.account(sender)) ?? NO_ACCOUNT)
    const checked = checkCall(call, account, scope, validate, block.gasLimit - ran.gasUsed, pool.gas)
    if ('code' in checked) return checked
    const { transaction } = checked
    const { result, traced } = await settle(store, () => {
      const started = logTracer(nextLog, traceTransfers)
      const message = messageOf(sender, account, checked, rules)
      return {
        traced: started,
        result: runMessage({ ...scope, tracer: started.tracer }, draft.state, message),
      }
    })
    nextLog = traced.next()
    draft.merge(result.layer)
    const succeeded = result.outcome.status === 'success'
    ran.gasUsed += result.gasUsed
    pool.gas -= result.gasUsed
    ran.blobGasUsed += blobGasOf(transaction)
    const deposits = depositsOf(rules, result.logs)
    if (isBlockFault(deposits)) return simulationFault('BLOCK', deposits.message)
    ran.deposits.push(...deposits)
    ran.transactions.push(transaction)
    ran.senders.push(sender)
    const bloom = logsBloom(result.logs)
    mergeBloom(ran.logsBloom, bloom)
    ran.receipts.push({
      type: transaction.type,
      ...(isActive('Byzantium', rules.fork)
        ? { status: succeeded ? 1 : 0 }
        : { postState: (await draft.settle()).root }),
      cumulativeGasUsed: ran.gasUsed,
      logsBloom: bloom,
      logs: result.logs,
    })
    results.push({
      outcome: result.outcome,
      gasUsed: result.gasUsed,
      gasPeak: max(result.gasPeak, floorGas(transaction, rules.fork)),
      logs: traced.logs,
    })
  }
  await draft.step((layer, below) => endBlock(scope, layer, below, withdrawals, []))
  const requests = await draft.step((layer, below) => collectRequests(scope, layer, below, ran.deposits))
  if (isBlockFault(requests)) return simulationFault('BLOCK', requests.message)
  const { root } = await draft.settle()
  const sealed = sealBlock(opened, rules, parent, { ...ran, uncles: [], withdrawals, requests, root })
  return { ...sealed, calls: results }
}

const messageOf = (
  sender: Address,
  { nonce }: Account,
  { transaction, gasPrice, tip }: Exclude<ReturnType<typeof checkCall>, SimulationFault>,
  { fork }: Rules,
) => ({
  sender,
  // The account's own: what the call says counts only where it is held against the rules.
  nonce,
  to: transaction.to,
  value: transaction.value,
  data: transaction.data,
  gasLimit: transaction.gasLimit,
  gasPrice,
  tip,
  intrinsicGas: intrinsicGas(transaction, fork),
  floorGas: floorGas(transaction, fork),
  accessList: 'accessList' in transaction ? transaction.accessList : [],
  blobVersionedHashes: transaction.type === 3 ? transaction.blobVersionedHashes : [],
  authorizationList: transaction.type === 4 ? transaction.authorizationList : [],
})

const baseFeeOf = ({ baseFeePerGas }: BlockOverrides, validate: boolean) => {
  if (baseFeePerGas !== undefined) return { baseFeePerGas }
  return validate ? {} : { baseFeePerGas: 0n }
}

/** The fork's precompiles with those moved and replaced that the overrides name. */
const movePrecompiles = (
  usual: PrecompileTable,
  state: StateOverrides,
): PrecompileTable | SimulationFault => {
  const table = new Map(usual)
  for (const [address, { movePrecompileToAddress: to }] of state) {
    if (to !== undefined) {
      const precompile = usual.get(address)
      if (precompile === undefined)
        return simulationFault('NOT_A_PRECOMPILE', `account ${address} is not a precompile`)
      if (to === address)
        return simulationFault('MOVED_TO_ITSELF', `the precompile ${address} is moved to its own address`)
      if (state.has(to)) return simulationFault('ALREADY_OVERRIDDEN', `account ${to} is already overridden`)
      table.set(to, precompile)
    }
    if (usual.has(address)) table.delete(address)
  }
  return table
}

const ZERO_ADDRESS: Address = '0x0000000000000000000000000000000000000000'
