import { Worker } from 'node:worker_threads'
import type { CaseResult } from './case.ts'
import type { KindName } from './kind.ts'

export interface Job {
  readonly kind: KindName
  readonly file: string
}

/** Passed cases are counted, all others named. */
export interface FileReport extends Job {
  readonly passed: number
  readonly others: Exclude<CaseResult, { status: 'passed' }>[]
}

export interface WorkerSetup {
  readonly engine: string
  readonly fork: string | undefined
  readonly match: string | undefined
}

/** Runs files in `workerCount` threads; each takes the next file when it is done with one. */
export const runJobs = async (
  jobs: readonly Job[],
  workerCount: number,
  setup: WorkerSetup,
  onReport: (report: FileReport) => void,
): Promise<void> => {
  let next = 0
  const work = async (): Promise<void> => {
    let worker = startWorker(setup)
    while (next < jobs.length) {
      const job = jobs[next++]!
      const report = await runJob(worker, job)
      onReport(report)
      // A worker that died (out of memory, for instance) fails its file, not the run.
      if (report.others.at(-1)?.id === DIED) worker = startWorker(setup)
    }
    await worker.terminate()
  }
  await Promise.all(Array.from({ length: Math.min(workerCount, jobs.length) }, work))
}

const DIED = '(worker)'

const startWorker = (setup: WorkerSetup): Worker =>
  new Worker(new URL('./worker.ts', import.meta.url), { workerData: setup })

const runJob = (worker: Worker, job: Job): Promise<FileReport> =>
  new Promise((resolve) => {
    const died = (why: string): void => {
      resolve({ ...job, passed: 0, others: [{ id: DIED, status: 'failed', reason: why }] })
    }
    const onError = (error: Error): void => died(error.stack ?? error.message)
    const onExit = (code: number): void => died(`the worker ended with exit code ${code}`)
    worker.once('message', (report: FileReport) => {
      worker.off('error', onError)
      worker.off('exit', onExit)
      resolve(report)
    })
    worker.once('error', onError)
    worker.once('exit', onExit)
    worker.postMessage(job)
  })
