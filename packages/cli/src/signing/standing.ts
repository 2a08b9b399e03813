/** How a deed stands, in the words and numbers of its text: what the chain says, read through the outline. */
import { deedAbi } from '@deed/agreement'
import { type Filled, type Filling, figuresOf, shownFigure, withFigures } from '@deed/agreement/language'
import { type Address, formatUnits, zeroAddress } from 'viem'
import { isoTime } from '../perform/instant.ts'
import { type Chain, headTime } from '../perform/stage.ts'
import type { Draft } from './draft.ts'

export interface OpenClause {
  readonly clause: number
  readonly name: string
  /** `By start - 1 day`, with the figures of its names. */
  readonly when: string
  /** ISO time at which it elapses: the first second after the last in which somebody may act. */
  readonly due: string
  /** Its time is up: what is said in `otherwise` happens as soon as anybody calls. */
  readonly overdue: boolean
  /** Nobody can act, and time alone goes on. */
  readonly byItself: boolean
  readonly acts: readonly {
    readonly by: readonly string[]
    readonly must: boolean
    readonly verb: string
    readonly function: string
    readonly sentence: string
    /** Whether its condition holds now. */
    readonly possible: boolean
  }[]
  readonly otherwise: readonly string[]
}

interface Money {
  readonly name: string
  readonly token: string
  /** In units of the token. */
  readonly amount: string
}

export interface Standing {
  readonly deed: string
  readonly chain: number
  readonly contract: Address
  readonly state: 'signing' | 'running' | 'ended'
  /** The chain's, ISO. */
  readonly time: string
  readonly parties: readonly {
    readonly name: string
    readonly account: Address
    /** ISO time; null before it has signed, and for a third party, which does not. */
    readonly signed: string | null
    readonly signs: boolean
  }[]
  /** In the order of their deadlines. */
  readonly open: readonly OpenClause[]
  readonly holdings: readonly (Money & { readonly owner: string })[]
  readonly debts: readonly (Money & { readonly debtor: string; readonly creditor: string })[]
  /** What is a party's own and waits in the deed to be withdrawn. */
  readonly balances: readonly { readonly party: string; readonly token: string; readonly amount: string }[]
}

export const standingOf = async (chain: Chain, draft: Draft, contract: Address): Promise<Standing> => {
  const { client } = chain
  const { outline, model } = draft
  const deed = { abi: deedAbi, address: contract } as const
  const read = (functionName: string) =>
    client.readContract({ abi: draft.abi, address: contract, functionName } as never)
  const [time, begun, ended, pending] = await Promise.all([
    headTime(chain),
    client.readContract({ ...deed, functionName: 'begun' }),
    client.readContract({ ...deed, functionName: 'ended' }),
    client.readContract({ ...deed, functionName: 'pending' }),
  ])
  const filling = await readFilling(draft, read)
  const parties = await Promise.all(
    outline.parties.map(async ({ name, role }) => {
      const account = filling[name] as Address
      const at = await client.readContract({ ...deed, functionName: 'signedAt', args: [account] })
      return { name, account, signs: role === 'party', signed: at > 0n ? isoTime(Number(at)) : null }
    }),
  )
  const money = new Map(outline.tokens.map(({ name, decimals }) => [name, decimals]))
  const amountOf = async ({ name, getter, token }: { name: string; getter: string; token: string }) => {
    const value = BigInt((await read(getter)) as bigint | boolean)
    return { name, token, value, amount: formatUnits(value, money.get(token)!) }
  }
  const holdings = await Promise.all(
    outline.holdings.map(async (cell) => ({ ...(await amountOf(cell)), owner: cell.owner })),
  )
  const debts = await Promise.all(
    outline.debts.map(async (cell) => ({
      ...(await amountOf(cell)),
      debtor: cell.debtor,
      creditor: cell.creditor,
    })),
  )
  const balances = await Promise.all(
    parties.flatMap(({ name, account }) =>
      outline.tokens.map(async (token) => {
        const money = token.kind === 'native' ? zeroAddress : (filling[token.name] as Address)
        const args = [account, money] as const
        const amount = await client.readContract({ ...deed, functionName: 'balanceOf', args })
        return { party: name, token: token.name, amount: formatUnits(amount, token.decimals) }
      }),
    ),
  )
  const figures = new Map(figuresOf(model, filling))
  for (const { name, getter } of outline.fields) {
    const shown = shownFigure(model, name, BigInt((await read(getter)) as bigint))
    // Zero is what a contract keeps of something that nobody has stated yet.
    if (shown !== undefined) figures.set(name, shown)
  }
  for (const { name, value } of [...holdings, ...debts]) figures.set(name, shownFigure(model, name, value)!)
  const words = (sentence: string) => withFigures(model, sentence, figures)
  const strip = <M extends { value: bigint }>({ value: _, ...rest }: M) => rest
  return {
    deed: outline.title,
    chain: chain.chain.id,
    contract,
    state: ended ? 'ended' : begun ? 'running' : 'signing',
    time: isoTime(time),
    parties,
    open: ended
      ? []
      : pending
          .map((each) => openClause(draft, each, time, words))
          .sort((a, b) => (a.due < b.due ? -1 : a.due > b.due ? 1 : a.clause - b.clause)),
    holdings: holdings.map(strip),
    debts: debts.map(strip),
    balances: balances.filter(({ amount }) => amount !== '0'),
  }
}

/** The agreed values, which the contract was made with: whoever asks needs the text alone. */
const readFilling = async (
  { outline }: Draft,
  read: (getter: string) => Promise<unknown>,
): Promise<Filling> =>
  Object.fromEntries(
    await Promise.all(
      outline.terms.map(async ({ name, field }) => {
        const value = await read(field)
        return [name, typeof value === 'string' ? (value.toLowerCase() as Filled) : BigInt(value as bigint)]
      }),
    ),
  )

const openClause = (
  { outline }: Draft,
  pending: { readonly clause: number; readonly due: number; readonly acts: readonly number[] },
  time: number,
  words: (sentence: string) => string,
): OpenClause => {
  const clause = outline.clauses.find(({ number }) => number === pending.clause)!
  return {
    clause: clause.number,
    name: clause.name,
    when: words(clause.when ?? ''),
    due: isoTime(pending.due),
    overdue: pending.due <= time,
    byItself: clause.acts.length === 0,
    acts: clause.acts.map((act) => ({
      by: act.by,
      must: act.must,
      verb: act.verb,
      function: act.function,
      sentence: words(act.sentence),
      possible: pending.acts.includes(act.number),
    })),
    otherwise: clause.otherwise.map(words),
  }
}
