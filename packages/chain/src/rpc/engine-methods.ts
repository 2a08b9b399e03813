/** The Engine API: what a consensus client asks, on a port of its own. */
import { anything, bytes, hash, integer, list, maybe, param } from './decode.ts'
import { type Method, method } from './method.ts'
import * as engine from './methods/engine.ts'
import { payloadAttributes } from './payload.ts'
import { executionPayload, executionRequests } from './payload-block.ts'

const payload = param('payload', executionPayload)
const versionedHashes = param('versionedHashes', list(hash, engine.MAX_BLOBS))
const beaconRoot = param('parentBeaconBlockRoot', hash)
const requests = param('executionRequests', executionRequests)
const state = param('forkchoiceState', engine.forkchoiceState)
const attributes = param('payloadAttributes', maybe(payloadAttributes))
const id = param('payloadId', bytes)

const newPayload = (version: 1 | 2 | 3 | 4) => engine.newPayload(version)
const forkchoiceUpdated = (version: 1 | 2 | 3) =>
  method('engine', 50, [state, attributes], engine.forkchoiceUpdated(version))
const getPayload = (version: 1 | 2 | 3 | 4 | 5) => method('engine', 20, [id], engine.getPayload(version))
const getBlobs = (version: 1 | 2 | 3) => method('engine', 20, [versionedHashes], engine.getBlobs(version))

const CALLS: Readonly<Record<string, Method>> = {
  engine_newPayloadV1: method('engine', 500, [payload], newPayload(1)),
  engine_newPayloadV2: method('engine', 500, [payload], newPayload(2)),
  engine_newPayloadV3: method('engine', 500, [payload, versionedHashes, beaconRoot], newPayload(3)),
  engine_newPayloadV4: method('engine', 500, [payload, versionedHashes, beaconRoot, requests], newPayload(4)),
  engine_forkchoiceUpdatedV1: forkchoiceUpdated(1),
  engine_forkchoiceUpdatedV2: forkchoiceUpdated(2),
  engine_forkchoiceUpdatedV3: forkchoiceUpdated(3),
  engine_getPayloadV1: getPayload(1),
  engine_getPayloadV2: getPayload(2),
  engine_getPayloadV3: getPayload(3),
  engine_getPayloadV4: getPayload(4),
  engine_getPayloadV5: getPayload(5),
  engine_getPayloadBodiesByHashV1: method(
    'engine',
    50,
    [param('hashes', list(hash, engine.MAX_BODIES))],
    engine.getPayloadBodiesByHash,
  ),
  engine_getPayloadBodiesByRangeV1: method(
    'engine',
    50,
    [param('start', integer), param('count', integer)],
    engine.getPayloadBodiesByRange,
  ),
  engine_getBlobsV1: getBlobs(1),
  engine_getBlobsV2: getBlobs(2),
  engine_getBlobsV3: getBlobs(3),
  engine_getClientVersionV1: method('engine', 1, [param('client', anything)], engine.getClientVersion),
}

export const ENGINE_METHODS: Readonly<Record<string, Method>> = {
  engine_exchangeCapabilities: method(
    'engine',
    1,
    [param('capabilities', anything)],
    engine.exchangeCapabilities(Object.keys(CALLS)),
  ),
  ...CALLS,
}
