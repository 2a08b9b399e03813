/**
 * Finds out who signed transactions on other threads: it is the dearest part of a transfer, and the event loop has
 * enough to do. What arrives in one turn of the loop travels together, so that the way there and back costs little;
 * one that comes alone is quicker recovered on the spot.
 */
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { type Address, bytesToHex } from '@deed/evm'
import { ADDRESS_BYTES, type RecoveryJob, type RecoveryResult } from './recovery-job.ts'

export interface Recovery {
  /** The sender of a transaction in its network encoding; `undefined`: whoever asks finds out by himself. */
  sender(encoded: Uint8Array): Promise<Address | undefined>
  close(): Promise<void>
}

/** Threads at most: recovery keeps up with the loop long before. */
const MAX_THREADS = 2
/** Transactions that one message carries: few, so that the loop goes on with the first while others are recovered. */
const MAX_JOB = 4
/** Transactions that wait for one thread. More are recovered on the spot, so that both have something to do. */
const MAX_BACKLOG = 12
/** A transaction with blobs has 128 KB and more, most of which the recovery does not need. */
const MAX_BYTES = 16_384

export const createRecovery = (threads = Math.min(MAX_THREADS, availableParallelism() - 1)): Recovery => {
  const workers: Thread[] = []
  let waiting: Waiting[] = []
  let next = 0
  let isClosed = false

  const flush = (): void => {
    const all = waiting
    waiting = []
    // The first that come together bring the threads into being; until they are ready nobody waits for them.
    if (all.length > 1 && workers.length === 0)
      for (let i = 0; i < threads; i++) workers.push(startThread(() => workers.splice(0)))
    const ready = workers.filter((thread) => thread.isReady)
    if (
      isClosed ||
      ready.length === 0 ||
      (all.length === 1 && ready.every((thread) => thread.jobs.size === 0))
    ) {
      for (const { resolve } of all) resolve(undefined)
      return
    }
    for (let at = 0; at < all.length; at += MAX_JOB) {
      const job = all.slice(at, at + MAX_JOB)
      const thread = ready[next++ % ready.length]!
      if (thread.jobs.size * MAX_JOB < MAX_BACKLOG) thread.send(job)
      else for (const { resolve } of job) resolve(undefined)
    }
  }

  return {
    sender: (encoded) =>
      threads < 1 || encoded.length > MAX_BYTES
        ? Promise.resolve(undefined)
        : new Promise((resolve) => {
            if (waiting.length === 0) setImmediate(flush)
            waiting.push({ encoded, resolve })
          }),
    close: async () => {
      isClosed = true
      await Promise.all(workers.map((thread) => thread.close()))
    },
  }
}

interface Waiting {
  readonly encoded: Uint8Array
  readonly resolve: (sender: Address | undefined) => void
}

interface Thread {
  isReady: boolean
  /** What it works on, by number. */
  readonly jobs: Map<number, readonly Waiting[]>
  send(waiting: readonly Waiting[]): void
  close(): Promise<unknown>
}

/** @param lost is called when the thread has died, which a bug of ours or a lack of memory is the reason of. */
const startThread = (lost: () => void): Thread => {
  const worker = new Worker(new URL('recovery-worker.ts', import.meta.url))
  worker.unref()
  let number = 0
  const giveUp = (): void => {
    thread.isReady = false
    for (const job of thread.jobs.values()) for (const { resolve } of job) resolve(undefined)
    thread.jobs.clear()
    lost()
  }
  const thread: Thread = {
    isReady: false,
    jobs: new Map(),
    send(waiting) {
      thread.jobs.set(++number, waiting)
      worker.postMessage({
        number,
        transactions: waiting.map(({ encoded }) => encoded),
      } satisfies RecoveryJob)
    },
    close: () => worker.terminate(),
  }
  worker.on('message', (message: RecoveryResult | 'ready') => {
    if (message === 'ready') {
      thread.isReady = true
      return
    }
    const job = thread.jobs.get(message.number)!
    thread.jobs.delete(message.number)
    job.forEach(({ resolve }, index) => {
      const address = message.senders.subarray(index * ADDRESS_BYTES, (index + 1) * ADDRESS_BYTES)
      resolve(address.some((byte) => byte !== 0) ? bytesToHex(address) : undefined)
    })
  })
  worker.on('error', giveUp)
  worker.on('exit', giveUp)
  return thread
}
