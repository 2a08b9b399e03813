import { rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Entry, Scenario } from '@deed/agreement'
import { command } from '../command.ts'
import { EXIT } from '../fault.ts'
import { flag, number } from '../options.ts'
import { balancesOf, decimalsOf } from '../perform/balance.ts'
import { castOf } from '../perform/cast.ts'
import { entriesOf } from '../perform/entries.ts'
import { type Agreement, readAgreement } from '../perform/folder.ts'
import { addMonths, type Day, dayOf, instantOf, isoOf, isoTime } from '../perform/instant.ts'
import { formatMoney } from '../perform/money.ts'
import { deployPlay, type Play } from '../perform/play.ts'
import { remoteStage } from '../perform/remote-stage.ts'
import { type Entrance, run } from '../perform/run.ts'
import { headTime, type Stage, travel } from '../perform/stage.ts'
import { endow } from '../perform/token.ts'
import { openHouse } from '../supervise/house.ts'
import { temporaryFolder } from '../temporary.ts'
import type { Terminal } from '../terminal.ts'
import { DEFAULT_HOST, DEFAULT_PORT, logTo, untilStopped } from './dev.ts'

/** The chain's time at the beginning: early enough for the first lease to be signed. */
const GENESIS_SECONDS = Date.UTC(2027, 0, 1) / 1000
const SECONDS_PER_MONTH = (365.25 / 12) * 86_400
/** A block at least each week, so that time is seen to pass. */
const TICK_SECONDS = 7 * 86_400
/** Each lease begins so long after the one before. */
const MONTHS_BETWEEN = 2
/** The deed lies there for its parties to read before they sign. */
const READING_SECONDS = 3 * 86_400

export const start = command({
  name: 'start',
  usage: '[--port N] [--month-seconds S] [--once]',
  about: [
    'Runs the example on a chain of its own: one lease after another is deployed, signed, paid and closed, a month every',
    'few seconds, with nobody pressing a button. Afterwards it stays in the foreground, until Ctrl-C.',
  ].join('\n'),
  positionals: { min: 0, max: 0 },
  options: {
    port: number('N', `default ${DEFAULT_PORT}; 0 takes any that is free`, { min: 0, max: 65_535 }),
    'month-seconds': number('S', 'how long a month takes; default 4', { min: 0, max: 3600, fraction: true }),
    once: flag('end when the last lease has ended'),
  },
  examples: [
    ['npx deed start', 'what `npm start` does'],
    ['npx deed start --port 8600 --month-seconds 1', 'elsewhere, and faster'],
  ],
  run: async (options, _, terminal) => {
    const agreement = await readAgreement(exampleFolder())
    const dataFolder = await temporaryFolder('start')
    try {
      const house = await openHouse(
        {
          host: DEFAULT_HOST,
          allowedHosts: [],
          port: options.port ?? DEFAULT_PORT,
          chainId: 31337,
          genesisTime: GENESIS_SECONDS,
          dataFolder,
          platform: true,
          keeper: true,
        },
        { say: terminal.err, log: logTo(terminal) },
      )
      try {
        terminal.out(
          `\n  ${terminal.style('bold', 'Deed')} is ready at ${terminal.style(['bold', 'underline'], house.url)}`,
        )
        terminal.out(
          terminal.style('dim', '  Open it in a browser: leases perform themselves there. Ctrl-C ends it.\n'),
        )
        await Promise.race([house.platformReady, untilStopped(terminal)])
        if (terminal.stop.aborted) return EXIT.ok
        const played = playAll(house.url, agreement, options['month-seconds'] ?? 4, terminal)
        await Promise.race([played, house.chainLost])
        if (!options.once && !terminal.stop.aborted) {
          terminal.out('  The chain goes on by the clock; Ctrl-C ends it.')
          await untilStopped(terminal)
        }
      } finally {
        await house.stop()
      }
    } finally {
      await rm(dataFolder, { recursive: true, force: true })
    }
    return EXIT.ok
  },
})

const exampleFolder = (): string =>
  join(dirname(fileURLToPath(import.meta.resolve('@deed/contracts/package.json'))), '../examples/lease')

const playAll = async (url: string, agreement: Agreement, monthSeconds: number, terminal: Terminal) => {
  const stage = await remoteStage(url, agreement)
  // From here on the chain's clock goes on from its first block, whatever the year on the wall.
  await travel(stage, GENESIS_SECONDS + 1)
  const diary = diaryOf(stage, agreement, terminal)
  try {
    const cast = castOf(agreement.outline)
    const tokens = await endow(stage, agreement, agreement.scenarios, cast)
    const first = dayOf(agreement.scenarios[0]!.terms.start!)!
    const enter = (scenario: Scenario, start: string) => () =>
      deployPlay({ stage, agreement, scenario, cast, tokens, terms: { start }, postpone: false })
    const plays = await run(stage, agreement.scenarios.map(entranceAfter(first, enter)), {
      pace: paceOf(stage, monthSeconds, diary.turn, terminal.stop),
      report: diary.note,
      signal: terminal.stop,
    })
    if (terminal.stop.aborted) return
    diary.turn(Number.POSITIVE_INFINITY)
    await balancesOf(stage, plays)
    terminal.out(`\n  All ${plays.length} leases have ended, and every unit of money is accounted for.`)
  } finally {
    await stage.close()
  }
}

/** When the deed of a scenario comes in: on its own day of the month, but two months after the one before. */
const entranceAfter =
  (first: Day, enter: (scenario: Scenario, start: string) => Entrance['enter']) =>
  (scenario: Scenario, index: number): Entrance => {
    const own = dayOf(scenario.terms.start!)!
    const start = addMonths(own, monthOf(first) + index * MONTHS_BETWEEN - monthOf(own))
    return { time: instantOf(scenario.signed, start) - READING_SECONDS, enter: enter(scenario, isoOf(start)) }
  }

/** Months since the year 0. */
const monthOf = (day: Day): number => {
  const [year, month] = isoOf(day).split('-').map(Number)
  return year! * 12 + month!
}

/** Lets real time pass with the chain's: `monthSeconds` for each month, with a block each week. */
const paceOf =
  (stage: Stage, monthSeconds: number, turn: (time: number) => void, signal: AbortSignal) =>
  async (to: number): Promise<void> => {
    let at = await headTime(stage)
    while (at < to && !signal.aborted) {
      const next = Math.min(to, at - (at % TICK_SECONDS) + TICK_SECONDS)
      await sleep(((next - at) / SECONDS_PER_MONTH) * monthSeconds * 1000, undefined, { signal }).catch(
        () => {},
      )
      if (next < to && !signal.aborted) await travel(stage, next)
      turn(next)
      at = next
    }
  }

/** What happened, told in one line a month. */
const diaryOf = (stage: Stage, { outline }: Agreement, terminal: Terminal) => {
  const readers = new Map<Play, () => Promise<Entry[]>>()
  let month = ''
  let paid = new Map<string, bigint>()
  let news: string[] = []
  const ended = new Set<Play>()

  const note = async (play: Play) => {
    if (!readers.has(play)) readers.set(play, entriesOf(stage, play))
    for (const { what, amount, token, by } of await readers.get(play)!()) {
      if (what === 'pay' && token) paid.set(token, (paid.get(token) ?? 0n) + amount!)
      if (what === 'ended') ended.add(play)
      if (NEWS[what]) news.push(`${play.scenario.name}: ${NEWS[what](by ?? '')}`)
    }
  }
  const turn = (time: number) => {
    const now = Number.isFinite(time) ? isoTime(time).slice(0, 7) : ''
    if (now === month) return
    if (month !== '') {
      const money = [...paid].map(
        ([token, sum]) => `${formatMoney(sum, decimalsOf(outline, token))} ${token} paid`,
      )
      const running = `${readers.size - ended.size} running`.padEnd(10)
      terminal.out(
        `  ${terminal.style('bold', month)}  ${running}  ${[money.join(', ').padEnd(22), ...news].join('  ')}`.trimEnd(),
      )
    }
    month = now
    paid = new Map()
    news = []
  }
  return { note, turn }
}

/** What is worth a word among rents and fees. */
const NEWS: Record<string, (by: string) => string> = {
  begun: () => 'signed',
  breached: (by) => `${by} did not pay`,
  terminate: (by) => `${by} terminates`,
  'give-notice': (by) => `${by} gives notice`,
  claim: (by) => `${by} claims damage`,
  dispute: (by) => `${by} disputes`,
  rule: (by) => `${by} rules`,
  decline: (by) => `${by} declines`,
  ended: () => 'ended',
}
