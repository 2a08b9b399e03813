/** @ethereumjs/evm, in this process. */
import { hexOf, type Peer } from './peer.ts'
import { here } from './processor.ts'

const GAS = 10_000_000_000n

export async function ethereumjs(): Promise<Peer> {
  const { createEVM } = await import('@ethereumjs/evm')
  return {
    name: '@ethereumjs/evm',
    isSlow: true,
    processor: here,
    async prepare({ initcode, calldata }) {
      const evm = await createEVM()
      // Without a sender it is the zero address, which tokens refuse: an empty contract sends.
      const { createdAddress: caller } = await evm.runCall({ data: new Uint8Array(), gasLimit: GAS })
      const { createdAddress } = await evm.runCall({ caller, data: initcode, gasLimit: GAS })
      if (createdAddress === undefined) throw new Error('@ethereumjs/evm did not deploy the contract')
      return async () => {
        // Others' calls change nothing either; putting the state back is not counted.
        await evm.journal.checkpoint()
        const start = performance.now()
        const { execResult } = await evm.runCall({
          caller,
          to: createdAddress,
          data: calldata,
          gasLimit: GAS,
        })
        const milliseconds = performance.now() - start
        await evm.journal.revert()
        await evm.journal.cleanup()
        return { milliseconds, output: hexOf(execResult.returnValue) }
      }
    },
    memoryMb: () => Math.round(process.memoryUsage().rss / 2 ** 20),
    close: async () => {},
  }
}
