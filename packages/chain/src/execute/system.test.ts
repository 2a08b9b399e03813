import { createHash } from 'node:crypto'
import { type Address, hexToBytes, interpreter } from '@deed/evm'
import { describe, expect, test } from 'vitest'
import { type Chain, openChain } from '../chain.ts'
import { DEPOSIT_CONTRACT } from '../forks.ts'
import type { Genesis } from '../genesis.ts'
import { DEV_ACCOUNTS, devGenesis } from '../genesis-dev.ts'
import { bytesToHex } from '../hex.ts'
import { createMemoryStore } from '../store/memory.ts'
import { signTransaction } from '../transaction/signature.ts'
import type { Transaction } from '../transaction/types.ts'
import { SYSTEM_CONTRACTS, WITHDRAWAL_REQUESTS } from './system-contracts.ts'
import type { Executed } from './types.ts'

/** Of the first development account. */
const KEY = hexToBytes('0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80')

/** Logs its calldata under the topic of DepositEvent, as the real contract does with what it is given. */
const LOGGER = hexToBytes(
  '0x365f5f377f649bbc62d0e31342afea4e5cd82d4049e7e1ee912fc0889aa790803be39038c5365fa100',
)

const open = (genesis: Genesis): Promise<Chain> =>
  openChain({ genesis, store: createMemoryStore(), engine: interpreter })

const send = (chain: Chain, to: Address, data: Uint8Array, value = 0n): Promise<Executed> =>
  chain.execute(chain.head.hash, {
    transactions: [transactionTo(to, data, value)],
    timestamp: 12n,
    beneficiary: `0x${'c0'.repeat(20)}`,
  })

const transactionTo = (to: Address, data: Uint8Array, value = 0n): Transaction =>
  signTransaction(
    { type: 0, chainId: 31_337n, nonce: 0n, gasLimit: 1_000_000n, to, value, data, gasPrice: 10n ** 9n },
    KEY,
  )

const word = (value: number): string => value.toString(16).padStart(64, '0')
const bytes = (value: string, length: number): string => value.repeat(length)
const padded = (hex: string): string => hex.padEnd(Math.ceil(hex.length / 64) * 64, '0')

/** ABI encoding of DepositEvent(bytes,bytes,bytes,bytes,bytes). */
const depositEvent = (offsets = [160, 256, 320, 384, 512]): Uint8Array => {
  const fields = [bytes('11', 48), bytes('22', 32), bytes('33', 8), bytes('44', 96), bytes('55', 8)]
  const tail = fields.map((field) => word(field.length / 2) + padded(field)).join('')
  return hexToBytes(`0x${offsets.map(word).join('')}${tail}`)
}

const sha256 = (...parts: Uint8Array[]): Uint8Array => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return new Uint8Array(hash.digest())
}

describe('requests to the consensus layer (EIP-7685)', () => {
  const logging = devGenesis({ alloc: new Map([[DEPOSIT_CONTRACT, { balance: 0n, code: LOGGER }]]) })

  test('a block without any has the hash of none', async () => {
    const chain = await open(devGenesis())
    const executed = await send(chain, DEV_ACCOUNTS[1]!, new Uint8Array(0))
    expect(executed.requests).toEqual([])
    expect(executed.block.header.requestsHash).toBe(bytesToHex(sha256()))
  })

  test('a deposit is read from its log (EIP-6110)', async () => {
    const executed = await send(await open(logging), DEPOSIT_CONTRACT, depositEvent())
    const data = hexToBytes(
      `0x${bytes('11', 48)}${bytes('22', 32)}${bytes('33', 8)}${bytes('44', 96)}${bytes('55', 8)}`,
    )
    expect(executed.requests).toEqual([{ type: 0, data }])
    const expected = sha256(sha256(Uint8Array.of(0), data))
    expect(executed.block.header.requestsHash).toBe(bytesToHex(expected))
  })

  test('a deposit that is laid out in another way is left out of a block, and makes a block with it invalid', async () => {
    const chain = await open(logging)
    const fault = { code: 'DEED_BLOCK_INVALID_DEPOSIT_EVENT_LAYOUT' }
    for (const data of [depositEvent([160, 256, 320, 384, 513]), depositEvent().subarray(1)]) {
      const executed = await send(chain, DEPOSIT_CONTRACT, data)
      expect(executed).toMatchObject({ block: { transactions: [] }, refused: [{ index: 0, fault }] })
      const transactions = [transactionTo(DEPOSIT_CONTRACT, data)]
      expect(await chain.validate({ ...executed.block, transactions })).toMatchObject(fault)
    }
  })

  test('a withdrawal is asked for by its contract (EIP-7002)', async () => {
    const chain = await open(devGenesis())
    const request = hexToBytes(`0x${bytes('ab', 48)}000000000000002a`)
    const executed = await send(chain, WITHDRAWAL_REQUESTS.address, request, 1n)
    expect(executed.receipts).toMatchObject([{ status: 1 }])
    // The contract answers with the sender, the validator and the amount, this with its low byte first.
    const expected = `${DEV_ACCOUNTS[0]}${bytes('ab', 48)}2a00000000000000`
    expect(executed.requests.map(({ type, data }) => [type, bytesToHex(data)])).toEqual([[1, expected]])
  })

  test('there can be no block without the contracts that are asked', async () => {
    const { alloc, ...genesis } = devGenesis()
    const others = new Map(
      [...alloc].filter(([address]) => !SYSTEM_CONTRACTS.some((one) => one.address === address)),
    )
    const chain = await open({ ...genesis, alloc: others })
    await expect(send(chain, DEV_ACCOUNTS[1]!, new Uint8Array(0))).rejects.toMatchObject({
      code: 'DEED_BLOCK_SYSTEM_CONTRACT_EMPTY',
    })
  })
})
