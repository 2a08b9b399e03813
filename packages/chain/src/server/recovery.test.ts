import { bytesToHex, privateKeyToAddress } from '@deed/evm'
import { describe, expect, it, onTestFinished } from 'vitest'
import { DEV_PRIVATE_KEYS } from '../dev/accounts.ts'
import { createDevNode } from '../dev/node.ts'
import { encodeTransaction } from '../transaction/codec.ts'
import { signTransaction } from '../transaction/signature.ts'
import { createRecovery } from './recovery.ts'

const signed = (index: number, nonce = 0n) =>
  encodeTransaction(
    signTransaction(
      {
        type: 2,
        chainId: 31_337n,
        nonce,
        gasLimit: 21_000n,
        to: `0x${'11'.repeat(20)}`,
        value: 1n,
        data: new Uint8Array(0),
        accessList: [],
        maxFeePerGas: 10_000_000_000n,
        maxPriorityFeePerGas: 1n,
      },
      DEV_PRIVATE_KEYS[index]!,
    ),
  )

const withThreads = (threads: number) => {
  const recovery = createRecovery(threads)
  onTestFinished(() => recovery.close())
  return recovery
}

/** Asks for many at once until the threads are there and answer. */
const answered = async (recovery: ReturnType<typeof createRecovery>, encoded: readonly Uint8Array[]) => {
  for (;;) {
    const senders = await Promise.all(encoded.map(recovery.sender))
    if (senders.some((sender) => sender !== undefined)) return senders
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

describe('recovery on other threads', () => {
  it('gives each its sender, and nothing for what is no transaction', async () => {
    const recovery = withThreads(2)
    const encoded = [0, 1, 2, 3, 4, 5, 6].map((index) => signed(index))
    const bad = [Uint8Array.of(2, 0xc0), Uint8Array.of(), signed(0).fill(7, 40)]
    const senders = await answered(recovery, [...bad, ...encoded])
    expect(senders.slice(0, 3)).toEqual([undefined, undefined, undefined])
    const expected = [0, 1, 2, 3, 4, 5, 6].map((index) => privateKeyToAddress(DEV_PRIVATE_KEYS[index]!))
    // What is beyond the backlog is left to whoever asks.
    for (const [index, sender] of senders.slice(3).entries())
      expect([undefined, expected[index]]).toContain(sender)
    expect(senders.filter(Boolean).length).toBeGreaterThan(0)
  })

  it('leaves to whoever asks what comes alone, what is large, and everything without threads or after the end', async () => {
    const recovery = withThreads(1)
    expect(await recovery.sender(signed(0))).toBeUndefined()
    await answered(recovery, [signed(0), signed(1)])
    expect(await recovery.sender(signed(0))).toBeUndefined()
    expect(await Promise.all([recovery.sender(new Uint8Array(20_000)), recovery.sender(signed(1))])).toEqual([
      undefined,
      undefined,
    ])
    await recovery.close()
    expect(await Promise.all([signed(0), signed(1)].map(recovery.sender))).toEqual([undefined, undefined])
    const none = withThreads(0)
    expect(await Promise.all([signed(0), signed(1)].map(none.sender))).toEqual([undefined, undefined])
  })

  it('keeps the order in which transactions came, whichever was recovered first', async () => {
    const delays = [30, 1, 15, 0]
    const node = await createDevNode({
      wallTime: () => 1_700_000_000n,
      automine: false,
      recover: async () => {
        await new Promise((resolve) => setTimeout(resolve, delays.shift()))
        return undefined
      },
    })
    const taken: bigint[] = []
    node.onTransaction(({ transaction }) => taken.push(transaction.nonce))
    const sent = [0n, 1n, 2n, 3n].map((nonce) => bytesToHex(signed(0, nonce)))
    await Promise.all(sent.map((raw) => node.request('eth_sendRawTransaction', [raw])))
    expect(taken).toEqual([0n, 1n, 2n, 3n])
  })
})
