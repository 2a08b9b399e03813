/** Runs a block's transactions again, one at a time, to look at what happens on the way. */
import { headerHash } from '../block/header.ts'
import type { Block } from '../block/types.ts'
import { openDraft } from '../state/draft.ts'
import { editsFromJson } from '../state/edits.ts'
import { found, settle } from '../state/missing.ts'
import { overrideLayer } from '../state/overrides.ts'
import type { Reader } from '../state/types.ts'
import { editsKey } from '../store/commit.ts'
import type { BlockRecord } from '../store/store.ts'
import { isFault, type TransactionFault } from '../transaction/fault.ts'
import { GAS_PER_BLOB } from '../transaction/price.ts'
import { ancestorHashes } from './ancestors.ts'
import { blockContext, type Host, rulesAfter } from './block.ts'
import { runCall } from './call.ts'
import type { MessageTracer, Scope } from './message.ts'
import { beginBlock } from './system.ts'
import { runTransaction, type TransactionResult } from './transaction.ts'
import type { CallOptions, CallRequest, CallResult } from './types.ts'

export interface Replay {
  /** The state after the transactions that ran so far; a step reads it, since values may be missing. */
  readonly state: Reader
  /** Runs the next transaction and keeps what it changed. Throws when there is none, or when it cannot run. */
  next(tracer?: MessageTracer): Promise<TransactionResult>
  /** Runs a call on the state as it is and keeps nothing. */
  call(request: CallRequest, options: CallOptions): Promise<CallResult | TransactionFault>
  /** Runs a step that reads {@link Replay.state}. */
  read<T>(step: () => T): Promise<T>
}

export const replayBlock = async (
  { config, engine, store }: Host,
  parent: BlockRecord,
  { header, transactions }: Block,
): Promise<Replay> => {
  const rules = rulesAfter(config, parent, header.timestamp)
  const block = blockContext(header, rules)
  const scope: Scope = { engine, rules, block, blockHash: ancestorHashes(store, parent) }
  const draft = await openDraft(store, parent)
  const edits = await settle(store, () => found(store.record('meta', editsKey(headerHash(header)))))
  if (edits !== undefined) {
    const made = editsFromJson(JSON.parse(edits))
    draft.merge(await settle(store, () => overrideLayer(draft.state, made)))
  }
  await draft.step((layer, state) => beginBlock(scope, layer, state, header))
  const room = { gas: block.gasLimit, blobGas: rules.blobs.max * GAS_PER_BLOB }
  let index = 0
  return {
    state: draft.state,
    read: (step) => settle(store, step),
    next: async (tracer) => {
      const transaction = transactions[index]
      if (transaction === undefined) throw new NotReplayable(header.number, index, 'there is none')
      const result = await settle(store, () =>
        runTransaction({ ...scope, tracer }, draft.state, room, transaction),
      )
      if (isFault(result)) throw new NotReplayable(header.number, index, result.message)
      index++
      room.gas -= result.gasUsed
      room.blobGas -= result.blobGasUsed
      draft.merge(result.layer)
      return result
    },
    call: (request, options) => settle(store, () => runCall(scope, draft.state, request, options)),
  }
}

class NotReplayable extends Error {
  override readonly name = 'NotReplayable'
  readonly code = 'DEED_REPLAY'
  constructor(block: bigint, index: number, why: string) {
    super(`transaction ${index} of block ${block} cannot run: ${why}`)
  }
}
