/** Nodes that are asked by JSON-RPC: a call less one that does nothing, since the way there is not the engine's. */
import { setTimeout } from 'node:timers/promises'
import { hexOf, type Peer, type Run } from './peer.ts'

export type Ask = (method: string, parameters: readonly unknown[]) => Promise<unknown>

const SENDER = '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266'
const GAS = '0x2540be400'

export function jsonRpcPeer(
  name: string,
  ask: Ask,
  { processor, ...rest }: Pick<Peer, 'memoryMb' | 'close' | 'processor'>,
): Peer {
  const runEmpty = () => timed(ask, { from: SENDER, to: SENDER, gas: GAS })
  return {
    name,
    ...(processor && { processor: { ...processor, overhead: runEmpty } }),
    async prepare({ initcode, calldata }) {
      const hash = await ask('eth_sendTransaction', [
        { from: SENDER, data: hexOf(initcode), gas: '0xb71b00' },
      ])
      const to = await addressOf(ask, hash)
      const call = { from: SENDER, to, data: hexOf(calldata), gas: GAS }
      return async () => {
        const empty = await runEmpty()
        const run = await timed(ask, call)
        return { ...run, milliseconds: run.milliseconds - empty.milliseconds }
      }
    },
    ...rest,
  }
}

/** A node may take a moment to mine. */
async function addressOf(ask: Ask, hash: unknown): Promise<string> {
  for (let tries = 0; tries < 100; tries++) {
    const receipt = (await ask('eth_getTransactionReceipt', [hash])) as { contractAddress: string } | null
    if (receipt !== null) return receipt.contractAddress
    await setTimeout(50)
  }
  throw new Error('the contract was not deployed within five seconds')
}

async function timed(ask: Ask, call: object): Promise<Run> {
  const start = performance.now()
  const output = String(await ask('eth_call', [call, 'latest']))
  return { milliseconds: performance.now() - start, output }
}
