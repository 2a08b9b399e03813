/**
 * Ten deeds live through a year at once, while the keepers that call them are killed again and again. Nothing may be missed
 * or done twice, and every party must own in the end what it owns when nobody disturbs the keeper.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { deedAbi, type Scenario } from '@deed/agreement'
import { createDevNode, DEV_PRIVATE_KEYS, LOCAL } from '@deed/chain'
import { startServer } from '@deed/chain/server'
import { openPlatform } from '@deed/platform'
import { type Hex, http, parseEventLogs, toHex } from 'viem'
import { balancesOf } from '../../packages/cli/src/perform/balance.ts'
import { castOf } from '../../packages/cli/src/perform/cast.ts'
import { type Agreement, readAgreement } from '../../packages/cli/src/perform/folder.ts'
import { addMonths, dayOf, instantOf, isoOf } from '../../packages/cli/src/perform/instant.ts'
import { deployPlay, type Play } from '../../packages/cli/src/perform/play.ts'
import { run } from '../../packages/cli/src/perform/run.ts'
import { clientOn, headTime, type Stage, travel } from '../../packages/cli/src/perform/stage.ts'
import { endow } from '../../packages/cli/src/perform/token.ts'
import { createRandom } from './random.ts'

const GENESIS_SECONDS = Date.UTC(2027, 0, 1) / 1000
/** Accounts of the mnemonic that no party plays. */
const KEEPER_KEYS: readonly Hex[] = [7, 8].map((index) => toHex(DEV_PRIVATE_KEYS[index]!))
const POLL_MS = 25
/** A keeper is killed so soon after something fell due: before it has seen it, while it works, or afterwards. */
const MOST_DELAY_MS = 80
/** A machine that does nothing for so long has lost its keeper. */
const GIVE_UP_MS = 120_000

/** What a year has come to. */
export interface Year {
  /** `deed 3: clause 4 at 1806537600`, for each timer that ran. */
  readonly elapsed: readonly string[]
  /** By party, in smallest units. */
  readonly balances: Readonly<Record<string, Readonly<Record<string, string>>>>
  readonly kills: number
}

export interface Disturbance {
  /** Where keepers have their databases. */
  readonly folder: string
  /** One or two keepers at once. */
  readonly keepers: number
  /** No more than so many. */
  readonly kills: number
  readonly seed: number
  readonly onKill?: (kills: number) => void
  readonly isStopped?: () => boolean
}

/** @param disturbance none: a keeper in this process does what is due, and nobody kills it. */
export const liveAYear = async (deeds: number, disturbance?: Disturbance): Promise<Year> => {
  const node = await createDevNode({
    genesisTime: BigInt(GENESIS_SECONDS),
    wallTime: () => BigInt(GENESIS_SECONDS),
  })
  const server = await startServer({ node, principal: LOCAL, port: 0 })
  const transport = http(server.url, { batch: true, retryCount: 0 })
  const crew = disturbance ? hire(server.url, disturbance) : undefined
  const platform = disturbance
    ? undefined
    : await openPlatform({ transport, keeper: { key: KEEPER_KEYS[0]! } })
  const stage: Stage = {
    ...clientOn(transport),
    transport,
    keeperIsOurs: false,
    settle: async (plays) => {
      if (platform) return platform.settle()
      crew!.threaten()
      await untilIdle(stage, plays)
    },
    close: async () => {},
  }
  try {
    const agreement = await readAgreement(fileURLToPath(new URL('../../examples/lease', import.meta.url)))
    const plays = await playAll(stage, agreement, deeds)
    const elapsed = await Promise.all(plays.map((play, i) => elapsedOf(stage, play, i)))
    const balances = await balancesOf(stage, plays)
    const shown = Object.entries(balances).map(([who, amounts]) => [
      who,
      Object.fromEntries(Object.entries(amounts).map(([token, amount]) => [token, String(amount)])),
    ])
    return { elapsed: elapsed.flat(), balances: Object.fromEntries(shown), kills: crew?.kills() ?? 0 }
  } finally {
    await crew?.dismiss()
    await platform?.close()
    await server.close()
    await node.close()
  }
}

/** What is in one list and not, or not as often, in the other. */
export const surplus = (list: readonly string[], other: readonly string[]): string[] => {
  const left = [...other]
  return list.filter((each) => {
    const at = left.indexOf(each)
    if (at >= 0) left.splice(at, 1)
    return at < 0
  })
}

const playAll = async (stage: Stage, agreement: Agreement, deeds: number): Promise<Play[]> => {
  const scenarios = Array.from(
    { length: deeds },
    (_, i) => agreement.scenarios[i % agreement.scenarios.length]!,
  )
  const cast = castOf(agreement.outline)
  const tokens = await endow(stage, agreement, scenarios, cast)
  const entranceOf = (scenario: Scenario, i: number) => {
    // Each begins on a day of its own, and all run side by side.
    const start = addMonths(dayOf(scenario.terms.start!)!, i % 2) + i
    const terms = { start: isoOf(start) }
    const enter = () => deployPlay({ stage, agreement, scenario, cast, tokens, terms, postpone: false })
    return { time: instantOf(scenario.signed, start) - 3600 + i, enter }
  }
  const entrances = scenarios.map(entranceOf).sort((a, b) => a.time - b.time)
  await travel(stage, GENESIS_SECONDS + 1)
  return run(stage, entrances, { report: async () => {} })
}

const elapsedOf = async ({ client }: Stage, { deed, since }: Play, index: number): Promise<string[]> => {
  const logs = await client.getLogs({ address: deed, fromBlock: since, toBlock: 'latest' })
  return parseEventLogs({ abi: deedAbi, logs, eventName: 'Elapsed' }).map(
    ({ args }) => `deed ${index}: clause ${args.clause} at ${args.time}`,
  )
}

const untilIdle = async (stage: Stage, plays: readonly Play[]): Promise<void> => {
  const giveUpMs = performance.now() + GIVE_UP_MS
  // Asked sparingly: the chain that answers is in this process, and the keepers wait for it.
  for (;;) {
    if (!(await isDue(stage, plays)) && !(await isOwed(stage, plays))) return
    if (performance.now() > giveUpMs) throw new Error('No keeper has done what is due for two minutes.')
    await sleep(POLL_MS)
  }
}

const isDue = async (stage: Stage, plays: readonly Play[]): Promise<boolean> => {
  const now = await headTime(stage)
  const dues = await Promise.all(
    plays.map(({ deed: address }) =>
      stage.client.readContract({ abi: deedAbi, address, functionName: 'due' }),
    ),
  )
  return dues.some(([, due]) => due <= now)
}

/** Whether something that has become a party's own waits to be sent to it. */
const isOwed = async (stage: Stage, plays: readonly Play[]): Promise<boolean> => {
  const asked = plays.flatMap(({ deed: address, cast, tokens }) =>
    [...cast.accounts.values()].flatMap((account) =>
      [...tokens.values()].map((token) =>
        stage.client.readContract({
          abi: deedAbi,
          address,
          functionName: 'balanceOf',
          args: [account.address, token],
        }),
      ),
    ),
  )
  return (await Promise.all(asked)).some((amount) => amount > 0n)
}

/** Keepers in processes of their own: whoever is killed comes back. */
const hire = (url: string, { folder, keepers, kills: most, seed, onKill, isStopped }: Disturbance) => {
  const random = createRandom(seed)
  const child = fileURLToPath(new URL('./keeper-child.ts', import.meta.url))
  let dismissed = false
  let kills = 0
  const start = (index: number): ChildProcess => {
    const args = [child, url, join(folder, `keeper-${index}`), KEEPER_KEYS[index]!]
    return spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  }
  const staff = Array.from({ length: keepers }, (_, index) => {
    const own = { process: start(index), isReady: false }
    const watch = () => {
      own.process.stdout!.on('data', () => {
        own.isReady = true
      })
      own.process.on('exit', () => {
        own.isReady = false
        if (dismissed) return
        own.process = start(index)
        watch()
      })
    }
    watch()
    return own
  })
  let threat: NodeJS.Timeout | undefined
  return {
    kills: () => kills,
    /** Something may be due from now on: a good moment to kill whoever sees to it. */
    threaten: () => {
      if (kills >= most || threat || isStopped?.()) return
      const victim = staff[random(staff.length)]!
      threat = setTimeout(() => {
        threat = undefined
        // One that is still starting is killed too, now and then; else none would ever come to work.
        if (!victim.isReady && random(4) > 0) return
        if (!victim.process.kill('SIGKILL')) return
        kills++
        onKill?.(kills)
      }, random(MOST_DELAY_MS))
    },
    dismiss: async () => {
      dismissed = true
      clearTimeout(threat)
      await Promise.all(
        staff.map(async ({ process: each }) => {
          if (each.exitCode !== null || each.signalCode !== null) return
          const gone = once(each, 'exit')
          each.kill('SIGKILL')
          await gone
        }),
      )
    },
  }
}
