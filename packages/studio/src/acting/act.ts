/** An act of a deed as transactions: what it needs allowed first, then the act itself. */
import type { Clause, Outline } from '@deed/agreement'
import type { Deed } from '@deed/platform'
import { type Abi, type Address, encodeFunctionData, parseAbi, zeroAddress } from 'viem'
import { readContract } from 'viem/actions'
import { client } from '../chain/client.ts'
import { erc20Abi, erc721Abi } from '../decode/abis.ts'
import { actsOf, type KnownAct } from '../decode/directory.ts'
import { money } from '../format/money.ts'
import { spaced } from '../format/words.ts'
import { type Call, RefusedError } from './send.ts'
import type { Asked } from './value.ts'

export const knownAct = (outline: Outline, clause: number, number: number): KnownAct | undefined =>
  [...actsOf(outline).values()].find((act) => act.clause === clause && act.number === number)

/** `Give notice`, `Pay`. */
export const verbOf = ({ verb }: Pick<Clause['acts'][number], 'verb'>): string => {
  const said = spaced(verb)
  return said.charAt(0).toUpperCase() + said.slice(1)
}

/** What has to be filled in, with the bounds that the sentence gives. */
export const askedFor = (deed: Deed, act: KnownAct): Asked[] =>
  act.gives.map(({ name, kind }) => {
    const field = deed.outline?.fields.find((each) => each.name === name)
    const paid = act.pays?.amount === name ? act.pays.token : field?.token
    const token = deed.tokens.find((each) => each.name === paid)
    const words = mostOf(act.sentence, name)
    const unit = token?.name ?? field?.unit
    const known = words === undefined ? undefined : amountNamed(deed, words)
    return {
      name,
      kind,
      decimals: token?.decimals ?? field?.decimals ?? 0,
      ...(unit !== undefined && { unit }),
      ...(field?.choices && { choices: field.choices }),
      ...(words !== undefined && {
        most: {
          words: known?.shown ?? words,
          ...(known?.value !== undefined && { value: BigInt(known.value) }),
        },
      }),
    }
  })

/** `any amount up to arrears towards …`, `giving damage of at most security and …`. */
const mostOf = (sentence: string, name: string): string | undefined =>
  name === 'amount'
    ? /\bany amount up to (.+?) (?:into|towards|to) /.exec(sentence)?.[1]
    : new RegExp(`\\b${name} of at most (.+?)(?:, | and | if |$)`).exec(sentence)?.[1]

const amountNamed = (deed: Deed, name: string) =>
  [...deed.holdings, ...deed.debts, ...deed.terms, ...deed.fields].find((value) => value.name === name)

/** What an act pays if the text fixes it; undefined where the person says how much. */
export const fixedAmount = async (deed: Deed, act: KnownAct): Promise<bigint | undefined> => {
  const { pays } = act
  if (!pays || act.gives.some(({ name }) => name === pays.amount)) return undefined
  return readGetter(deed.address, pays.amount)
}

const readGetter = (address: Address, getter: string): Promise<bigint> => {
  const abi = parseAbi([`function ${getter}() view returns (uint256)`] as never) as Abi
  return readContract(client, { address, abi, functionName: getter }) as Promise<bigint>
}

/**
 * @param values in the order of `gives`.
 * @throws RefusedError where the account has less than the act takes.
 */
export const callsOf = async (
  deed: Deed,
  act: KnownAct,
  from: Address,
  values: readonly unknown[],
): Promise<Call[]> => {
  const abi = parseAbi([act.signature] as never) as Abi
  const data = encodeFunctionData({ abi, functionName: act.function, args: [...values] })
  const title = `${act.clause}. ${spaced(act.clauseName)}: ${verbOf(act).toLowerCase()}`
  const own = { title, to: deed.address, data }
  if (act.delivers) {
    const { token, into } = act.delivers
    const id = deed.outline?.tokens.find(({ name }) => name === token)?.id
    const at = deed.tokens.find(({ name }) => name === token)?.address
    if (!id || !at) return [own]
    const number = await readGetter(deed.address, id)
    const approve = encodeFunctionData({
      abi: erc721Abi,
      functionName: 'approve',
      args: [deed.address, number],
    })
    return [{ title: `Allow the deed to take ${token} into ${spaced(into)}`, to: at, data: approve }, own]
  }
  const { pays } = act
  const token = deed.tokens.find(({ name }) => name === pays?.token)
  if (!pays || !token) return [own]
  const given = act.gives.findIndex(({ name }) => name === pays.amount)
  const amount = given < 0 ? await readGetter(deed.address, pays.amount) : (values[given] as bigint)
  if (token.address === zeroAddress) return [{ ...own, value: amount }]
  const at = { address: token.address, abi: moneyAbi } as const
  const [held, allowed] = await Promise.all([
    readContract(client, { ...at, functionName: 'balanceOf', args: [from] }),
    readContract(client, { ...at, functionName: 'allowance', args: [from, deed.address] }),
  ])
  const unit = { symbol: token.name, decimals: token.decimals }
  if (held < amount)
    throw new RefusedError(`The account has ${money(held, unit)}, and this takes ${money(amount, unit)}.`)
  if (allowed >= amount) return [own]
  const approve = encodeFunctionData({ abi: erc20Abi, functionName: 'approve', args: [deed.address, amount] })
  return [{ title: `Allow the deed to take ${money(amount, unit)}`, to: token.address, data: approve }, own]
}

const moneyAbi = parseAbi([
  'function balanceOf(address owner) view returns (uint256)',
  'function allowance(address owner, address spender) view returns (uint256)',
])
