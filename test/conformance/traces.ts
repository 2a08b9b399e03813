/**
 * Runs a folder of traces that others worked out:
 *
 *     npm run traces -- DIR [--match S]
 *
 * A case is a JSON file of one of two forms. go-ethereum's (eth/tracers/internal/tracetest/testdata): `genesis`
 * whose `alloc` is the state before, `context` of the block, `input`, the signed transaction, `tracerConfig`,
 * and `result`; the folder's name says which tracer. Or a request: `genesis`, `blocks` in RLP that are imported
 * first, `request` of JSON-RPC, and `result`.
 *
 * The last line is `N passed, M failed, K left out`. Exit code 1 if anything failed or nothing ran.
 */
import { existsSync, readFileSync } from 'node:fs'
import { basename, dirname, relative } from 'node:path'
import { isDeepStrictEqual, parseArgs } from 'node:util'
import { createDevNode, createMemoryStore, openChain, parseGenesis } from '@deed/chain'
import { type Hex, hexToBytes, interpreter } from '@deed/evm'
import { decodeBlock } from '../../packages/chain/src/block/body.ts'
import { isBlockFault } from '../../packages/chain/src/execute/fault.ts'
import { blobBaseFee } from '../../packages/chain/src/execute/fees.ts'
import { runTransaction } from '../../packages/chain/src/execute/transaction.ts'
import { rulesAt } from '../../packages/chain/src/forks.ts'
import { traceConfig } from '../../packages/chain/src/rpc/trace-config.ts'
import { readerAt } from '../../packages/chain/src/state/tree.ts'
import { createBudget } from '../../packages/chain/src/trace/budget.ts'
import { follow } from '../../packages/chain/src/trace/tracing.ts'
import { decodeTransaction } from '../../packages/chain/src/transaction/codec.ts'
import { isFault } from '../../packages/chain/src/transaction/fault.ts'
import { vectorFiles } from './vectors.ts'

const USAGE = 'npm run traces -- DIR [--match S]'

/** Which tracer each of go-ethereum's folders is for. */
const TRACERS: Readonly<Record<string, string>> = {
  call_tracer: 'callTracer',
  call_tracer_withLog: 'callTracer',
  call_tracer_flat: 'flatCallTracer',
  prestate_tracer: 'prestateTracer',
  prestate_tracer_with_diff_mode: 'prestateTracer',
}

interface Case {
  readonly genesis: Json
  readonly context?: Json
  readonly input?: Hex
  readonly tracerConfig?: Json
  readonly blocks?: readonly Hex[]
  readonly request?: { readonly method: string; readonly params: readonly unknown[] }
  readonly result: unknown
}
type Json = Record<string, unknown>

const main = async (): Promise<number> => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { match: { type: 'string' }, help: { type: 'boolean', default: false } },
  })
  if (values.help) {
    console.log(USAGE)
    return 0
  }
  const [place, ...more] = positionals
  if (place === undefined || more.length > 0 || !existsSync(place)) {
    console.error(place === undefined || more.length > 0 ? USAGE : `${place} does not exist. ${USAGE}`)
    return 1
  }
  const total = { passed: 0, failed: 0, leftOut: 0 }
  for (const file of vectorFiles(place)) {
    const name = relative(place, file) || file
    if (values.match !== undefined && !name.includes(values.match)) continue
    const outcome = await runFile(file)
    total[outcome.status]++
    if (outcome.status !== 'passed')
      console.log(`${outcome.status.toUpperCase()} ${name}\n    ${outcome.reason}`)
  }
  console.log(`${total.passed} passed, ${total.failed} failed, ${total.leftOut} left out`)
  return total.failed > 0 || total.passed === 0 ? 1 : 0
}

type Outcome =
  | { readonly status: 'passed' }
  | { readonly status: 'failed' | 'leftOut'; readonly reason: string }

const runFile = async (file: string): Promise<Outcome> => {
  try {
    const one = JSON.parse(readFileSync(file, 'utf8')) as Case
    if (one.request !== undefined) return compare(await answerOf(one), one.result, false)
    const tracer = TRACERS[basename(dirname(file))]
    if (tracer === undefined) return { status: 'leftOut', reason: `no tracer is known by the folder's name` }
    return compare(await traceOf(one, tracer), one.result, tracer !== 'prestateTracer')
  } catch (error) {
    return { status: 'failed', reason: `threw ${error instanceof Error ? error.stack : error}` }
  }
}

/** The transaction on the state of `alloc`, in the block that `context` says. */
const traceOf = async ({ genesis: json, context = {}, input, tracerConfig }: Case, tracer: string) => {
  const genesis = parseGenesis({ ...json, config: lowerCased(json.config as Json) })
  const store = createMemoryStore()
  const chain = await openChain({ genesis, store, engine: interpreter })
  const at = (field: string) => BigInt((context[field] as string | undefined) ?? 0)
  const merged = genesis.config.terminalTotalDifficulty === 0n
  const rules = rulesAt(genesis.config, { number: at('number'), timestamp: at('timestamp'), merged })
  const { header } = chain.genesis.block
  const block = {
    number: at('number'),
    timestamp: at('timestamp'),
    beneficiary: (context.miner as string).toLowerCase() as Hex,
    gasLimit: at('gasLimit'),
    baseFeePerGas: at('baseFeePerGas'),
    difficulty: at('difficulty'),
    prevRandao: merged ? BigInt(genesis.mixHash) : 0n,
    blobBaseFee: genesis.excessBlobGas === undefined ? 0n : blobBaseFee(header, rules),
    chainId: rules.chainId,
  }
  const transaction = decodeTransaction(hexToBytes(input!.startsWith('0x') ? input! : `0x${input}`))
  if (isFault(transaction)) throw new Error(transaction.message)
  const { open } = traceConfig({ tracer, tracerConfig }, 'case')
  const budget = createBudget({ clock: () => performance.now(), timeoutMs: 60_000 })
  const { tracer: hooks, result } = follow(open, { firstLogIndex: 0 }, budget)
  const blockHash = () => header.parentHash
  const scope = { engine: interpreter, rules, block, isPartial: false, blockHash, tracer: hooks }
  const room = { gas: 2n ** 63n, blobGas: 2n ** 63n }
  const ran = runTransaction(scope, readerAt(store, chain.genesis.position), room, transaction)
  if (isFault(ran)) throw new Error(ran.message)
  return result()
}

/** The answer of a node that has imported the blocks. */
const answerOf = async ({ genesis, blocks = [], request }: Case): Promise<unknown> => {
  const node = await createDevNode({
    genesis: parseGenesis(genesis),
    privateKeys: [],
    automine: false,
    wallTime: () => 0n,
  })
  for (const encoded of blocks) {
    const block = decodeBlock(hexToBytes(encoded))
    if ('code' in block) throw new Error(block.message)
    const executed = await node.chain.validate(block)
    if (isBlockFault(executed)) throw new Error(`block ${block.header.number}: ${executed.message}`)
    await node.chain.commit(executed)
    await node.chain.setHead(executed.hash)
  }
  return node.request(request!.method, request!.params as unknown[])
}

/** Go reads `IstanbulBlock` as `istanbulBlock`. */
const lowerCased = (config: Json): Json =>
  Object.fromEntries(
    Object.entries(config).map(([name, value]) => [name[0]!.toLowerCase() + name.slice(1), value]),
  )

const compare = (actual: unknown, expected: unknown, isLoose: boolean): Outcome => {
  const [have, want] = [plain(actual, isLoose), plain(expected, isLoose)]
  if (isDeepStrictEqual(have, want)) return { status: 'passed' }
  return { status: 'failed', reason: firstDifference(have, want, '') }
}

/**
 * What go-ethereum's own tests compare: not where the transaction stands, nor the case of digits; and of calls, what
 * is zero or empty is the same as what is missing.
 */
const plain = (value: unknown, isLoose: boolean): unknown => {
  if (typeof value === 'string') return value.startsWith('0x') ? value.toLowerCase() : value
  if (Array.isArray(value)) return value.map((entry) => plain(entry, isLoose))
  if (typeof value !== 'object' || value === null) return value
  const fields = Object.entries(value)
    .filter(([name]) => !PLACE.has(name))
    .map(
      ([name, field]) => [name.startsWith('0x') ? name.toLowerCase() : name, plain(field, isLoose)] as const,
    )
  return Object.fromEntries(fields.filter(([, field]) => !isMissing(field, isLoose)))
}

const isMissing = (value: unknown, isLoose: boolean): boolean =>
  value === null ||
  value === undefined ||
  (isLoose && (ZEROS.has(value) || (typeof value === 'object' && Object.keys(value).length === 0)))

const PLACE = new Set(['blockHash', 'blockNumber', 'transactionHash', 'transactionPosition', 'time'])
const ZEROS: ReadonlySet<unknown> = new Set(['0x', '0x0', `0x${'0'.repeat(40)}`])

const firstDifference = (have: unknown, want: unknown, path: string): string => {
  const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null
  if (!isObject(have) || !isObject(want)) return `${path}: expected ${show(want)}, got ${show(have)}`
  for (const name of new Set([...Object.keys(want), ...Object.keys(have)])) {
    if (!isDeepStrictEqual(have[name], want[name]))
      return firstDifference(have[name], want[name], `${path}.${name}`)
  }
  return `${path}: differs`
}

const show = (value: unknown): string => (JSON.stringify(value) ?? 'nothing').slice(0, 300)

process.exitCode = await main()
