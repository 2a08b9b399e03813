/** One worker of the pool: runs a file's cases and tells how they ended. */
import { parentPort, workerData } from 'node:worker_threads'
import type { CaseResult } from './case.ts'
import { ENGINES, KINDS, type KindName } from './kind.ts'
import type { FileReport, WorkerSetup } from './pool.ts'

const { engine: engineName, fork, match } = workerData as WorkerSetup
const engine = await ENGINES[engineName]!()

parentPort!.on('message', async ({ kind, file }: { kind: KindName; file: string }) => {
  let passed = 0
  const others: FileReport['others'] = []
  try {
    const { run } = await KINDS[kind].load()
    for await (const result of run(file, { engine, fork, match }) as AsyncIterable<CaseResult>) {
      if (result.status === 'passed') passed++
      else others.push(result)
    }
  } catch (error) {
    const reason = `the file could not be run: ${error instanceof Error ? error.stack : error}`
    others.push({ id: '(file)', status: 'failed', reason })
  }
  parentPort!.postMessage({ kind, file, passed, others } satisfies FileReport)
})
