/** What is sent: transfers of an ERC-20 by many senders, signed beforehand, the same for every program. */
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { DEV_PRIVATE_KEYS } from '../../packages/chain/src/dev/accounts.ts'
import { encodeTransaction } from '../../packages/chain/src/transaction/codec.ts'
import { signTransaction } from '../../packages/chain/src/transaction/signature.ts'
import { bytesToHex, hexToBytes, keccak256, privateKeyToAddress } from '../../packages/evm/src/index.ts'
import { compile } from '../../packages/solidity/src/index.ts'
import { ask, type Connection } from './connection.ts'

const CHAIN_ID = 31_337n
const GAS_PRICE_WEI = 100_000_000_000n
const contracts = join(dirname(fileURLToPath(import.meta.url)), '../../contracts')

export interface Token {
  readonly address: `0x${string}`
  readonly senders: readonly Sender[]
}

interface Sender {
  readonly key: Uint8Array
  readonly address: `0x${string}`
  nonce: bigint
}

const word = (value: bigint | string): string =>
  (typeof value === 'string' ? value.slice(2) : value.toString(16)).padStart(64, '0')
const selector = (signature: string): string =>
  bytesToHex(keccak256(new TextEncoder().encode(signature))).slice(2, 10)

let bytecode: string | undefined
const tokenCode = async (): Promise<string> => {
  if (bytecode === undefined) {
    const { artifacts } = await compile({ root: contracts, entries: ['src/TestToken.sol'] })
    bytecode = artifacts.find((artifact) => artifact.name === 'TestToken')!.bytecode.object
  }
  return bytecode
}

/** Owner, symbol (a string of one letter, which lies behind the three words) and decimals. */
const tokenArguments = (owner: string): string =>
  [word(owner), word(0x60n), word(6n), word(1n), '54'.padEnd(64, '0')].join('')

const sign = (sender: Sender, to: `0x${string}` | undefined, data: string, gasLimit: bigint): string =>
  bytesToHex(
    encodeTransaction(
      signTransaction(
        {
          type: 2,
          chainId: CHAIN_ID,
          nonce: sender.nonce++,
          gasLimit,
          to,
          value: 0n,
          data: hexToBytes(data),
          accessList: [],
          maxFeePerGas: GAS_PRICE_WEI,
          maxPriorityFeePerGas: 1_000_000_000n,
        },
        sender.key,
      ),
    ),
  )

/** Deploys the token and gives each of `count` senders ether and tokens. */
export const prepare = async (connection: Connection, count: number): Promise<Token> => {
  const owner: Sender = {
    key: DEV_PRIVATE_KEYS[0]!,
    address: privateKeyToAddress(DEV_PRIVATE_KEYS[0]!),
    nonce: 0n,
  }
  owner.nonce = BigInt(
    (await ask(connection, 'eth_getTransactionCount', [owner.address, 'latest'])) as string,
  )
  const hash = await ask(connection, 'eth_sendRawTransaction', [
    sign(owner, undefined, (await tokenCode()) + tokenArguments(owner.address), 5_000_000n),
  ])
  const { contractAddress } = (await receipt(connection, hash as string)) as {
    contractAddress: `0x${string}`
  }
  const senders = Array.from({ length: count }, (_, index): Sender => {
    const key = keccak256(new TextEncoder().encode(`bench sender ${index}`))
    return { key, address: privateKeyToAddress(key), nonce: 0n }
  })
  for (const { address } of senders) {
    await ask(connection, 'hardhat_setBalance', [address, '0x3635c9adc5dea000000'])
    const data = `0x${selector('mint(address,uint256)')}${word(address)}${word(10n ** 12n)}`
    const minted = await ask(connection, 'eth_sendRawTransaction', [
      sign(owner, contractAddress, data, 200_000n),
    ])
    await receipt(connection, minted as string)
  }
  return { address: contractAddress, senders }
}

/** A signed transfer of one unit to an account that has none yet (`fresh`) or to the next sender. */
export const transfer = (token: Token, index: number, fresh?: bigint): string => {
  const sender = token.senders[index % token.senders.length]!
  const to = fresh === undefined ? token.senders[(index + 1) % token.senders.length]!.address : fresh
  const data = `0x${selector('transfer(address,uint256)')}${word(to)}${word(1n)}`
  return sign(sender, token.address, data, 100_000n)
}

export const balanceCall = (token: Token, index = 0) => ({
  to: token.address,
  data: `0x${selector('balanceOf(address)')}${word(token.senders[index]!.address)}`,
})

export const receipt = async (connection: Connection, hash: string): Promise<unknown> => {
  for (;;) {
    const found = await ask(connection, 'eth_getTransactionReceipt', [hash])
    if (found !== null) return found
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
}
