/** One scenario on a stage: its deed deployed and signed, and what its parties have still to do. */
import type { Scenario } from '@deed/agreement'
import {
  type Abi,
  type AbiParameter,
  type Address,
  encodeDeployData,
  encodeFunctionData,
  erc20Abi,
  type Hex,
  zeroAddress,
} from 'viem'
import type { HDAccount } from 'viem/accounts'
import { CommandError } from '../fault.ts'
import type { Cast } from './cast.ts'
import { getterOf, NUMBER } from './fit.ts'
import type { Agreement } from './folder.ts'
import { addMonths, type Day, dayAt, dayOf, instantOf, isoOf } from './instant.ts'
import { refusalIn, refused } from './refusal.ts'
import { type Action, type Script, scriptOf, type Turn } from './script.ts'
import { headTime, type Stage, send, shownTime, travel } from './stage.ts'
import { termsOf } from './terms.ts'
import { encodeValue, type Meaning } from './value.ts'

export interface Play extends Script {
  readonly agreement: Agreement
  readonly scenario: Scenario
  readonly cast: Cast
  readonly deed: Address
  /** Tokens and feeds, by name in the text. */
  readonly tokens: ReadonlyMap<string, Address>
  /** Terms as agreed, in words. */
  readonly terms: Readonly<Record<string, string>>
  /** Block in which the deed was deployed. */
  readonly since: bigint
  /** The day from which the scenario counts. */
  readonly start: Day
  /** What the parties have still to do, in order of time. Taken from the front. */
  readonly actions: (Action | Turn)[]
}

/** A transaction that the scenario expected to be refused, and was. */
export interface RefusedAct {
  readonly time: number
  readonly block: bigint
  readonly tx: Hex
  readonly clause: number
  readonly verb: string
  readonly by: string
  readonly error: string
}

export interface Casting {
  readonly stage: Stage
  readonly agreement: Agreement
  readonly scenario: Scenario
  readonly cast: Cast
  readonly tokens: ReadonlyMap<string, Address>
  /** Terms that replace the scenario's. */
  readonly terms: Readonly<Record<string, string>>
  /** Move the start by whole months if the parties would have to sign in the past. */
  readonly postpone: boolean
}

/** More than any act needs with 32 timers caught up (2 M); not estimated, since the chain's time moves with it. */
const ACT_GAS_LIMIT = 5_000_000n
const APPROVE_GAS_LIMIT = 100_000n

/** Deploys the deed and checks what the parties are to do. Nobody has signed yet. */
export const deployPlay = async (casting: Casting): Promise<Play> => {
  const { stage, agreement, scenario, cast, tokens } = casting
  const { terms, start } = startOf(
    { ...scenario.terms, ...casting.terms },
    scenario,
    casting,
    await headTime(stage),
  )
  const script = scriptOf(agreement, scenario, start)
  const values = await termsOf(casting, terms)
  const data = encodeDeployData({
    abi: agreement.abi,
    bytecode: agreement.bytecode,
    args: [agreement.outline.text, values],
  } as never)
  const receipt = await send(stage, { from: cast.house, data }).catch((error) => {
    const refusal = refusalIn(error, agreement.abi)
    throw refusal ? refused('The deployment of the deed', refusal) : error
  })
  return {
    agreement,
    scenario,
    cast,
    tokens,
    terms,
    deed: receipt.contractAddress!,
    since: receipt.blockNumber,
    start,
    ...script,
  }
}

/** Does what the scenario says at that moment: approves the money, then acts. */
export const act = async (stage: Stage, play: Play, action: Action): Promise<RefusedAct | undefined> => {
  const { agreement, deed } = play
  const { step, time } = action
  const from = play.cast.accounts.get(step.by)!
  // Two seconds for what comes before: the party reads, then approves, and then acts at its very second.
  await travel(stage, time - 2)
  const args = await argumentsOf(stage, play, action)
  const data = encodeFunctionData({ abi: agreement.abi, functionName: step.act, args } as never)
  const gasLimit = ACT_GAS_LIMIT
  const money = await paymentOf(stage, play, action, args)
  if (money && money.amount > 0n && money.token !== zeroAddress) {
    // An ERC-721 is approved by the same function, one by its number.
    const approve = encodeFunctionData({ abi: erc20Abi, functionName: 'approve', args: [deed, money.amount] })
    await send(stage, { from, to: money.token, data: approve, at: time - 1, gasLimit: APPROVE_GAS_LIMIT })
  }
  const value = money?.token === zeroAddress ? money.amount : 0n
  const receipt = await send(stage, { from, to: deed, data, value, at: time, gasLimit })
  const { number: clause, name } = action.clause
  const { verb } = action.act
  const what = `${clause}. ${name}: ${step.by}, ${verb}`
  if (receipt.status === 'success') {
    if (step.refused === undefined) return undefined
    throw new CommandError(
      'DEED_NOT_REFUSED',
      `"${what}" at ${shownTime(time)} was to be refused with ${step.refused}, and went through. Correct the scenario, or the contract.`,
    )
  }
  const refusal = await reasonOf(stage, play, { from, data, value }, receipt.blockNumber)
  if (refusal.name !== step.refused) throw refused(`"${what}"`, refusal, time)
  return {
    time: await headTime(stage),
    block: receipt.blockNumber,
    tx: receipt.transactionHash,
    clause,
    verb,
    by: step.by,
    error: refusal.shown,
  }
}

/** Reads a getter of the deed. */
export const read = (stage: Stage, { agreement, deed }: Play, getter: string, args: unknown[] = []) =>
  stage.client.readContract({ address: deed, abi: agreement.abi, functionName: getter, args } as never)

// A reverted transaction leaves its block's state as it found it, so the same call there fails the same way.
const reasonOf = async (
  stage: Stage,
  play: Play,
  { from, data, value }: { readonly from: HDAccount; readonly data: Hex; readonly value: bigint },
  blockNumber: bigint,
) => {
  const call = { account: from.address, to: play.deed, data, value, blockNumber, gas: ACT_GAS_LIMIT }
  try {
    await stage.client.call(call)
  } catch (error) {
    const abi = [...play.agreement.abi, ...TOKEN_ERRORS] as Abi
    const refusal = refusalIn(error, abi)
    if (refusal) return refusal
    throw error
  }
  return { name: 'revert', shown: 'a revert that a call does not repeat' }
}

/** OpenZeppelin's, of ERC-6093. */
const TOKEN_ERRORS = (
  [
    ['ERC20InsufficientBalance', ['address', 'uint256', 'uint256']],
    ['ERC20InsufficientAllowance', ['address', 'uint256', 'uint256']],
  ] as const
).map(([name, types]) => ({
  type: 'error' as const,
  name,
  inputs: types.map((type) => ({ name: '', type })),
}))

const argumentsOf = async (stage: Stage, play: Play, { step, act }: Action): Promise<unknown[]> => {
  const parameters = functionOf(play.agreement.abi, step.act)
  const meaning = meaningOf(stage, play)
  return Promise.all(
    act.gives.map(({ name, kind }, i) =>
      encodeValue(step.give[i] ?? '', { name, kind, parameter: parameters[i]! }, meaning),
    ),
  )
}

const meaningOf = (stage: Stage, play: Play): Meaning => ({
  outline: play.agreement.outline,
  folder: play.agreement.folder,
  start: play.start,
  get: async (getter) =>
    getterOf(play.agreement.abi, getter, NUMBER) &&
    BigInt((await read(stage, play, getter)) as bigint | number),
})

const paymentOf = async (stage: Stage, play: Play, { act }: Action, args: unknown[]) => {
  const { agreement, tokens } = play
  if (act.delivers) {
    const { token: name } = act.delivers
    const { id } = agreement.outline.tokens.find((token) => token.name === name)!
    return { token: tokens.get(name)!, amount: (await read(stage, play, id!)) as bigint }
  }
  if (!act.pays) return undefined
  const given = act.gives.findIndex(({ name }) => name === act.pays!.amount)
  const amount = (given >= 0 ? args[given] : await read(stage, play, act.pays.amount)) as bigint
  return { token: tokens.get(act.pays.token)!, amount }
}

const functionOf = (abi: Abi, name: string): readonly AbiParameter[] => {
  const item = abi.find((entry) => entry.type === 'function' && entry.name === name)
  return item?.type === 'function' ? item.inputs : []
}

/** The day from which the scenario counts, such that its parties sign in the future, and the terms that follow from it. */
const startOf = (terms: Record<string, string>, scenario: Scenario, casting: Casting, now: number) => {
  const written = terms.start ?? scenario.start ?? ''
  const start = dayOf(written)
  if (start === undefined) {
    throw new CommandError(
      'DEED_BAD_VALUE',
      `start cannot be "${written}": a date is written 2027-02-01. Correct the scenario, or give it by --term.`,
    )
  }
  const signed = (day: Day) => instantOf(scenario.signed, day)
  let months = 0
  while (casting.postpone && casting.terms.start === undefined && signed(addMonths(start, months)) <= now)
    months++
  const day = addMonths(start, months)
  if (signed(day) > now) return { terms: datedTerms(casting, terms, day), start: day }
  throw new CommandError(
    'DEED_DATE_PAST',
    `The parties would sign at ${shownTime(signed(day))} for a start on ${isoOf(day)}, and the chain is at ${shownTime(now)} already. Choose a later start: --term start=DATE.`,
  )
}

/** Dates that are counted from the start, as dates. */
const datedTerms = (
  { agreement }: Casting,
  terms: Record<string, string>,
  start: Day,
): Record<string, string> => {
  const dates = agreement.outline.terms.filter(({ kind }) => kind === 'date').map(({ name }) => name)
  const { start: _, ...rest } = terms
  return Object.fromEntries(
    Object.entries(dates.includes('start') ? terms : rest).map(([name, text]) => {
      if (name === 'start') return [name, isoOf(start)]
      const day = dates.includes(name) ? dayAt(text, start) : undefined
      return [name, day === undefined ? text : isoOf(day)]
    }),
  )
}
