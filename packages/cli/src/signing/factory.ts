/**
 * The deterministic deployment proxy (github.com/Arachnid/deterministic-deployment-proxy): a few bytes that create what they
 * are sent by CREATE2. Networks have it already; on a chain that has not, a transaction that nobody's key has signed
 * (Nick's method) brings it to the same address.
 */
import type { Account, Address, Hex } from 'viem'
import { concatHex, createWalletClient } from 'viem'
import { CommandError } from '../fault.ts'
import { type Chain, send } from '../perform/stage.ts'
import { FACTORY } from './typed-data.ts'

const SIGNER: Address = '0x3fAB184622Dc19b6109349B94811493BF2a45362'
/** 100,000 gas at 100 Gwei, which is written into the transaction. */
const COST_WEI = 10n ** 16n
const TRANSACTION: Hex =
  '0xf8a58085174876e800830186a08080b853604580600e600039806000f350fe7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf31ba02222222222222222222222222222222222222222222222222222222222222222a02222222222222222222222222222222222222222222222222222222222222222'

export const hasCode = async ({ client }: Chain, address: Address): Promise<boolean> => {
  const code = await client.getCode({ address })
  return code !== undefined && code !== '0x'
}

/** Creates a contract at the address that follows from salt and creation code. */
export const create2 = async (chain: Chain, from: Account, salt: Hex, creation: Hex) => {
  await ensureFactory(chain, from)
  return send(chain, { from, to: FACTORY, data: concatHex([salt, creation]) })
}

const ensureFactory = async (chain: Chain, from: Account): Promise<void> => {
  if (await hasCode(chain, FACTORY)) return
  const { client } = chain
  const missing = COST_WEI - (await client.getBalance({ address: SIGNER }))
  if (missing > 0n) {
    const wallet = createWalletClient({ account: from, chain: chain.chain, transport: chain.transport })
    const hash = await wallet.sendTransaction({ to: SIGNER, value: missing } as never)
    await client.waitForTransactionReceipt({ hash })
  }
  const hash = await client.sendRawTransaction({ serializedTransaction: TRANSACTION }).catch((cause) => {
    throw noFactory(chain, cause)
  })
  await client.waitForTransactionReceipt({ hash })
  if (!(await hasCode(chain, FACTORY))) throw noFactory(chain)
}

const noFactory = ({ chain }: Chain, cause?: unknown) =>
  new CommandError(
    'DEED_NO_FACTORY',
    `${chain.name} has no deterministic deployment proxy at ${FACTORY}, and takes none. Without it no deed can be signed before it is there.`,
    { cause },
  )
