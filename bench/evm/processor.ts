/** Time of the processor in place of the clock's: others on the machine do not count. Linux, and what runs in this process. */
import { readdirSync, readFileSync } from 'node:fs'
import type { Run } from './peer.ts'

export interface Processor {
  /** Milliseconds so far. */
  now(): number
  /** What a run does beside the contract, to be taken off. */
  overhead?(): Promise<unknown>
}

/** Of this thread. */
export const here: Processor = {
  now: () => {
    const { user, system } = process.threadCpuUsage()
    return (user + system) / 1000
  },
}

/** Of all threads of another process. */
export const processOf = (pid: number): Processor => ({
  now: () => {
    const nanoseconds = readdirSync(`/proc/${pid}/task`).map((thread) => {
      const text = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8')
      return Number(text.split(' ')[0])
    })
    return nanoseconds.reduce((sum, each) => sum + each, 0) / 1e6
  },
})

/** So long at least, for the system counts in ticks of up to 4 ms. */
const LEAST_MS = 60

/** One run of many, less what it does beside the contract. */
export async function processorTime(run: () => Promise<Run>, processor: Processor): Promise<Run> {
  const { output } = await run()
  const milliseconds = await timeOf(run, processor)
  const { overhead } = processor
  return {
    output,
    milliseconds: overhead ? milliseconds - (await timeOf(overhead, processor)) : milliseconds,
  }
}

async function timeOf(run: () => Promise<unknown>, { now }: Processor): Promise<number> {
  const start = now()
  let runs = 0
  do {
    for (const more = Math.max(1, runs); runs < more * 2; runs++) await run()
  } while (now() - start < LEAST_MS)
  return (now() - start) / runs
}
