/** The money of a performance: a test token for each token of the deed, and what each party owns of it. */
import type { Scenario } from '@deed/agreement'
import { type Address, encodeDeployData, encodeFunctionData } from 'viem'
import { CommandError } from '../fault.ts'
import type { Cast } from './cast.ts'
import { compileToken } from './contract.ts'
import type { Agreement } from './folder.ts'
import { walletsOf } from './script.ts'
import { type Stage, send } from './stage.ts'

/** The test token's. */
const DECIMALS = 6

/** Deploys a token for each of the deed's, and mints to each party what the scenarios together give it. */
export const endow = async (
  stage: Stage,
  agreement: Agreement,
  scenarios: readonly Scenario[],
  { house, accounts }: Cast,
): Promise<ReadonlyMap<string, Address>> => {
  const { abi, bytecode } = await compileToken()
  const tokens = new Map<string, Address>()
  for (const { name, decimals } of agreement.outline.tokens) {
    if (decimals !== DECIMALS) {
      throw new CommandError(
        'DEED_TOKEN_DECIMALS',
        `${name} has ${decimals} decimals, and the token that stands for it in a performance has ${DECIMALS}. Only deeds in such tokens can be performed yet.`,
      )
    }
    const data = encodeDeployData({ abi, bytecode, args: [house.address] } as never)
    tokens.set(name, (await send(stage, { from: house, data })).contractAddress!)
  }
  for (const [party, account] of accounts) {
    for (const [name, token] of tokens) {
      const amount = scenarios
        .flatMap((scenario) => walletsOf(agreement, scenario))
        .filter((wallet) => wallet.party === party && wallet.token === name)
        .reduce((sum, wallet) => sum + wallet.amount, 0n)
      if (amount === 0n) continue
      const data = encodeFunctionData({ abi, functionName: 'mint', args: [account.address, amount] } as never)
      await send(stage, { from: house, to: token, data })
    }
  }
  return tokens
}
