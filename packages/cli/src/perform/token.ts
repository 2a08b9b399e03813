/** Money, unique tokens and feeds of a performance: one that stands for each of the deed's, and what each party owns of it. */
import type { Outline, Scenario } from '@deed/agreement'
import { type Address, encodeDeployData, encodeFunctionData, zeroAddress } from 'viem'
import type { Cast } from './cast.ts'
import { type Contract, compileProp } from './contract.ts'
import type { Agreement } from './folder.ts'
import { walletsOf } from './script.ts'
import { type Stage, send } from './stage.ts'

/** Deploys what stands for the deed's tokens and feeds, and gives each party what the scenarios together give it. */
export const endow = async (
  stage: Stage,
  agreement: Agreement,
  scenarios: readonly Scenario[],
  { house, accounts }: Cast,
): Promise<ReadonlyMap<string, Address>> => {
  const deploy = async ({ abi, bytecode }: Contract, args: unknown[]): Promise<Address> => {
    const data = encodeDeployData({ abi, bytecode, args: [house.address, ...args] } as never)
    return (await send(stage, { from: house, data })).contractAddress!
  }
  const { tokens, feeds = [] } = agreement.outline
  const deployed = new Map<string, Address>()
  const wallets = scenarios.flatMap((scenario) => walletsOf(agreement, scenario))
  for (const token of tokens) {
    const { name, kind, decimals } = token
    if (kind === 'native') {
      deployed.set(name, zeroAddress)
      continue
    }
    const contract = await propOf(token)
    const address = await deploy(contract, kind === 'unique' ? [name] : [`t${name}`, decimals])
    deployed.set(name, address)
    for (const [party, account] of accounts) {
      const own = wallets.filter((wallet) => wallet.party === party && wallet.token === name)
      const amount = own.reduce((sum, wallet) => sum + wallet.amount, 0n)
      if (amount === 0n) continue
      const args = kind === 'unique' ? [account.address] : [account.address, amount]
      const data = encodeFunctionData({ abi: contract.abi, functionName: 'mint', args } as never)
      await send(stage, { from: house, to: address, data })
    }
  }
  for (const { name } of feeds) deployed.set(name, await deploy(await compileProp('TestFeed'), []))
  return deployed
}

const propOf = ({ kind }: Outline['tokens'][number]): Promise<Contract> =>
  compileProp(kind === 'unique' ? 'TestTitle' : 'TestToken')
