/** Contracts of ./fixture, compiled by the real compiler and deployed on a real node, and their failures explained. */
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDevNode } from '@deed/chain'
import { type Abi, encodeDeployData, encodeFunctionData, type Hex } from 'viem'
import type { Artifact } from '../artifact.ts'
import { compile } from '../compile.ts'
import { type ContractIndex, createContractIndex } from './artifacts/index.ts'
import { explain } from './explain/explain.ts'
import type { Explanation } from './explain/explanation.ts'
import { fetchTrace } from './trace/fetch-trace.ts'
import type { Rpc } from './trace/rpc.ts'

export const FIXTURE = join(import.meta.dirname, 'fixture')

/** Ways to compile: each lets statements share code in another manner. */
export const SETTINGS = {
  plain: { optimizer: { enabled: false } },
  optimized: { optimizer: { enabled: true, runs: 200 } },
  'for size': { optimizer: { enabled: true, runs: 1 } },
  'via IR': { optimizer: { enabled: true, runs: 200 }, viaIR: true },
  'via IR, plain': { optimizer: { enabled: false }, viaIR: true },
} satisfies Record<string, Record<string, unknown>>
export type Mode = keyof typeof SETTINGS

export interface Compiled {
  readonly artifacts: readonly Artifact[]
  /** Where an index finds them. */
  readonly folder: string
}

export const compileFixture = async (file: string, mode: Mode): Promise<Compiled> => {
  const folder = join(tmpdir(), 'deed-test-debug', file, mode.replace(/\W+/g, '-'))
  const { artifacts } = await compile({
    root: FIXTURE,
    entries: [file],
    settings: SETTINGS[mode],
    cacheFolder: folder,
  })
  return { artifacts, folder }
}

/** An RPC that needs no network. */
export const localRpc = async (): Promise<Rpc> => {
  const node = await createDevNode({ wallTime: () => 1_800_000_000n, genesisTime: 1_800_000_000n })
  return {
    url: 'a node in this process',
    call: (method, params) => node.request(method, params),
    // biome-ignore lint/correctness/useYield: the node has tracers of its own, so that nobody asks for this
    stream: async function* () {
      throw new Error('not asked for')
    },
  }
}

export interface Stage {
  readonly rpc: Rpc
  readonly index: ContractIndex
  readonly accounts: readonly Hex[]
  /** @returns the contract's address */
  deploy(name: string, args?: readonly unknown[], from?: Hex): Promise<Hex>
  abiOf(name: string): Abi
  /** @returns the transaction's hash */
  send(transaction: Sent): Promise<Hex>
  explainSent(transaction: Sent): Promise<Explanation>
}

export interface Sent {
  readonly to?: Hex
  readonly data?: Hex
  readonly value?: Hex
  readonly gas?: Hex
  readonly from?: Hex
}

/** Gas that is enough for every case, and soon spent by a loop. */
const GAS = '0x80000'
const DEPLOY_GAS = '0xe00000'

export const openStage = async (
  rpc: Rpc,
  { artifacts, folder }: Compiled,
  indexed = [folder],
): Promise<Stage> => {
  const index = createContractIndex(indexed)
  const accounts = (await rpc.call('eth_accounts', [])) as Hex[]
  const libraries = new Map<string, Hex>()
  const find = (name: string) => artifacts.find((artifact) => artifact.name === name)!
  const send = async ({ gas = GAS, from = accounts[0]!, ...rest }: Sent) =>
    (await rpc.call('eth_sendTransaction', [{ gas, from, ...rest }])) as Hex
  const stage: Stage = {
    rpc,
    index,
    accounts,
    abiOf: (name) => find(name).abi as unknown as Abi,
    send,
    deploy: async (name, args = [], from) => {
      const { abi, bytecode } = find(name)
      let object: string = bytecode.object
      for (const [library, places] of Object.entries(
        Object.assign({}, ...Object.values(bytecode.linkReferences)) as Record<string, { start: number }[]>,
      )) {
        if (!libraries.has(library)) libraries.set(library, await stage.deploy(library))
        for (const { start } of places) {
          const at = 2 + 2 * start
          object = object.slice(0, at) + libraries.get(library)!.slice(2) + object.slice(at + 40)
        }
      }
      const data = encodeDeployData({ abi: abi as unknown as Abi, bytecode: object as Hex, args })
      const hash = await send({ data, gas: DEPLOY_GAS, ...(from && { from }) })
      const { contractAddress, status } = await receiptOf(rpc, hash)
      if (status !== '0x1') throw new Error(`${name} was not deployed`)
      return contractAddress
    },
    explainSent: async (transaction) => {
      const hash = await send(transaction)
      await receiptOf(rpc, hash)
      return explain(await fetchTrace(rpc, hash, { storage: true }), index, {
        layoutCache: join(tmpdir(), 'deed-test-debug', 'layouts'),
      })
    },
  }
  return stage
}

/** anvil mines a moment after it has answered. */
const receiptOf = async (rpc: Rpc, hash: Hex): Promise<{ contractAddress: Hex; status: Hex }> => {
  for (let tries = 0; tries < 100; tries++) {
    const receipt = (await rpc.call('eth_getTransactionReceipt', [hash])) as {
      contractAddress: Hex
      status: Hex
    } | null
    if (receipt) return receipt
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error(`${hash} is not mined`)
}

export const callData = (abi: Abi, functionName: string, args: readonly unknown[] = []): Hex =>
  encodeFunctionData({ abi, functionName, args })
