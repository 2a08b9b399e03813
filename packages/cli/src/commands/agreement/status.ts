import type { Address } from 'viem'
import { command } from '../../command.ts'
import { EXIT } from '../../fault.ts'
import { flag, url } from '../../options.ts'
import { formatMoney } from '../../perform/money.ts'
import { shownTime } from '../../perform/stage.ts'
import { connect, faultOf, nextTime } from '../../signing/connect.ts'
import { whereabouts } from '../../signing/deployment.ts'
import { type Draft, readDraft } from '../../signing/draft.ts'
import { hasCode } from '../../signing/factory.ts'
import { readSignatures } from '../../signing/signature-file.ts'
import { type OpenClause, type Standing, standingOf } from '../../signing/standing.ts'
import { agreedOf } from '../../signing/terms-file.ts'
import { addressOf } from '../../signing/typed-data.ts'
import { askWallet, signersOf, verify } from '../../signing/verify.ts'
import type { Terminal } from '../../terminal.ts'

const DEFAULT_URL = 'http://127.0.0.1:8545'

export const status = command({
  name: 'agreement status',
  usage: 'DEED [--rpc URL] [--json]',
  about: [
    'Says how a deed stands: who must act by when and what happens otherwise, in the words and numbers of its clauses; what',
    'is held, owed, and ready to be withdrawn. Before it is deployed: who has signed.',
  ].join('\n'),
  positionals: { min: 1, max: 1 },
  options: {
    rpc: url('URL', `the chain; ${DEFAULT_URL} without it`),
    json: flag('print one JSON object'),
  },
  examples: [
    ['deed agreement status my-lease', 'on a development chain'],
    ['deed agreement status my-lease --rpc https://… --json', 'for programs'],
  ],
  run: async ({ rpc = DEFAULT_URL, json }, [shown], terminal) => {
    const draft = await readDraft(terminal.folder, shown!)
    const { chain: id, contract } = await whereabouts(draft)
    const chain = await connect(rpc, id)
    try {
      if (!(await hasCode(chain, contract))) {
        await printUnsigned(draft, chain, contract, json === true, terminal)
        return EXIT.ok
      }
      const standing = await standingOf(chain, draft, contract)
      if (json) terminal.out(JSON.stringify(standing))
      else print(draft, standing, terminal)
      return EXIT.ok
    } catch (error) {
      throw faultOf(error, rpc) ?? error
    }
  },
})

/** Nothing is on the chain yet: the files say who has signed. */
const printUnsigned = async (
  draft: Draft,
  chain: Awaited<ReturnType<typeof connect>>,
  contract: Address,
  json: boolean,
  terminal: Terminal,
): Promise<void> => {
  const agreed = await agreedOf(draft)
  const clock = await nextTime(chain)
  const { valid, faults } = await verify(
    draft,
    agreed,
    await readSignatures(draft),
    clock,
    askWallet(chain.client),
  )
  const parties = signersOf(draft, agreed).map(({ party, account }) => {
    const good = valid.find((each) => each.party === party)
    const fault = faults.find((each) => each.party === party)
    return {
      name: party,
      account,
      signed: good !== undefined,
      ...(good && { until: shownTime(Number(good.before)) }),
      ...(fault && { code: fault.code, message: fault.message }),
    }
  })
  const [deed, time] = [draft.outline.title, shownTime(clock)]
  if (json) {
    const address = addressOf(draft, agreed)
    terminal.out(
      JSON.stringify({ deed, chain: agreed.chain, contract: address, state: 'not deployed', time, parties }),
    )
    return
  }
  terminal.out(`${terminal.style('bold', deed)}, not deployed yet, at ${time}. Nobody is bound.\n`)
  for (const { name, signed, until, code, message } of parties) {
    if (signed) terminal.out(`  ${name} has signed; it counts until ${until}`)
    else terminal.out(terminal.style('yellow', `  ${code}: ${message}`))
  }
  const next = faults.length === 0 ? `deed agreement deploy ${draft.shown} --rpc URL` : undefined
  terminal.out(
    `\nIt will be at ${contract} on chain ${agreed.chain}.${next ? ` All have signed: ${next}` : ''}`,
  )
}

const print = (draft: Draft, standing: Standing, terminal: Terminal): void => {
  const { deed, contract, chain, state, time, parties, open } = standing
  terminal.out(
    `${terminal.style('bold', deed)} at ${contract} on chain ${chain}, ${plainTime(time)}: ${STATES[state]}`,
  )
  if (state === 'signing') {
    const waits = parties.filter(({ signs, signed }) => signs && !signed).map(({ name }) => name)
    terminal.out(
      `\nNobody is bound before ${waits.join(' and ')} ${waits.length === 1 ? 'has' : 'have'} signed: deed agreement deploy ${draft.shown} --rpc URL`,
    )
  }
  for (const clause of open) printClause(clause, terminal)
  printMoney(standing, draft, terminal)
}

const STATES: Readonly<Record<Standing['state'], string>> = {
  signing: 'not all have signed',
  running: 'in force',
  ended: 'ended',
}

const printClause = (
  { clause, name, when, due, overdue, byItself, acts, otherwise }: OpenClause,
  t: Terminal,
): void => {
  t.out(`\n${t.style('bold', `${clause}. ${name}`)}  ${t.style('dim', when)}`)
  if (overdue)
    t.out(t.style('yellow', `  Time was up at ${plainTime(due)}; it runs as soon as anybody calls.`))
  else t.out(`  ${byItself ? 'Runs by itself at' : 'Until'} ${byItself ? plainTime(due) : lastMoment(due)}`)
  for (const { sentence, must, possible } of overdue ? [] : acts) {
    const note = possible ? '' : ' (not now: its condition does not hold)'
    t.out(t.style(must ? 'yellow' : possible ? 'reset' : 'dim', `  ${must ? '!' : '·'} ${sentence}${note}`))
  }
  const lead = byItself ? 'Then' : 'Otherwise'
  for (const sentence of otherwise) t.out(t.style('dim', `  ${lead}: ${sentence}`))
}

const printMoney = ({ holdings, debts, balances }: Standing, { outline }: Draft, t: Terminal): void => {
  const shown = (amount: string, token: string) => {
    const { decimals } = outline.tokens.find(({ name }) => name === token)!
    const [whole, fraction = ''] = amount.split('.')
    return `${formatMoney(BigInt(`${whole}${fraction.padEnd(decimals, '0')}`), decimals)} ${token}`
  }
  const rows = [
    ...holdings.map(({ name, amount, token, owner }) => [name, shown(amount, token), `held for ${owner}`]),
    ...debts.map(({ name, amount, token, debtor, creditor }) => [
      name,
      shown(amount, token),
      `owed by ${debtor} to ${creditor}`,
    ]),
    ...balances.map(({ party, amount, token }) => [
      party,
      shown(amount, token),
      'may be withdrawn by anyone to it',
    ]),
  ] as [string, string, string][]
  if (rows.length === 0) return
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]!.length)))
  t.out(`\n${t.style('bold', 'Money')}`)
  for (const [name, amount, what] of rows)
    t.out(`  ${name.padEnd(widths[0]!)}  ${amount.padStart(widths[1]!)}  ${what}`)
}

const plainTime = (iso: string): string => iso.replace('T', ' ').replace('Z', ' UTC')

/** A wait lasts to the second before it is due; whole days are said as such. */
const lastMoment = (due: string): string => {
  const last = new Date(Date.parse(due) - 1000).toISOString()
  return due.endsWith('T00:00:00Z')
    ? `the end of ${last.slice(0, 10)} UTC`
    : plainTime(`${last.slice(0, 19)}Z`)
}
