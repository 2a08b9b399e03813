/** The options by which `deed dev` forks another chain. */
import type { ProcessForkOptions } from '@deed/chain/server'
import { usageError } from '../fault.ts'
import { flag, number, text, texts, type Values } from '../options.ts'
import type { Terminal } from '../terminal.ts'

const BIG = { min: 0, max: Number.MAX_SAFE_INTEGER }

export const FORK_OPTIONS = {
  'fork-url': text(
    'URL',
    'fork the chain that answers there; better in DEED_FORK_URL, where nobody sees the key in it',
  ),
  'fork-block': number('N', 'the block to fork at; default: the newest', BIG),
  'fork-chain-id': number('N', 'id of the fork’s own chain; default: the origin’s', { ...BIG, min: 1 }),
  'fork-headers': texts(
    'NAME:VALUE',
    'a header for the origin; may be repeated; or lines in DEED_FORK_HEADERS',
  ),
  'fork-retries': number('N', 'how often the origin is asked again; default 5', { min: 0, max: 100 }),
  'no-fork-cache': flag('keep nothing of what is read; default: in .deed/forks'),
} as const

/** A fork as the chain process is told of it: what may be seen, and what only its environment holds. */
export interface HouseFork {
  readonly options: ProcessForkOptions
  readonly env: Readonly<Record<string, string>>
  /** Where what is read is kept. */
  readonly cacheFolder?: string | undefined
}

export const forkOf = (
  options: Values<typeof FORK_OPTIONS> & { readonly 'chain-id': number | undefined },
  { env }: Terminal,
): HouseFork | undefined => {
  const url = options['fork-url'] ?? env.DEED_FORK_URL
  if (!url) {
    const alone = Object.keys(FORK_OPTIONS).find((name) => {
      const value = options[name as keyof typeof FORK_OPTIONS]
      return Array.isArray(value) ? value.length > 0 : value !== undefined
    })
    if (alone === undefined) return undefined
    throw usageError(
      'DEED_BAD_OPTION',
      `--${alone} says something of a fork, and there is none. Give the origin's address with --fork-url URL or DEED_FORK_URL.`,
    )
  }
  const headers = [...(env.DEED_FORK_HEADERS?.split('\n') ?? []), ...options['fork-headers']]
  const { 'fork-block': blockNumber, 'fork-retries': retries } = options
  const chainId = options['fork-chain-id'] ?? options['chain-id']
  return {
    options: {
      ...(blockNumber !== undefined && { blockNumber }),
      ...(chainId !== undefined && { chainId: String(chainId) }),
      ...(retries !== undefined && { retries }),
    },
    env: { DEED_FORK_URL: url, DEED_FORK_HEADERS: headers.join('\n') },
  }
}
