import { type Address, type Hex, keccak256, signHash } from '@deed/evm'
import type { Context } from '../method.ts'
import { hashTypedData, refuseLists } from '../typed-data.ts'
import { keyOf } from '../wallet.ts'

/** Signs a message with an unlocked account, prefixed so that it can be no transaction (EIP-191, 0x45). */
export const ethSign = ({ node }: Context, address: Address, message: Uint8Array) => {
  const prefix = new TextEncoder().encode(`\x19Ethereum Signed Message:\n${message.length}`)
  const bytes = new Uint8Array(prefix.length + message.length)
  bytes.set(prefix)
  bytes.set(message, prefix.length)
  return signature(keccak256(bytes), keyOf(node.wallet, address))
}

/** As `eth_sign`, with its arguments the other way round. */
export const personalSign = (context: Context, message: Uint8Array, address: Address, _password?: string) =>
  ethSign(context, address, message)

/** Signs typed data with an unlocked account (EIP-712). */
export const ethSignTypedData = ({ node }: Context, address: Address, typedData: unknown) =>
  signature(hashTypedData(typedData), keyOf(node.wallet, address))

/** The same as wallets had it before lists: a document with a list has no signature of that age. */
export const ethSignTypedDataV3 = (context: Context, address: Address, typedData: unknown) => {
  refuseLists(typedData)
  return ethSignTypedData(context, address, typedData)
}

/** r, s and v as 65 bytes. */
const signature = (hash: Uint8Array, key: Uint8Array): Hex => {
  const { r, s, yParity } = signHash(hash, key)
  const word = (scalar: bigint): string => scalar.toString(16).padStart(64, '0')
  return `0x${word(BigInt(r))}${word(BigInt(s))}${(27 + yParity).toString(16)}`
}
