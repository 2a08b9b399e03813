import type { Entry } from '@deed/agreement'
import { command } from '../command.ts'
import { CommandError, EXIT, usageError } from '../fault.ts'
import { flag, instant, text, texts, url } from '../options.ts'
import { balancesOf, shownBalances } from '../perform/balance.ts'
import { castOf } from '../perform/cast.ts'
import { entriesOf, refusedEntry } from '../perform/entries.ts'
import { type Agreement, chooseScenarios, readAgreement } from '../perform/folder.ts'
import { pendingOf } from '../perform/pending.ts'
import { deployPlay, read } from '../perform/play.ts'
import { closing, entryJson, entryLines, opening } from '../perform/print.ts'
import { privateStage } from '../perform/private-stage.ts'
import { chainFault, remoteStage } from '../perform/remote-stage.ts'
import { run } from '../perform/run.ts'
import { signingTime } from '../perform/signing.ts'
import { headTime, type Stage, shownTime } from '../perform/stage.ts'
import { endow } from '../perform/token.ts'
import type { Terminal } from '../terminal.ts'

export const perform = command({
  name: 'perform',
  usage: 'PATH [--scenario NAME|all] [--term NAME=VALUE …] [--rpc URL] [--until DATE] [--json] [--list]',
  about: [
    'Performs the agreement in a folder: compiles and deploys it, lets its parties sign, then advances time from',
    'one event to the next while the keeper acts and the parties do what a scenario says. It ends by checking that',
    'every unit of money is accounted for. Without --rpc it runs on a chain of its own, in memory, from 2027-01-01;',
    'two runs give the same blocks.',
  ].join('\n'),
  positionals: { min: 1, max: 1 },
  options: {
    scenario: text('NAME', 'which scenario, or "all"; default: the first'),
    term: texts('NAME=VALUE', 'a term instead of the scenario’s: rent="1,500 USDC"; may be repeated'),
    rpc: url('URL', 'perform on this development chain instead of a private one'),
    until: instant('DATE', 'stop at the first second of that day (UTC), and say what is pending'),
    json: flag('one JSON object a line for each event, and a last one with the balances'),
    list: flag('only list the scenarios'),
  },
  examples: [
    ['npx deed perform examples/lease', 'the first scenario, as a table'],
    ['npx deed perform examples/lease --scenario all --json', 'every scenario, as JSON lines'],
    [
      'npx deed perform examples/lease --term rent="1,500 USDC" --until 2027-06-01',
      'other terms, the first months',
    ],
    ['npx deed perform examples/lease --rpc http://127.0.0.1:8545', 'on a chain that `deed dev` runs'],
  ],
  run: async (options, [path], terminal) => {
    const terms = Object.fromEntries(options.term.map(termOf))
    const agreement = await readAgreement(path!)
    if (options.list) return list(agreement, options.json === true, terminal)
    for (const scenario of chooseScenarios(agreement, options.scenario)) {
      const stage = options.rpc ? await remoteStage(options.rpc, agreement) : await privateStage()
      try {
        await performOne(stage, agreement, scenario, { ...options, terms }, terminal)
      } catch (error) {
        throw chainFault(error, options.rpc) ?? error
      } finally {
        await stage.close()
      }
    }
    return EXIT.ok
  },
})

interface Wishes {
  readonly terms: Readonly<Record<string, string>>
  readonly rpc: string | undefined
  readonly until: number | undefined
  readonly json: boolean | undefined
}

const performOne = async (
  stage: Stage,
  agreement: Agreement,
  scenario: Agreement['scenarios'][number],
  { terms, rpc, until, json }: Wishes,
  terminal: Terminal,
): Promise<void> => {
  const { outline } = agreement
  const now = await headTime(stage)
  if (until !== undefined && until <= now) {
    throw new CommandError(
      'DEED_DATE_PAST',
      `--until ${shownTime(until)} is not after ${shownTime(now)}, the chain's present. Choose a later date.`,
    )
  }
  const cast = castOf(outline)
  const tokens = await endow(stage, agreement, [scenario], cast)
  let next: (() => Promise<Entry[]>) | undefined
  const enter = async () => {
    const play = await deployPlay({
      stage,
      agreement,
      scenario,
      cast,
      tokens,
      terms,
      postpone: rpc !== undefined,
    })
    if (!json) terminal.out(opening(play, terminal))
    next = entriesOf(stage, play)
    return play
  }
  const [play] = await run(stage, [{ time: now, enter }], {
    ...(until !== undefined && { until }),
    signal: terminal.stop,
    report: async (play, refused) => {
      const entries = [...(await next!()), ...(refused ? [refusedEntry(refused)] : [])]
      const lines = json
        ? entries.map((entry) => entryJson(entry, outline, scenario.name))
        : entryLines(entries, play, terminal)
      for (const line of lines) terminal.out(line)
    },
  })
  if (terminal.stop.aborted || !play) throw new CommandError('DEED_STOPPED', 'Stopped before the end.')
  const balances = await balancesOf(stage, [play])
  const isBegun = await read(stage, play, 'begun')
  const pending = until === undefined ? [] : await pendingOf(stage, play)
  if (json) {
    const shown = shownBalances(balances, outline)
    const { hash: head } = await stage.client.getBlock()
    const rest = until === undefined ? {} : { pending }
    terminal.out(JSON.stringify({ balances: shown, conserved: true, head, scenario: scenario.name, ...rest }))
    return
  }
  terminal.out(closing(balances, play, terminal))
  if (!isBegun) terminal.out(`\nNobody is bound yet: the parties sign at ${shownTime(signingTime(play))}.`)
  for (const { clause, name, due, may, otherwise } of pending) {
    terminal.out(
      `\n${terminal.style('bold', `${clause}. ${name}`)} waits until ${due.replace('T', ' ').replace('Z', ' UTC')}`,
    )
    for (const sentence of may) terminal.out(`  ${sentence}`)
    for (const sentence of otherwise) terminal.out(terminal.style('dim', `  then: ${sentence}`))
  }
}

const list = ({ scenarios }: Agreement, json: boolean, terminal: Terminal): number => {
  const width = Math.max(...scenarios.map(({ name }) => name.length))
  for (const { name, about, terms, until } of scenarios) {
    terminal.out(json ? JSON.stringify({ name, about, terms, until }) : `${name.padEnd(width)}  ${about}`)
  }
  return EXIT.ok
}

const termOf = (written: string): [string, string] => {
  const at = written.indexOf('=')
  if (at > 0) return [written.slice(0, at), written.slice(at + 1)]
  throw usageError(
    'DEED_BAD_OPTION',
    `--term must be NAME=VALUE, and "${written}" is not. Write --term rent="1,500 USDC".`,
  )
}
