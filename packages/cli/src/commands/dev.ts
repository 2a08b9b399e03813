import { rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { command } from '../command.ts'
import { CommandError, EXIT } from '../fault.ts'
import { flag, number, text, texts } from '../options.ts'
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
    '[--port N] [--host ADDRESS] [--allow-host NAME …] [--block-time S] [--fork-url URL] [--no-platform] [--data DIR] [--json]',
  about: [
    'Runs an empty development chain with its keeper and its page, all on one port, until Ctrl-C. The ten accounts of',
    'the well-known mnemonic own 10,000 ETH each. Chain and platform are two processes: either may die and comes back.',
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
    ...FORK_OPTIONS,
    data: text('DIR', 'folder of the platform’s database; default: a temporary one'),
    json: flag('one JSON object a line instead of text'),
  },
  examples: [
    ['npx deed dev', 'chain, keeper and page at http://127.0.0.1:8545'],
    ['npx deed dev --port 0 --block-time 2', 'on a free port, a block every two seconds'],
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
    const fork = forkOf(options, terminal, resolve(terminal.folder, '.deed'))
    if (chainId !== DEV_CHAIN_ID && !fork) {
      throw new CommandError(
        'DEED_DEV_MNEMONIC',
        `The accounts of \`deed dev\` come from the well-known mnemonic, whose keys everybody has; they are refused on chain id ${chainId}. Leave --chain-id out, for ${DEV_CHAIN_ID}.`,
      )
    }
    const temporary = options.data === undefined ? await temporaryFolder('dev') : undefined
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
          dataFolder: resolve(terminal.folder, options.data ?? temporary!),
          fork,
          platform: !options['no-platform'],
          keeper: !options['no-keeper'],
        },
        { say, log: logTo(terminal) },
      )
      try {
        await announce(house, options.json === true, !options['no-keeper'], terminal)
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
  json: boolean,
  keeper: boolean,
  t: Terminal,
): Promise<void> => {
  const accounts = await accountsOf(url)
  const { platform } = pids()
  const keeperAccount =
    platform && keeper ? (t.env.DEED_KEEPER_KEY ? 'of DEED_KEEPER_KEY' : DEV_KEEPER) : undefined
  if (json) {
    const more = keeperAccount && { keeper: keeperAccount }
    t.out(JSON.stringify({ event: 'ready', url, chainId, accounts, fork, ...more, ...pids() }))
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

const accountsOf = async (url: string): Promise<string[]> => {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_accounts', params: [] }),
  })
  return ((await response.json()) as { result?: string[] }).result ?? []
}
