/** Puts the blocks of a simulation in their places: numbers and times ascend, gaps are filled. */
import type { Header } from '../block/types.ts'
import type { SimulatedBlockRequest } from './simulate.ts'
import { type SimulationFault, simulationFault } from './simulated-call.ts'

/** Blocks of one simulation, the empty ones that fill gaps too (execution-apis, eth_simulateV1). */
const MAX_BLOCKS = 256n
/** Seconds between blocks that do not say when they are. */
const BLOCK_SECONDS = 12n

/** @returns One request a block, each with its number and time. */
export const planBlocks = (
  base: Header,
  requests: readonly SimulatedBlockRequest[],
): SimulatedBlockRequest[] | SimulationFault => {
  const planned: SimulatedBlockRequest[] = []
  let { number, timestamp } = base
  for (const request of requests) {
    const wanted = request.block.number ?? number + 1n
    if (wanted <= number)
      return simulationFault('BLOCK_NUMBER', `block numbers must be in order: ${wanted} <= ${number}`)
    if (wanted - base.number > MAX_BLOCKS)
      return simulationFault(
        'TOO_MANY_BLOCKS',
        `too many blocks: at most ${MAX_BLOCKS} are simulated at once`,
      )
    while (++number < wanted) {
      timestamp += BLOCK_SECONDS
      planned.push({ block: { number, timestamp }, state: new Map(), calls: [] })
    }
    const time = request.block.timestamp ?? timestamp + BLOCK_SECONDS
    if (time <= timestamp)
      return simulationFault('BLOCK_TIME', `block timestamps must be in order: ${time} <= ${timestamp}`)
    timestamp = time
    planned.push({ ...request, block: { ...request.block, number, timestamp } })
  }
  return planned
}
