import { rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { command } from '../command.ts'
import { claimDataFolder, DATA_OPTION } from '../data-folder.ts'
import { explainOptions, tellFailure } from '../debug/told.ts'
import { CommandError, EXIT, usageError } from '../fault.ts'
import { choice, flag, number, text, texts } from '../options.ts'
import { engineSecret } from '../supervise/engine-secret.ts'
import { FORK_OPTIONS, forkOf } from '../supervise/fork.ts'
import { type House, openHouse } from '../supervise/house.ts'
import { DEV_KEEPER } from '../supervise/keeper-account.ts'
import { temporaryFolder } from '../temporary.ts'
import type { Terminal } from '../terminal.ts'

/** Where every tool looks for a development chain. */
export const DEFAULT_PORT = 8545
export const DEFAULT_HOST = '127.0.0.1'
const DEV_CHAIN_ID = 31337
const MAX_BLOCK_TIME_SECONDS = 3600

export const dev = command({
  name: 'dev',
  usage:
    '[--data DIR | --memory] [--port N] [--host ADDRESS] [--allow-host NAME …] [--block-time S] [--fork-url URL] [--no-platform] [--artifacts DIR …] [--json]',
  about: [
    'Runs a development chain with its keeper and its page, all on one port, until Ctrl-C. The ten accounts of the',
    'well-known mnemonic own 10,000 ETH each. Everything is kept in the folder .deed: whoever starts it again goes on',
    'where it was. Chain and platform are two processes: either may die and comes back. A call or transaction that fails',
    'is explained here, in the words of its source (docs/debugging.md).',
  ].join('\n'),
  positionals: { min: 0, max: 0 },
  options: {
    port: number('N', `default ${DEFAULT_PORT}; 0 takes any that is free`, { min: 0, max: 65_535 }),
    host: text('ADDRESS', `default ${DEFAULT_HOST}: nobody comes in from outside`),
    'allow-host': texts('NAME', 'a name besides loopback by which it may be asked for; may be repeated'),
    'chain-id': number('N', `default ${DEV_CHAIN_ID}, the only one for which the public keys are allowed`, {
      min: 1,
      max: Number.MAX_SAFE_INTEGER,
    }),
    'block-time': number('S', 'a block every S seconds; default: one for each transaction, at once', {
      min: 0.05,
      max: MAX_BLOCK_TIME_SECONDS,
      fraction: true,
    }),
    'no-platform': flag('only the chain: no keeper, no page, no /api'),
    'no-keeper': flag('nobody calls deeds when they are due'),
    data: DATA_OPTION,
    memory: flag('keep nothing: the chain lives in memory, and ends with this command'),
    durable: flag('sync the disk before each answer; default: within 100 ms, which a power cut can cost'),
    order: choice('ORDER', 'which transaction comes first: fees (default) or fifo', ['fees', 'fifo']),
    ipc: text('PATH', 'a Unix socket on which it answers too'),
    'engine-port': number('N', 'the Engine API for a consensus client, on a port of its own', {
      min: 0,
      max: 65_535,
    }),
    'engine-secret': text(
      'FILE',
      'its secret of 32 bytes in hexadecimal; default: engine.hex in the data folder',
    ),
    artifacts: texts('DIR', 'compiled contracts, besides those in out and artifacts; may be repeated'),
    'no-explain': flag('failures are not explained'),
    ...FORK_OPTIONS,
    json: flag('one JSON object a line instead of text'),
  },
  examples: [
    ['npx deed dev', 'chain, keeper and page at http://127.0.0.1:8545'],
    ['npx deed dev --port 0 --block-time 2', 'on a free port, a block every two seconds'],
    ['npx deed dev --memory', 'a new chain each time'],
    ['npx deed dev --no-platform', 'JSON-RPC alone'],
    [
      'npx deed dev --fork-url https://eth.example.org --fork-block 23000000',
      'that chain as it was then, and what you do to it',
    ],
    [
      'npx deed dev --host 0.0.0.0 --allow-host my-box.lan',
      'for other machines too; its accounts are everybody’s',
    ],
  ],
  run: async (options, _, terminal) => {
    const chainId = options['chain-id'] ?? DEV_CHAIN_ID
    const fork = forkOf(options, terminal)
    if (chainId !== DEV_CHAIN_ID && !fork) {
      throw new CommandError(
        'DEED_DEV_MNEMONIC',
        `The accounts of \`deed dev\` come from the well-known mnemonic, whose keys everybody has; they are refused on chain id ${chainId}. Leave --chain-id out, for ${DEV_CHAIN_ID}.`,
      )
    }
    if (options.memory && options.data !== undefined)
      throw usageError(
        'DEED_BAD_OPTION',
        '--memory keeps nothing, so there is no --data. Leave one of them out.',
      )
    // What is done to a fork lives in memory, and so does what the platform makes of it.
    const temporary = options.memory || fork ? await temporaryFolder('dev') : undefined
    const folder = temporary ?? (await claimDataFolder(options.data, terminal))
    const isCached = !options['no-fork-cache'] && !options.memory
    const enginePort = options['engine-port']
    const blockTime = options['block-time']
    const say = options.json
      ? (message: string) => terminal.out(JSON.stringify({ event: 'notice', message }))
      : (message: string) => terminal.err(message)
    try {
      const house = await openHouse(
        {
          host: options.host ?? DEFAULT_HOST,
          allowedHosts: options['allow-host'],
          port: options.port ?? DEFAULT_PORT,
          chainId,
          ...(blockTime !== undefined && { blockTimeMs: Math.round(blockTime * 1000) }),
          ...(!temporary && { chainFolder: join(folder, 'chain') }),
          ...(fork && {
            fork: {
              ...fork,
              cacheFolder: isCached
                ? join(await claimDataFolder(options.data, terminal), 'forks')
                : undefined,
            },
          }),
          ...(options.durable && { durable: true }),
          ...(options.order && { order: options.order }),
          ...(options.ipc !== undefined && { ipc: resolve(terminal.folder, options.ipc) }),
          ...(enginePort !== undefined && {
            engine: {
              port: enginePort,
              secret: await engineSecret(options['engine-secret'], folder, terminal.folder),
            },
          }),
          dataFolder: join(folder, 'platform'),
          platform: !options['no-platform'],
          keeper: !options['no-keeper'],
          ...(!options['no-explain'] && { explain: explainOptions(options.artifacts, terminal) }),
        },
        {
          say,
          log: logTo(terminal),
          failed: (news) => tellFailure(news, options.json === true, terminal),
        },
      )
      try {
        await announce(house, options, temporary ? undefined : folder, terminal)
        await Promise.race([house.platformReady, untilStopped(terminal)])
        if (options.json && house.pids().platform && !terminal.stop.aborted)
          terminal.out(JSON.stringify({ event: 'platform', ...house.pids() }))
        await untilStopped(terminal)
      } finally {
        await house.stop()
      }
    } finally {
      if (temporary) await rm(temporary, { recursive: true, force: true })
    }
    return EXIT.ok
  },
})

/** The children's own logs are for whoever looks for a fault; what they warn of by a code is for everybody. */
export const logTo =
  (terminal: Terminal) =>
  (name: string, line: string): void => {
    if (terminal.env.DEED_DEBUG === '1') terminal.err(terminal.style('dim', `${name}: ${line}`))
    else {
      const entry = entryOf(line)
      if (!entry) terminal.err(terminal.style('dim', `${name}: ${line}`))
      else if (entry.level !== 'info' && entry.code)
        terminal.err(terminal.style('yellow', `${entry.code}: ${entry.message}`))
    }
  }

/** A line of a child's log; what Node itself prints when a process dies is none, though it may begin like one. */
const entryOf = (line: string): Record<string, string> | undefined => {
  try {
    return line.startsWith('{') ? JSON.parse(line) : undefined
  } catch {
    return undefined
  }
}

export const untilStopped = ({ stop }: Terminal): Promise<void> =>
  new Promise((resolve) => {
    if (stop.aborted) resolve()
    else stop.addEventListener('abort', () => resolve(), { once: true })
  })

const announce = async (
  { url, pids, chainId, fork }: House,
  options: { readonly json: boolean | undefined; readonly 'no-keeper': boolean | undefined },
  folder: string | undefined,
  t: Terminal,
): Promise<void> => {
  const ask = asking(url)
  const accounts = (await ask('eth_accounts')) as string[]
  const block = Number(await ask('eth_blockNumber'))
  const { platform } = pids()
  const keeperAccount =
    platform && !options['no-keeper']
      ? t.env.DEED_KEEPER_KEY
        ? 'of DEED_KEEPER_KEY'
        : DEV_KEEPER
      : undefined
  if (options.json) {
    const ready = { event: 'ready', url, chainId, fork, accounts, block, folder: folder ?? null }
    t.out(JSON.stringify({ ...ready, ...(keeperAccount && { keeper: keeperAccount }), ...pids() }))
    return
  }
  t.out(
    [
      '',
      `  ${t.style('bold', 'Deed')} is ready at ${t.style(['bold', 'underline'], url)}`,
      '',
      `  JSON-RPC and WebSocket${platform ? ', in a browser the page, /api' : ''}; chain id ${chainId}`,
      ...(fork
        ? [`  fork      of chain ${fork.chainId} at block ${fork.blockNumber}, read from ${fork.url}`]
        : []),
      `  chain     ${folder === undefined ? 'in memory: it ends with this command' : `${block === 0 ? 'new' : `goes on at block ${block}`}, kept in ${folder}`}`,
      ...(await blocksLine(ask)),
      `  keeper    ${keeperAccount ?? 'none'}`,
      '',
      '  accounts  10,000 ETH each, of the mnemonic "test test test test test test test test test test test junk"',
      t.style('yellow', '            whose private keys everybody knows: never send them anything of worth'),
      ...accounts.map((address, i) => `  (${i})       ${address}`),
      '',
      '  Watch a lease perform itself:',
      `  npx deed perform examples/lease --rpc ${url}`,
      '',
      t.style('dim', '  Ctrl-C ends it.'),
    ].join('\n'),
  )
}

type Ask = (method: string) => Promise<unknown>

/** When blocks come, where that is not at once: a chain from a folder may have been told so long ago. */
const blocksLine = async (ask: Ask): Promise<string[]> => {
  const seconds = await ask('anvil_getIntervalMining')
  if (seconds) return [`  blocks    every ${seconds} s`]
  return (await ask('anvil_getAutomine')) ? [] : ['  blocks    only when asked for: automine is off']
}

const asking =
  (url: string): Ask =>
  async (method) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: [] }),
    })
    return ((await response.json()) as { result?: unknown }).result
  }
