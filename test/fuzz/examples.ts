/** A valid request for every method of the node's table, made from the names of its parameters. */
import { METHODS } from '@deed/chain'
import { attributesAfter, type Scene } from './scene.ts'

/** The parameters of a valid request. @throws for a method with a parameter that has no example yet. */
export const exampleOf = (method: string, scene: Scene): unknown[] => {
  const special = SPECIAL[method]
  if (special !== undefined) return special(scene)
  return METHODS[method]!.params.map(({ name }) => {
    const example = EXAMPLES[name]
    if (example === undefined)
      throw new Error(`test/fuzz/examples.ts has no example of the parameter ${name} of ${method}: add one`)
    return example(scene)
  })
}

const TRANSACTION = ({ accounts, contract, call }: Scene) => ({
  from: accounts[0],
  to: contract,
  data: call,
  gas: '0x30d40',
})
const WORD = `0x${'1'.padStart(64, '0')}`

/** By name of the parameter. */
const EXAMPLES: Readonly<Record<string, (scene: Scene) => unknown>> = {
  address: ({ accounts }) => accounts[0],
  addresses: ({ accounts }) => [accounts[0], accounts[1]],
  amount: () => '0x64',
  attributes: (scene) => attributesAfter(BigInt(scene.payload.timestamp as string), scene.accounts[3]!),
  block: () => 'latest',
  blockCount: () => '0x2',
  blockHash: ({ blockHash }) => blockHash,
  blockNumber: () => 0,
  blockOverrides: () => ({ number: '0x10', time: '0x70000000', baseFeePerGas: '0x1' }),
  blocks: () => '0x1',
  calls: (scene) => [[TRANSACTION(scene), ['trace']]],
  capabilities: () => ['engine_newPayloadV4'],
  client: () => ({ code: 'XX', name: 'fuzz', version: '0', commit: '0x00000000' }),
  code: () => '0x6001',
  codeHash: ({ codeHash }) => codeHash,
  count: () => '0x1',
  data: () => '0x64656564',
  depth: () => 1,
  executionRequests: () => [],
  extraData: () => '0x',
  filter: ({ contract, topic }) => ({
    address: contract,
    topics: [topic],
    fromBlock: '0x0',
    toBlock: 'latest',
  }),
  filterId: ({ filterId }) => filterId,
  forkchoiceState: ({ blockHash }) => ({
    headBlockHash: blockHash,
    safeBlockHash: blockHash,
    finalizedBlockHash: blockHash,
  }),
  gasLimit: () => '0x1c9c380',
  hashes: ({ blockHash }) => [blockHash],
  hydrated: () => true,
  index: () => '0x0',
  intervalMs: () => 0,
  intervalSeconds: () => 0,
  key: ({ codeHash }) => `0x63${codeHash.slice(2)}`,
  limit: () => 10,
  message: () => '0x64656564',
  newestBlock: () => 'latest',
  nonce: () => '0x5',
  on: () => true,
  options: () => ({}),
  owner: ({ accounts }) => accounts[0],
  page: () => 0,
  pageSize: () => 5,
  parentBeaconBlockRoot: () => `0x${'0'.repeat(64)}`,
  parentHash: ({ blockHash }) => blockHash,
  password: () => '',
  path: () => ['0x0'],
  payload: ({ payload }) => payload,
  payloadAttributes: (scene) =>
    attributesAfter(BigInt(scene.payload.timestamp as string), scene.accounts[3]!),
  payloadId: () => '0x0000000000000001',
  prevRandao: () => WORD,
  requests: ({ contract }) => ({ [contract]: ['0x0', WORD] }),
  rewardPercentiles: () => [25, 50, 75],
  seconds: () => 1,
  simulation: (scene) => ({
    blockStateCalls: [
      {
        calls: [TRANSACTION(scene)],
        stateOverrides: { [scene.accounts[0]!]: { balance: '0xde0b6b3a7640000' } },
      },
    ],
    traceTransfers: true,
  }),
  slot: () => '0x0',
  snapshot: ({ snapshot }) => snapshot,
  spender: ({ accounts }) => accounts[1],
  start: () => '0x',
  state: ({ state }) => state,
  url: () => 'http://127.0.0.1:1',
  stateOverrides: ({ contract }) => ({ [contract]: { balance: '0x1', stateDiff: { [WORD]: WORD } } }),
  storageKeys: () => ['0x0', WORD],
  subscription: () => '0x1',
  timeoutMs: () => 100,
  timestamp: () => 4_000_000_000,
  token: ({ contract }) => contract,
  topic: () => 'newHeads',
  traceTypes: () => ['trace', 'stateDiff', 'vmTrace'],
  transaction: TRANSACTION,
  transactionHash: ({ transactionHash }) => transactionHash,
  transactions: ({ raw }) => [raw],
  typedData: ({ contract }) => ({
    types: {
      Note: [
        { name: 'note', type: 'string' },
        { name: 'by', type: 'address' },
      ],
    },
    primaryType: 'Note',
    domain: { name: 'Deed', chainId: 31_337, verifyingContract: contract },
    message: { note: 'a', by: contract },
  }),
  value: () => WORD,
  versionedHashes: () => [],
  wei: () => '0xde0b6b3a7640000',
  withHistory: () => false,
}

/** Methods whose parameters are not what their names are elsewhere. */
const SPECIAL: Readonly<Record<string, (scene: Scene) => unknown[]>> = {
  eth_sendRawTransaction: ({ raw }) => [raw],
  eth_sendRawTransactionSync: ({ raw }) => [raw, 100],
  trace_rawTransaction: ({ raw }) => [raw, ['trace']],
  trace_filter: () => [{ fromBlock: '0x0', toBlock: 'latest', count: 10 }],
  debug_traceBlock: ({ rawBlock }) => [rawBlock, { tracer: 'callTracer' }],
  debug_traceCall: (scene) => [
    TRANSACTION(scene),
    'latest',
    { tracer: 'prestateTracer', tracerConfig: { diffMode: true } },
  ],
  anvil_reorg: (scene) => [1, [[{ from: scene.accounts[1], to: scene.accounts[2], value: '0x1' }, 0]]],
  debug_setHead: () => ['0x1'],
  eth_subscribe: ({ contract }) => ['logs', { address: contract }],
  engine_getPayloadBodiesByRangeV1: () => ['0x1', '0x1'],
}
