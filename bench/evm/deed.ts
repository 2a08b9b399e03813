/** Our engines, in this process. */
import { auto, type Engine, tier1 } from '@deed/evm'
import { deploy, measure, outputOf } from '@deed/evm/measure'
import type { Peer } from './peer.ts'
import { here } from './processor.ts'

const peer = (name: string, engine: Engine): Peer => ({
  name,
  processor: here,
  async prepare({ initcode, calldata }) {
    const installed = deploy(engine, initcode)
    if (!('world' in installed)) throw new Error(`the contract was not deployed: ${installed.status}`)
    return async () => {
      const { outcome, milliseconds } = measure(engine, installed, calldata, 1, () => performance.now())
      return { milliseconds: milliseconds[0]!, output: outputOf(outcome) }
    }
  },
  memoryMb: () => Math.round(process.memoryUsage().rss / 2 ** 20),
  close: async () => {},
})

export const deedAuto = (): Peer => peer('deed', auto)
export const deedTier1 = (): Peer => peer('deed tier 1', tier1)
