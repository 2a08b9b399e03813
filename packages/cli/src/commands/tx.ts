import { createContractIndex, explain, fetchTrace, httpRpc, type Rpc, RpcFault } from '@deed/solidity/debug'
import type { Hex } from 'viem'
import { command } from '../command.ts'
import { artifactFolders, layoutCache } from '../debug/artifact-folders.ts'
import { printTransaction } from '../debug/print.ts'
import { readTransaction } from '../debug/transaction.ts'
import { CommandError, EXIT, usageError } from '../fault.ts'
import { flag, number, texts, url } from '../options.ts'
import { DEFAULT_HOST, DEFAULT_PORT } from './dev.ts'

const DEFAULT_URL = `http://${DEFAULT_HOST}:${DEFAULT_PORT}`
const DEFAULT_CALLS = 500
const MAX_CALLS = 100_000
/** After that a person is told what takes so long. */
const SLOW_MS = 3_000

export const tx = command({
  name: 'tx',
  usage: 'HASH [--rpc URL] [--artifacts DIR …] [--no-storage] [--calls N] [--json]',
  about: [
    'Says what a transaction did: its calls with names and arguments, events, gas, what changed in storage by the names',
    'of variables, and where it failed the line of Solidity with the functions that led there. Contracts are known by',
    'their code, from what Deed has compiled and from out (Foundry) and artifacts (Hardhat) in this folder. It works on',
    'any node with the debug methods of geth, such as deed dev, anvil, reth and geth itself.',
  ].join('\n'),
  positionals: { min: 1, max: 1 },
  options: {
    rpc: url('URL', `the node; default ${DEFAULT_URL}`),
    artifacts: texts('DIR', 'a folder with artifacts, besides the usual ones; may be repeated'),
    'no-storage': flag('leave out what changed in storage and balances'),
    calls: number('N', `tell at most so many calls one by one; default ${DEFAULT_CALLS}`, {
      min: 1,
      max: MAX_CALLS,
    }),
    json: flag('one JSON object'),
  },
  examples: [
    [`npx deed tx 0x${'12'.repeat(32)}`, 'on the chain that `deed dev` runs'],
    [
      `npx deed tx 0x${'12'.repeat(32)} --rpc http://127.0.0.1:8546 --artifacts ../token/out`,
      'on another node, with the artifacts of another project',
    ],
  ],
  run: async (options, [hash], terminal) => {
    if (!/^0x[0-9a-f]{64}$/i.test(hash!))
      throw usageError('DEED_BAD_HASH', `"${hash}" is no transaction hash: 0x and 64 hexadecimal digits.`)
    const folders = artifactFolders(options.artifacts, terminal)
    options.artifacts.forEach((name, at) => {
      refuseEmpty(name, folders[at]!)
    })
    const index = createContractIndex(folders)
    const rpc = httpRpc(options.rpc ?? DEFAULT_URL, { signal: terminal.stop })
    const slow = setTimeout(() => {
      terminal.err(terminal.style('dim', `${rpc.url} is still tracing the transaction …`))
    }, SLOW_MS)
    const { transaction, trace } = await fetchAll(rpc, hash!.toLowerCase() as Hex, !options['no-storage'])
      .catch((error) => {
        if (terminal.stop.aborted) throw new CommandError('DEED_STOPPED', 'Stopped before the end.')
        throw error
      })
      .finally(() => clearTimeout(slow))
    const explanation = await explain(trace, index, {
      maxCalls: options.calls ?? DEFAULT_CALLS,
      maxEvents: options.calls ?? DEFAULT_CALLS,
      layoutCache: layoutCache(),
    })
    terminal.out(
      options.json
        ? JSON.stringify({ transaction, ...explanation })
        : printTransaction(transaction, explanation, terminal),
    )
    return EXIT.ok
  },
})

const fetchAll = async (rpc: Rpc, hash: Hex, storage: boolean) => {
  const transaction = await readTransaction(rpc, hash)
  return { transaction, trace: await traceOf(rpc, hash, storage) }
}

const traceOf = async (rpc: Rpc, hash: Hex, storage: boolean) => {
  try {
    return await fetchTrace(rpc, hash, { storage })
  } catch (error) {
    if (!(error instanceof RpcFault) || error.code !== 'DEED_RPC_ERROR') throw error
    throw new CommandError(
      'DEED_TX_TRACE',
      `${rpc.url} does not trace the transaction: ${error.message}. Ask a node that has debug_traceTransaction and the state of that block: deed dev, anvil, or geth with --http.api eth,debug.`,
      { cause: error },
    )
  }
}

const refuseEmpty = (name: string, folder: string): void => {
  const index = createContractIndex([folder])
  if (index.size() > 0) return
  const [fault] = index.faults
  throw new CommandError(
    'DEED_ARTIFACTS',
    `--artifacts ${name}: there are no artifacts in it${fault ? ` that can be read (${fault})` : ''}. Name a folder such as Foundry's out or Hardhat's artifacts, and build first.`,
  )
}
