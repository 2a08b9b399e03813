/** Money to try a deed with: one token of the development chain, at an address that is known before it is there. */
import {
  type Account,
  type Address,
  concatHex,
  encodeAbiParameters,
  encodeFunctionData,
  getContractAddress,
  type Hex,
  zeroHash,
} from 'viem'
import { devAccount } from '../perform/cast.ts'
import { compileToken } from '../perform/contract.ts'
import { type Chain, send } from '../perform/stage.ts'
import { create2, hasCode } from './factory.ts'
import { FACTORY } from './typed-data.ts'

/** What each party of a deed is given of it, in smallest units. */
const GIFT = 1_000_000n * 10n ** 6n

/** Its owner, who mints, is the first development account. */
const creation = async (): Promise<{ readonly abi: readonly unknown[]; readonly code: Hex }> => {
  const { abi, bytecode } = await compileToken()
  return {
    abi,
    code: concatHex([bytecode, encodeAbiParameters([{ type: 'address' }], [devAccount(0).address])]),
  }
}

export const testMoneyAddress = async (): Promise<Address> =>
  getContractAddress({ opcode: 'CREATE2', from: FACTORY, salt: zeroHash, bytecode: (await creation()).code })

/** @returns whether the money was new to the chain. Accounts that own some get no more. */
export const bringTestMoney = async (
  chain: Chain,
  from: Account,
  owners: readonly Address[],
): Promise<boolean> => {
  const { abi, code } = await creation()
  const token = await testMoneyAddress()
  const isNew = !(await hasCode(chain, token))
  if (isNew) await create2(chain, from, zeroHash, code)
  for (const owner of owners) {
    const balance = (await chain.client.readContract({
      address: token,
      abi,
      functionName: 'balanceOf',
      args: [owner],
    } as never)) as bigint
    if (balance > 0n) continue
    const data = encodeFunctionData({ abi, functionName: 'mint', args: [owner, GIFT] } as never)
    await send(chain, { from: devAccount(0), to: token, data })
  }
  return isNew
}
