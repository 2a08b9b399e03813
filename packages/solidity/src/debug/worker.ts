/**
 * Explains failures for the chain process, in a thread of it (`@deed/chain/server`: explainer.ts). Only this thread
 * reads artifacts and sources; it keeps them, so that the first failure takes half a second and each further one a few
 * milliseconds.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { createContractIndex } from './artifacts/index.ts'
import { explain } from './explain/explain.ts'
import { renderFailure, renderTree } from './render/render.ts'
import type { RawTrace } from './trace/raw-trace.ts'

/** The worker's data. */
export interface ExplainSettings {
  /** Folders with artifacts. */
  readonly folders: readonly string[]
}

const MAX_CALLS = 60
const MAX_EVENTS = 60
/** Characters in an error of JSON-RPC, which a program may print on one line. */
const MAX_TEXT = 8_000

const { folders } = workerData as ExplainSettings
const index = createContractIndex(folders)

parentPort!.on('message', ({ id, trace }: { id: number; trace: RawTrace }) => {
  explain(trace, index, { maxCalls: MAX_CALLS, maxEvents: MAX_EVENTS }).then(
    (explanation) => {
      const text = [...renderFailure(explanation), '', ...renderTree(explanation)].join('\n')
      parentPort!.postMessage({ id, explanation, text: text.slice(0, MAX_TEXT) })
    },
    // What cannot be explained goes without; it must not take the thread with it.
    () => parentPort!.postMessage({ id }),
  )
})
