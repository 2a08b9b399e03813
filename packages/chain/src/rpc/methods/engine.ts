/**
 * The Engine API (execution-apis: paris.md to osaka.md): a consensus client gives blocks, chooses the head and asks
 * for blocks. It is served on a port of its own, to whoever has the shared secret (../../server/jwt.ts).
 */
import { type Fork, type Hash, isActive, keccak256 } from '@deed/evm'
import { isBlockFault } from '../../execute/fault.ts'
import type { Executed } from '../../execute/types.ts'
import { rulesAt } from '../../forks.ts'
import { bytesToHex, quantity } from '../../hex.ts'
import { encodeTransaction } from '../../transaction/codec.ts'
import { isFault } from '../../transaction/fault.ts'
import { decodePooledTransaction } from '../../transaction/sidecar.ts'
import { type Decoded, hash, object, refuse, show } from '../decode.ts'
import { RpcError } from '../error.ts'
import type { Json } from '../format.ts'
import type { Context } from '../method.ts'
import type { Node } from '../node.ts'
import {
  blockValue,
  formatBlobs,
  formatPayload,
  formatRequests,
  formatWithdrawals,
  type payloadAttributes,
  payloadInputs,
} from '../payload.ts'
import { blockOf, type ExecutionPayload, type PayloadExtras } from '../payload-block.ts'
import { waitingFor } from './testing_buildBlock.ts'

export const forkchoiceState = object({ headBlockHash: hash, safeBlockHash: hash, finalizedBlockHash: hash })

/** Bodies of one request (shanghai.md), and blobs of one (cancun.md). */
export const MAX_BODIES = 1_024
export const MAX_BLOBS = 128

export const exchangeCapabilities = (names: readonly string[]) => (_context: Context, _theirs: unknown) =>
  names

export const getClientVersion = ({ node }: Context, _theirs: unknown): Json => [
  { code: 'DD', name: 'Deed', version: node.clientVersion, commit: '0x00000000' },
]

type Version = 1 | 2 | 3 | 4 | 5

/** Forks of which a version of a method speaks: from the first on, up to before the second. */
type Span = readonly [since: Fork, until: Fork | undefined]

const NEW_PAYLOAD: Partial<Record<Version, Span>> = {
  1: ['Paris', 'Shanghai'],
  2: ['Paris', 'Cancun'],
  3: ['Cancun', 'Prague'],
  4: ['Prague', undefined],
}
const ATTRIBUTES: Partial<Record<Version, Span>> = {
  1: ['Paris', 'Shanghai'],
  2: ['Paris', 'Cancun'],
  3: ['Cancun', undefined],
}
const GET_PAYLOAD: Partial<Record<Version, Span>> = {
  1: ['Paris', 'Shanghai'],
  2: ['Paris', 'Cancun'],
  3: ['Cancun', 'Prague'],
  4: ['Prague', 'Osaka'],
  5: ['Osaka', undefined],
}

/** Takes a block in; the head stays where it is. */
export const newPayload =
  (version: Version) =>
  async (
    { node }: Context,
    payload: ExecutionPayload,
    versionedHashes?: readonly Hash[],
    parentBeaconBlockRoot?: Hash,
    requests?: readonly Uint8Array[],
  ) => {
    const fork = checkFork(node, NEW_PAYLOAD[version]!, payload.timestamp)
    const has = (since: Fork) => isActive(since, fork)
    mustBe('withdrawals', payload.withdrawals, has('Shanghai'))
    mustBe('blobGasUsed', payload.blobGasUsed, has('Cancun'))
    mustBe('excessBlobGas', payload.excessBlobGas, has('Cancun'))
    return takeIn(node, payload, { versionedHashes, parentBeaconBlockRoot, requests })
  }

const takeIn = async ({ chain }: Node, payload: ExecutionPayload, extras: PayloadExtras) => {
  const block = blockOf(payload, extras)
  if (typeof block === 'string') return { ...statusOf('INVALID', null), validationError: block }
  if ((await chain.block(payload.blockHash)) !== undefined) return statusOf('VALID', payload.blockHash)
  const parent = await chain.block(payload.parentHash)
  if (parent === undefined) return statusOf('SYNCING', null)
  const executed = await chain.validate(block)
  if (isBlockFault(executed)) {
    // Of a chain of work the consensus layer knows nothing.
    const valid = parent.block.header.difficulty === 0n ? parent.hash : ZERO_HASH
    return { ...statusOf('INVALID', valid), validationError: executed.message }
  }
  await chain.commit(executed)
  return statusOf('VALID', payload.blockHash)
}

/** Chooses the head, and starts to build a block on it if attributes of one are given. */
export const forkchoiceUpdated =
  (version: Version) =>
  async (
    { node }: Context,
    { headBlockHash, safeBlockHash, finalizedBlockHash }: Decoded<typeof forkchoiceState>,
    attributes: Decoded<typeof payloadAttributes> | undefined,
  ) => {
    const { chain } = node
    if (headBlockHash === ZERO_HASH)
      refuse('argument 0 (forkchoiceState).headBlockHash', 'a block', headBlockHash)
    const head = await chain.block(headBlockHash)
    if (head === undefined) return { payloadStatus: statusOf('SYNCING', null), payloadId: null }
    const { number } = head.block.header
    const isOld = (await chain.canonicalHash(number)) === head.hash && chain.head.hash !== head.hash
    const valid = { payloadStatus: statusOf('VALID', head.hash), payloadId: null }
    // An ancestor of the head: nothing goes back by this (paris.md, forkchoiceUpdated, 2).
    if (isOld) return valid
    await node.adopt(head.hash)
    for (const named of [safeBlockHash, finalizedBlockHash]) {
      const record = named === ZERO_HASH ? undefined : await chain.block(named)
      const isCanonical = record && (await chain.canonicalHash(record.block.header.number)) === named
      if (named !== ZERO_HASH && !isCanonical)
        throw engineError(
          -38002,
          'DEED_ENGINE_FORKCHOICE',
          `invalid forkchoice state: ${named} is not an ancestor of the head`,
        )
    }
    if (attributes === undefined) return valid
    checkAttributes(node, version, attributes)
    return { ...valid, payloadId: await startPayload(node, head.hash, attributes) }
  }

const checkAttributes = (
  node: Node,
  version: Version,
  attributes: Decoded<typeof payloadAttributes>,
): void => {
  const { timestamp, withdrawals, parentBeaconBlockRoot } = attributes
  const invalid = (why: string) =>
    engineError(-38003, 'DEED_ENGINE_ATTRIBUTES', `invalid payload attributes: ${why}`)
  if (version >= 3 !== (parentBeaconBlockRoot !== undefined))
    throw invalid('parentBeaconBlockRoot is there from version 3 on')
  const fork = checkFork(node, ATTRIBUTES[version]!, timestamp)
  if (isActive('Shanghai', fork) !== (withdrawals !== undefined))
    throw invalid('withdrawals are there from Shanghai on')
  const { header } = node.chain.head.block
  if (timestamp <= header.timestamp)
    throw invalid(`timestamp ${timestamp} is not after the head's, ${header.timestamp}`)
}

/** Blocks that were asked for and are kept until somebody fetches them; the oldest goes first. */
const MAX_PAYLOADS = 16

const startPayload = async (
  node: Node,
  parent: Hash,
  attributes: Decoded<typeof payloadAttributes>,
): Promise<string> => {
  const inputs = payloadInputs(node.chain.head.block.header, attributes)
  const text = JSON.stringify([parent, inputs], (_, value) =>
    typeof value === 'bigint' ? `${value}` : value,
  )
  const id = bytesToHex(keccak256(new TextEncoder().encode(text)).subarray(0, 8))
  if (node.payloads.has(id)) return id
  const transactions = waitingFor(node, parent, attributes.timestamp)
  node.payloads.set(id, await node.chain.execute(parent, { ...inputs, transactions }))
  for (const [oldest] of node.payloads) if (node.payloads.size > MAX_PAYLOADS) node.payloads.delete(oldest)
  return id
}

/** A block that forkchoiceUpdated was asked for. */
export const getPayload =
  (version: Version) =>
  ({ node }: Context, id: Uint8Array) => {
    const executed = node.payloads.get(bytesToHex(id))
    if (executed === undefined)
      throw engineError(
        -38001,
        'DEED_ENGINE_PAYLOAD',
        `unknown payload ${show(bytesToHex(id))}: it was never asked for, or too long ago`,
      )
    checkFork(node, GET_PAYLOAD[version]!, executed.block.header.timestamp)
    return payloadEnvelope(node, version, executed)
  }

const payloadEnvelope = ({ mempool }: Node, version: Version, executed: Executed): Json => {
  const payload = formatPayload(executed.block, executed.hash)
  if (version === 1) return payload
  return {
    executionPayload: payload,
    blockValue: quantity(blockValue(executed.block, executed.receipts)),
    ...(version >= 3 && { blobsBundle: formatBlobs(mempool, executed), shouldOverrideBuilder: false }),
    ...(version >= 4 && { executionRequests: formatRequests(executed.requests) }),
  }
}

export const getPayloadBodiesByHash = ({ node: { chain } }: Context, hashes: readonly Hash[]) =>
  Promise.all(hashes.map(async (one) => bodyOf((await chain.block(one))?.block)))

export const getPayloadBodiesByRange = async ({ node: { chain } }: Context, start: bigint, count: bigint) => {
  if (start < 1n || count < 1n)
    refuse('arguments 0 and 1 (start, count)', 'numbers from 1', Number(start < count ? start : count))
  if (count > MAX_BODIES)
    throw engineError(
      -38004,
      'DEED_ENGINE_TOO_LARGE',
      `too large request: ${count} bodies, at most ${MAX_BODIES}`,
    )
  const bodies: Json[] = []
  const { number: head } = chain.head.block.header
  for (let number = start; number < start + count && number <= head; number++)
    bodies.push(bodyOf((await chain.blockByNumber(number))?.block))
  return bodies
}

const bodyOf = (block: Executed['block'] | undefined): Json =>
  block === undefined
    ? null
    : {
        transactions: block.transactions.map((one) => bytesToHex(encodeTransaction(one))),
        withdrawals: block.withdrawals ? formatWithdrawals(block.withdrawals) : null,
      }

/** Blobs that wait in the mempool, in the order asked for; null for one that is not there. */
export const getBlobs =
  (version: 1 | 2 | 3) =>
  ({ node }: Context, hashes: readonly Hash[]): Json => {
    const blobs = new Map<Hash, Json>()
    const wanted = new Set(hashes)
    for (const { transaction, encoded } of node.mempool.byHash.values()) {
      if (transaction.type !== 3 || !transaction.blobVersionedHashes.some((one) => wanted.has(one))) continue
      const pooled = decodePooledTransaction(encoded)
      if (isFault(pooled) || pooled.sidecar === undefined) continue
      const { sidecar } = pooled
      // Version 1 speaks of one proof a blob (EIP-4844), the later ones of cell proofs (EIP-7594).
      if ((version === 1) !== (sidecar.version === 0)) continue
      const perBlob = sidecar.proofs.length / sidecar.blobs.length
      transaction.blobVersionedHashes.forEach((one, index) => {
        const proofs = sidecar.proofs.slice(index * perBlob, (index + 1) * perBlob).map(bytesToHex)
        const blob = bytesToHex(sidecar.blobs[index]!)
        blobs.set(one, version === 1 ? { blob, proof: proofs[0]! } : { blob, proofs })
      })
    }
    const found = hashes.map((one) => blobs.get(one) ?? null)
    return version === 2 && found.includes(null) ? null : found
  }

const checkFork = ({ chain }: Node, [since, until]: Span, timestamp: bigint): Fork => {
  const { fork } = rulesAt(chain.config, { number: AFTER_BLOCKS, timestamp, merged: true })
  if (isActive(since, fork) && (until === undefined || !isActive(until, fork))) return fork
  throw engineError(
    -38005,
    'DEED_ENGINE_FORK',
    `unsupported fork: at ${timestamp} it is ${fork}, this method is for ${since} on${until ? ` until before ${until}` : ''}`,
  )
}

/** Beyond every fork by block number. */
const AFTER_BLOCKS = 2n ** 64n

const mustBe = (field: string, value: unknown, isThere: boolean): void => {
  if ((value !== undefined) !== isThere)
    refuse(
      `argument 0 (payload).${field}`,
      isThere ? 'a value' : 'nothing at this fork',
      value === undefined ? undefined : 'a value',
    )
}

const statusOf = (status: 'VALID' | 'INVALID' | 'SYNCING', latestValidHash: Hash | null) => ({
  status,
  latestValidHash,
  validationError: null as string | null,
})

const engineError = (code: number, name: `DEED_ENGINE_${string}`, message: string): RpcError =>
  new RpcError(code, message, { code: name })

const ZERO_HASH: Hash = `0x${'0'.repeat(64)}`
