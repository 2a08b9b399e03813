/**
 * Money to try a deed with: tokens of the development chain, each at an address that follows from its name and decimals and
 * is known before it is there.
 */
import type { Outline } from '@deed/agreement'
import {
  type Account,
  type Address,
  encodeDeployData,
  encodeFunctionData,
  erc20Abi,
  getContractAddress,
  type Hex,
  zeroHash,
} from 'viem'
import { devAccount } from '../perform/cast.ts'
import { compileProp } from '../perform/contract.ts'
import { type Chain, send } from '../perform/stage.ts'
import { create2, hasCode } from './factory.ts'
import { FACTORY } from './typed-data.ts'

export type TestMoney = Pick<Outline['tokens'][number], 'name' | 'decimals'>

/** What each party of a deed is given, in units of the token. */
export const GIFT = 1_000_000n

/** Its owner, who mints, is the first development account. */
const creationOf = async ({ name, decimals }: TestMoney): Promise<Hex> => {
  const { abi, bytecode } = await compileProp('TestToken')
  const args = [devAccount(0).address, `t${name}`, decimals]
  return encodeDeployData({ abi, bytecode, args } as never)
}

export const testMoneyAddress = async (money: TestMoney): Promise<Address> =>
  getContractAddress({ opcode: 'CREATE2', from: FACTORY, salt: zeroHash, bytecode: await creationOf(money) })

/** Owners of some get no more. */
export const bringTestMoney = async (
  chain: Chain,
  from: Account,
  money: TestMoney,
  owners: readonly Address[],
): Promise<void> => {
  const address = await testMoneyAddress(money)
  if (!(await hasCode(chain, address))) await create2(chain, from, zeroHash, await creationOf(money))
  const { abi } = await compileProp('TestToken')
  for (const owner of owners) {
    const args = [owner] as const
    if ((await chain.client.readContract({ address, abi: erc20Abi, functionName: 'balanceOf', args })) > 0n)
      continue
    const mint = [owner, GIFT * 10n ** BigInt(money.decimals)]
    const data = encodeFunctionData({ abi, functionName: 'mint', args: mint } as never)
    await send(chain, { from: devAccount(0), to: address, data })
  }
}
