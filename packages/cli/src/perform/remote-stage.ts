/** A development chain behind a URL, such as `deed dev`, with its own keeper if it has one. */
import { setTimeout as sleep } from 'node:timers/promises'
import { deedAbi } from '@deed/agreement'
import { BaseError, createWalletClient, HttpRequestError, http, RpcRequestError, TimeoutError } from 'viem'
import { z } from 'zod'
import { CommandError } from '../fault.ts'
import { DEV_KEEPER } from '../supervise/keeper-account.ts'
import { devAccount } from './cast.ts'
import type { Agreement } from './folder.ts'
import { startKeeper } from './keeper.ts'
import type { Play } from './play.ts'
import { type Chain, clientOn, DEV_CHAIN_ID, headTime, type Stage } from './stage.ts'

const REQUEST_TIMEOUT_MS = 10_000
/** A platform that is just starting is ready within 3 s on a quiet machine. */
const PLATFORM_TIMEOUT_MS = 60_000
const PLATFORM_POLL_MS = 100
/** How long a keeper may take for one instant before we take it for dead. */
const KEEPER_TIMEOUT_MS = 30_000
const KEEPER_POLL_MS = 25
/** Years of gas on a development chain. */
const KEEPER_NEEDS_WEI = 10n ** 18n

export const remoteStage = async (url: string, agreement: Agreement): Promise<Stage> => {
  // One request may wait for a block; a failed one is not repeated, since it may have moved the clock.
  const transport = http(url, { batch: true, retryCount: 0, timeout: REQUEST_TIMEOUT_MS })
  const { client, chain } = clientOn(transport)
  const chainId = await client.getChainId().catch((cause) => {
    throw new CommandError(
      'DEED_CHAIN_AWAY',
      `No chain answers at ${url}. Start one with \`npx deed dev\`, or correct --rpc.`,
      { cause },
    )
  })
  if (chainId !== DEV_CHAIN_ID) {
    throw new CommandError(
      'DEED_WRONG_CHAIN',
      `The chain at ${url} has id ${chainId}. Scripted parties use the public development keys, which only chain ${DEV_CHAIN_ID} may have.`,
    )
  }
  await client.request({ method: 'evm_increaseTime', params: ['0x0'] } as never).catch((cause) => {
    throw new CommandError(
      'DEED_NO_DEV_METHODS',
      `The chain at ${url} has no evm_increaseTime. Performing a script moves the chain's time, which only a development chain allows: use the URL of \`deed dev\`, or leave --rpc out.`,
      { cause },
    )
  })
  const health = await healthOf(url)
  if (health) await register(url, agreement)
  const base = { client, chain, transport }
  if (!health || health.keeper === 'off') {
    // A chain that refuses this says so more plainly of what comes next.
    await fundKeeper(base).catch(() => {})
    const keeper = await startKeeper(transport)
    return { ...base, keeperIsOurs: true, settle: keeper.settle, close: keeper.close }
  }
  const stage: Stage = {
    ...base,
    keeperIsOurs: false,
    settle: (plays) => untilIdle(stage, plays),
    close: async () => {},
  }
  return stage
}

/** What to say when a chain that answered at first does so no more; undefined if the error is about something else. */
export const chainFault = (error: unknown, url: string | undefined): CommandError | undefined => {
  if (url === undefined || !(error instanceof BaseError)) return undefined
  const away = error.walk((e) => e instanceof HttpRequestError || e instanceof TimeoutError)
  if (!away) return refusedBy(error, url)
  return new CommandError(
    'DEED_CHAIN_AWAY',
    `The chain at ${url} answers no more. See what \`deed dev\` says there, and perform again.`,
    { cause: error },
  )
}

/** A refusal by the chain itself: most often somebody else's transaction has taken a nonce of the same account. */
const refusedBy = (error: BaseError, url: string): CommandError | undefined => {
  const refusal = error.walk((e) => e instanceof RpcRequestError) as RpcRequestError | null
  if (!refusal) return undefined
  return new CommandError(
    'DEED_CHAIN_REFUSED',
    `The chain at ${url} refused a request: ${refusal.details}. The parties are its development accounts and the time is its own: perform one thing at a time there, or leave --rpc out.`,
    { cause: error },
  )
}

/** Other development chains give the keeper of ours nothing to pay gas with. */
const fundKeeper = async (chain: Chain): Promise<void> => {
  const { client, chain: description, transport } = chain
  if ((await client.getBalance({ address: DEV_KEEPER })) > KEEPER_NEEDS_WEI) return
  const wallet = createWalletClient({ account: devAccount(0), chain: description, transport })
  const hash = await wallet.sendTransaction({ to: DEV_KEEPER, value: KEEPER_NEEDS_WEI * 10n })
  await client.waitForTransactionReceipt({ hash, timeout: REQUEST_TIMEOUT_MS })
}

const healthSchema = z.object({ keeper: z.string() })

/** The platform's health, or undefined if the URL has no platform. One that is just starting is waited for. */
const healthOf = async (url: string) => {
  const giveUpMs = performance.now() + PLATFORM_TIMEOUT_MS
  for (;;) {
    const response = await fetch(new URL('/api/health', url), {
      // The chain holds the request back while its platform starts.
      signal: AbortSignal.timeout(PLATFORM_TIMEOUT_MS),
    }).catch(() => undefined)
    if (response?.ok) {
      const health = healthSchema.safeParse(await response.json().catch(() => undefined))
      // Until its first look at the chain the keeper does not know whether it may act.
      if (!health.success || health.data.keeper !== 'away') return health.data
    } else if (response?.status !== 502 && response?.status !== 503) return undefined
    if (performance.now() > giveUpMs) {
      throw new CommandError(
        'DEED_PLATFORM_AWAY',
        `The platform behind ${url} has not answered for ${PLATFORM_TIMEOUT_MS / 1000} s. See what \`deed dev\` says, or run it with --no-platform.`,
      )
    }
    await sleep(PLATFORM_POLL_MS)
  }
}

/** Tells the platform the outline, so that pages and logs speak in the words of the text. */
export const register = async (
  url: string,
  { outline, text, abi }: Pick<Agreement, 'outline' | 'text' | 'abi'>,
): Promise<void> => {
  const response = await fetch(new URL('/api/agreements', url), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ outline, text, abi }),
    signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
  })
  if (response.ok) return
  const said = await response.text()
  throw new CommandError(
    'DEED_NOT_REGISTERED',
    `The platform at ${url} refused the agreement with status ${response.status}: ${said.slice(0, 300)}. Correct the outline.`,
  )
}

/** Waits until somebody else's keeper has called what is due and paid out what was credited. */
const untilIdle = async (stage: Stage, plays: readonly Play[]): Promise<void> => {
  const giveUpMs = performance.now() + KEEPER_TIMEOUT_MS
  for (;;) {
    const busy = await Promise.all(plays.map((play) => isBusy(stage, play)))
    if (!busy.includes(true)) return
    if (performance.now() > giveUpMs) {
      throw new CommandError(
        'DEED_KEEPER_STOPPED',
        `The deed ${plays[busy.indexOf(true)]!.deed} has something due, and the keeper has not called it for ${KEEPER_TIMEOUT_MS / 1000} s. See /api/keeper for what it says, or perform without --rpc.`,
      )
    }
    await sleep(KEEPER_POLL_MS)
  }
}

/** All questions at once, which the transport sends as one batch. */
const isBusy = async (stage: Stage, { deed: address, cast, tokens }: Play): Promise<boolean> => {
  const { client } = stage
  const contract = { address, abi: deedAbi } as const
  const pairs = [...cast.accounts.values()].flatMap((account) =>
    [...tokens.values()].map((token) => [account.address, token] as const),
  )
  const [now, [, due], ...free] = await Promise.all([
    headTime(stage),
    client.readContract({ ...contract, functionName: 'due' }),
    ...pairs.map((args) => client.readContract({ ...contract, functionName: 'balanceOf', args })),
  ])
  return due <= now || free.some((amount) => amount > 0n)
}
