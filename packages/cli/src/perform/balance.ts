/** Where all the money is, and whether it is all there. */
import type { Outline } from '@deed/agreement'
import { type Address, erc20Abi, formatUnits } from 'viem'
import { CommandError } from '../fault.ts'
import { type Play, read } from './play.ts'
import type { Stage } from './stage.ts'

/** Holder to token to amount, in the token's smallest unit. Plays count as `deed`. */
export type Balances = Record<string, Record<string, bigint>>

/**
 * Balances of everybody who can own money of these plays, which must be of one agreement and share their tokens.
 *
 * @throws DEED_NOT_CONSERVED if a unit is missing or too much: wallets and deeds together must own what was
 * minted, each deed must own what it holds for its parties, and a deed that has ended nothing.
 */
export const balancesOf = async (stage: Stage, plays: readonly Play[]): Promise<Balances> => {
  const [{ agreement, cast, tokens }] = plays as [Play]
  const balances: Balances = {}
  for (const { name: token, kind } of agreement.outline.tokens) {
    const address = tokens.get(token)!
    const isNative = kind === 'native'
    const owned = (owner: Address) =>
      isNative ? stage.client.getBalance({ address: owner }) : balanceOf(stage, address, owner)
    // Accounts pay gas in the native coin too, so that what they own of it tells nothing of the deed.
    for (const [name, account] of isNative ? [] : cast.accounts) {
      balances[name] = { ...balances[name], [token]: await owned(account.address) }
    }
    let inDeeds = 0n
    for (const play of plays) {
      const amount = await owned(play.deed)
      await checkDeed(stage, play, token, address, amount)
      inDeeds += amount
    }
    balances.deed = { ...balances.deed, [token]: inDeeds }
    if (isNative) continue
    const supply = await stage.client.readContract({ address, abi: erc20Abi, functionName: 'totalSupply' })
    const found = Object.values(balances).reduce(
      (sum, of) => sum + (of[token] ?? 0n),
      await owned(cast.house.address),
    )
    if (found !== supply) throw notConserved(agreement.outline, token, 'were minted', supply, found)
  }
  // The stranger is of interest only if money went that way.
  if (Object.values(balances.Anyone ?? {}).every((amount) => amount === 0n)) delete balances.Anyone
  return balances
}

/** Balances as JSON has them: decimal strings in units of the token. */
export const shownBalances = (balances: Balances, outline: Outline): Record<string, Record<string, string>> =>
  Object.fromEntries(
    Object.entries(balances).map(([holder, amounts]) => [
      holder,
      Object.fromEntries(
        Object.entries(amounts).map(([token, amount]) => [
          token,
          formatUnits(amount, decimalsOf(outline, token)),
        ]),
      ),
    ]),
  )

export const decimalsOf = (outline: Outline, token: string): number =>
  outline.tokens.find(({ name }) => name === token)!.decimals

const checkDeed = async (stage: Stage, play: Play, token: string, address: Address, amount: bigint) => {
  const { outline } = play.agreement
  let owed = 0n
  for (const { getter } of outline.holdings.filter((holding) => holding.token === token)) {
    owed += (await read(stage, play, getter)) as bigint
  }
  for (const account of play.cast.accounts.values()) {
    owed += (await read(stage, play, 'balanceOf', [account.address, address])) as bigint
  }
  if (owed !== amount) throw notConserved(outline, token, `are owed by the deed ${play.deed}`, owed, amount)
  if ((await read(stage, play, 'ended')) && amount !== 0n) {
    throw notConserved(outline, token, `should be left in the ended deed ${play.deed}`, 0n, amount)
  }
}

const balanceOf = (stage: Stage, token: Address, owner: Address): Promise<bigint> =>
  stage.client.readContract({ address: token, abi: erc20Abi, functionName: 'balanceOf', args: [owner] })

const notConserved = (outline: Outline, token: string, what: string, expected: bigint, found: bigint) => {
  const shown = (amount: bigint) => `${formatUnits(amount, decimalsOf(outline, token))} ${token}`
  return new CommandError(
    'DEED_NOT_CONSERVED',
    `${shown(expected)} ${what}, and ${shown(found)} are there. The contract loses or makes money: do not use it.`,
  )
}
