/**
 * The official JSON-RPC exchanges (ethereum/execution-apis): a chain through every fork, requests, and what
 * is to be answered: word for word, or where a file says `speconly`, in the form that openrpc.json gives.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { answer, createDevNode, type DevNode, LOCAL, parseGenesis } from '@deed/chain'
import { Ajv, type AnySchema } from 'ajv'
import { decodeBlock } from '../../packages/chain/src/block/body.ts'
import { isBlockFault } from '../../packages/chain/src/execute/fault.ts'
import { rlpItemEnd } from '../../packages/chain/src/rlp.ts'

export interface RpcCase {
  readonly method: string
  /** `METHOD/FILE`. */
  readonly name: string
  readonly isSpecOnly: boolean
  readonly exchanges: readonly { readonly request: string; readonly response: Response }[]
}

interface Response {
  readonly result?: unknown
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown }
}

/** Methods of the vectors that this node does not have (yet), and why. */
export const LEFT_OUT: Readonly<Record<string, string>> = {}

/** All cases of a folder. Transactions are sent first: what the pool is asked about later are those. */
export const readCases = (folder: string): RpcCase[] => {
  const methods = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort((a, b) => Number(b === SEND) - Number(a === SEND) || (a < b ? -1 : 1))
  return methods.flatMap((method) =>
    readdirSync(join(folder, method))
      .filter((name) => name.endsWith('.io'))
      .sort()
      .map((file) => readCase(method, `${method}/${file}`, readFileSync(join(folder, method, file), 'utf8'))),
  )
}

/** What is wrong with a node's answers; `undefined` if nothing is. */
export const runCase = async (
  node: DevNode,
  { isSpecOnly, exchanges }: RpcCase,
  schemas: ReadonlyMap<string, AnySchema>,
): Promise<string | undefined> => {
  if (exchanges.length === 0) return 'the file holds no exchange'
  for (const { request, response } of exchanges) {
    const text = await answer({ node, principal: LOCAL }, request)
    const { method } = JSON.parse(request) as { method: string }
    const wrong = difference(JSON.parse(text!), response, isSpecOnly ? schemas.get(method) : undefined)
    if (wrong !== undefined) return wrong
  }
  return undefined
}

/** How an answer differs from the one expected. Messages are each client's own; codes and revert data are not. */
export const difference = (
  actual: Response,
  expected: Response,
  schema: AnySchema | undefined,
): string | undefined => {
  const shown = JSON.stringify(actual)
  if (expected.error !== undefined) {
    const { code, data } = expected.error
    if (actual.error?.code !== code) return `expected error ${code}, got ${shown}`
    if (typeof data === 'string' && actual.error.data !== data) return `expected data ${data}, got ${shown}`
    return undefined
  }
  if (actual.error !== undefined) return `expected a result, got ${shown}`
  if (schema === undefined)
    return isDeepStrictEqual(actual.result, expected.result)
      ? undefined
      : `expected ${JSON.stringify(expected.result)}, got ${shown}`
  const validate = ajv.compile(schema)
  return validate(actual.result) ? undefined : `${JSON.stringify(validate.errors)} in ${shown}`
}

/** The form of each method's result. */
export const resultSchemas = (folder: string): ReadonlyMap<string, AnySchema> => {
  const { methods } = JSON.parse(readFileSync(join(folder, 'openrpc.json'), 'utf8')) as {
    methods: { name: string; result: { schema: AnySchema } }[]
  }
  return new Map(methods.map(({ name, result }) => [name, result.schema]))
}

/** A node whose chain is the folder's `chain.rlp`, every block held against every rule. */
export const importChain = async (folder: string): Promise<DevNode> => {
  const node = await createDevNode({
    genesis: parseGenesis(JSON.parse(readFileSync(join(folder, 'genesis.json'), 'utf8'))),
    privateKeys: [],
    automine: false,
    wallTime: () => 0n,
  })
  const bytes = new Uint8Array(readFileSync(join(folder, 'chain.rlp')))
  for (let at = 0; at < bytes.length; ) {
    const end = rlpItemEnd(bytes, at)
    const block = decodeBlock(bytes.subarray(at, end))
    if ('code' in block) throw new Error(block.message)
    const executed = await node.chain.validate(block)
    if (isBlockFault(executed)) throw new Error(`block ${block.header.number}: ${executed.message}`)
    await node.chain.commit(executed)
    await node.chain.setHead(executed.hash)
    at = end
  }
  return node
}

const SEND = 'eth_sendRawTransaction'

const ajv = new Ajv({ strict: false, allErrors: true })

const readCase = (method: string, name: string, text: string): RpcCase => {
  const lines = text.split('\n')
  const exchanges: { request: string; response: Response }[] = []
  let request = ''
  for (const line of lines) {
    if (line.startsWith('>> ')) request = line.slice(3)
    if (line.startsWith('<< ')) exchanges.push({ request, response: JSON.parse(line.slice(3)) })
  }
  return { method, name, exchanges, isSpecOnly: lines.some((line) => line.startsWith('// speconly')) }
}
