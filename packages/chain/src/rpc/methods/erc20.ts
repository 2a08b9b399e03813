/** Tokens out of nothing: finds the slot in which a token keeps a figure, and sets it. */
import { type Address, bytesToWord, hexToBytes, type Tracer, wordToBytes } from '@deed/evm'
import { isFault } from '../../transaction/fault.ts'
import { controlOf } from '../control.ts'
import { serverError } from '../error.ts'
import type { Context } from '../method.ts'
import type { Node } from '../node.ts'
import { CALL_GAS_CAP } from './eth_call.ts'

/** `anvil_dealERC20`: what `account` has of `token`. */
export const dealErc20 = (context: Context, account: Address, token: Address, amount: bigint) =>
  setFigure(context, token, calldata(BALANCE_OF, account), amount)

/** `tenderly_setErc20Balance`, with the token first. */
export const setErc20Balance = (context: Context, token: Address, account: Address, amount: bigint) =>
  dealErc20(context, account, token, amount)

/** `anvil_setERC20Allowance`: what `spender` may take of `owner`. */
export const setErc20Allowance = (
  context: Context,
  owner: Address,
  spender: Address,
  token: Address,
  amount: bigint,
) => setFigure(context, token, calldata(ALLOWANCE, owner, spender), amount)

/** Makes a view of the token answer `figure`, by the slot that it answers from. */
const setFigure = async ({ node }: Context, token: Address, data: Uint8Array, figure: bigint) => {
  for (const { address, key } of await slotsRead(node, token, data)) {
    const change = new Map([[address, { stateDiff: new Map([[key, figure]]) }]])
    if ((await ask(node, token, data, { state: change })) !== figure) continue
    // A slot that is not what is answered may hold the same figure by chance; another one decides.
    const other = new Map([[address, { stateDiff: new Map([[key, figure + 1n]]) }]])
    if ((await ask(node, token, data, { state: other })) !== figure + 1n) continue
    await controlOf(node).edit(change)
    return null
  }
  throw serverError(
    'DEED_DEV_ERC20',
    `no slot of ${token} decides this figure: it is no ERC-20 token that keeps it as it is; use anvil_setStorageAt`,
  )
}

const slotsRead = async (node: Node, token: Address, data: Uint8Array) => {
  const read = new Map<string, { address: Address; key: bigint }>()
  const tracer: Tracer = {
    step({ opcode, stack, address }) {
      if (opcode === SLOAD) read.set(`${address}/${stack.at(-1)}`, { address, key: stack.at(-1)! })
    },
  }
  await ask(node, token, data, { tracer })
  // The one that decides is mostly read last.
  return [...read.values()].reverse()
}

const ask = async (
  { chain }: Node,
  to: Address,
  data: Uint8Array,
  options: Parameters<Node['chain']['call']>[2],
): Promise<bigint | undefined> => {
  const request = { from: ZERO_ADDRESS, to, data, value: 0n, gasLimit: CALL_GAS_CAP }
  const result = await chain.call(request, chain.head.hash, options)
  if (isFault(result) || result.status !== 'success' || result.output.length !== 32) return undefined
  return bytesToWord(result.output)
}

const calldata = (selector: string, ...addresses: readonly Address[]): Uint8Array => {
  const data = new Uint8Array(4 + 32 * addresses.length)
  data.set(hexToBytes(selector))
  addresses.forEach((address, index) => {
    data.set(wordToBytes(BigInt(address)), 4 + 32 * index)
  })
  return data
}

const ZERO_ADDRESS: Address = '0x0000000000000000000000000000000000000000'
const SLOAD = 0x54
/** First four bytes of keccak256 of `balanceOf(address)` and `allowance(address,address)`. */
const BALANCE_OF = '0x70a08231'
const ALLOWANCE = '0xdd62ed3e'
