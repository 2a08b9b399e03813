/** Runs a block's transactions again, one at a time, to look at what happens on the way. */
import type { Address, Hash } from '@deed/evm'
import { headerHash } from '../block/header.ts'
import type { Block } from '../block/types.ts'
import { bytesToBigint, bytesToHex } from '../hex.ts'
import { decodeRlp } from '../rlp.ts'
import { openDraft } from '../state/draft.ts'
import { editsFromJson } from '../state/edits.ts'
import { found, settle } from '../state/missing.ts'
import { overrideLayer } from '../state/overrides.ts'
import { nodeStore, slotHashOf, storageTrie, whole } from '../state/root.ts'
import { editsKey } from '../store/commit.ts'
import type { BlockRecord } from '../store/store.ts'
import { isFault, type TransactionFault } from '../transaction/fault.ts'
import { GAS_PER_BLOB } from '../transaction/price.ts'
import { entriesFrom } from '../trie/walk.ts'
import { type Host, rulesAfter, scopeIn } from './block.ts'
import { runCall } from './call.ts'
import type { MessageTracer } from './message.ts'
import { beginBlock } from './system.ts'
import { runTransaction, type TransactionResult } from './transaction.ts'
import type { CallOptions, CallRequest, CallResult } from './types.ts'

export interface Replay {
  /** Runs the next transaction and keeps what it changed. Throws when there is none, or when it cannot run. */
  next(tracer?: MessageTracer): Promise<TransactionResult>
  /** Runs a call on the state as it is and keeps nothing. */
  call(request: CallRequest, options: CallOptions): Promise<CallResult | TransactionFault>
  /** At most `limit` slots of an account as it is, in the order of their hashed keys, from `start` on. */
  slotsFrom(address: Address, start: Uint8Array, limit: number): Promise<readonly HashedSlot[]>
}

interface HashedSlot {
  /** keccak256 of the key, which orders the slots. */
  readonly hash: Hash
  /** Known only of a slot that the block wrote: tries have hashes alone. */
  readonly key: bigint | undefined
  readonly value: bigint
}

export const replayBlock = async (
  host: Host,
  parent: BlockRecord,
  { header, transactions }: Block,
): Promise<Replay> => {
  const { config, store } = host
  const rules = rulesAfter(config, parent, header.timestamp)
  const scope = scopeIn(host, parent, rules, header)
  const draft = await openDraft(host, parent)
  const edits = await settle(store, () => found(store.record('meta', editsKey(headerHash(header)))))
  if (edits !== undefined) {
    const made = editsFromJson(JSON.parse(edits))
    draft.merge(await settle(store, () => overrideLayer(draft.state, made)))
  }
  await draft.step((layer, state) => beginBlock(scope, layer, state, header))
  const room = { gas: header.gasLimit, blobGas: rules.blobs.max * GAS_PER_BLOB }
  let index = 0
  return {
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
    slotsFrom: async (address, start, limit) => {
      const { layer, trie } = await draft.settle()
      const written = [...(layer.storage.get(address)?.keys() ?? [])]
      const keys = new Map(written.map((key) => [bytesToHex(slotHashOf(key)), key]))
      const nodes = nodeStore(store)
      return settle(store, () => {
        const account = layer.accounts.get(address) ?? found(draft.state.account(address))
        const storage = account && storageTrie(nodes, trie.root, address, account.storageRoot)
        const entries = whole(entriesFrom(storage, start, limit, nodes))
        return entries.map(({ key, value }) => {
          const hash = bytesToHex(key)
          return { hash, key: keys.get(hash), value: bytesToBigint(decodeRlp(value) as Uint8Array) }
        })
      })
    },
  }
}

class NotReplayable extends Error {
  override readonly name = 'NotReplayable'
  readonly code = 'DEED_REPLAY'
  constructor(block: bigint, index: number, why: string) {
    super(`transaction ${index} of block ${block} cannot run: ${why}`)
  }
}
