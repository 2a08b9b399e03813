/**
 * Explains failures by a module in a thread of its own, which knows sources and artifacts: what reads those is
 * heavy, and this process starts in a blink. The thread begins with the first failure. An answer waits for its explanation a
 * bounded time, and not at all behind others; what comes later is told to whoever watches. A failure is run once more
 * under tracers for that; without an explainer nothing is.
 */
import { Worker } from 'node:worker_threads'
import type { Hash } from '@deed/evm'
import type { HeadEvent } from '../chain.ts'
import type { MessageTracer } from '../execute/message.ts'
import type { Explainer } from '../rpc/explainer.ts'
import type { Json } from '../rpc/format.ts'
import type { Node } from '../rpc/node.ts'
import { traceMined } from '../rpc/replayed.ts'
import { createBudget } from '../trace/budget.ts'
import { callTracer } from '../trace/call-tracer.ts'
import { muxTracer } from '../trace/mux.ts'
import { pathTracer } from '../trace/paths.ts'
import { prestateTracer } from '../trace/prestate.ts'
import { follow } from '../trace/tracing.ts'

export interface ExplainerOptions {
  /** URL of a module that runs in a worker; it is told a {@link Question} and tells an {@link Answer}. */
  readonly module: string
  /** The worker's data. */
  readonly settings: unknown
}

/** To the worker: what the tracers told. */
export interface Question {
  readonly id: number
  readonly trace: Json
}

/** From the worker. */
export interface Answer {
  readonly id: number
  /** For the error of JSON-RPC; missing where there is nothing to say. */
  readonly text?: string
  /** Plain data, for whoever draws it. */
  readonly explanation?: unknown
}

/** What is told of a failure. */
export interface Told {
  /** The method that failed, or `transaction`. */
  readonly what: string
  readonly hash?: Hash
  readonly blockNumber?: string
  readonly text: string
  readonly explanation: unknown
  /** Failures before it that nobody had time to explain. */
  readonly skipped: number
}

/** Milliseconds that an answer waits; an explanation takes some 2. */
const WAIT_MS = 500
/** The first one waits for the thread too, which starts in 250 ms where nothing else runs. */
const FIRST_WAIT_MS = 3_000
/** Milliseconds of the run under tracers, in which nobody else is answered. */
const TRACE_MS = 250
/** Failures that are under way at once; others are counted. */
const MAX_PENDING = 4
/** Milliseconds after which the thread is given up. */
const HANG_MS = 30_000
/** Of one block. */
const MAX_MINED = 8
/** Then it stays away. */
const MAX_CRASHES = 3
const MAX_HEAP_MB = 512

export const startExplainer = (
  node: Node,
  { module, settings }: ExplainerOptions,
  tell: (told: Told) => void,
): Explainer => {
  const url = new URL(module)
  const waiting = new Map<number, (answer: Answer | undefined) => void>()
  let underWay = 0
  let worker: Worker | undefined
  let isWarm = false
  let crashes = 0
  let lastId = 0
  let skipped = 0
  let lastTold = ''

  const start = (): Worker => {
    const started = new Worker(url, {
      workerData: settings,
      resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
    })
    started.unref()
    started.on('message', (answer: Answer) => {
      isWarm = true
      waiting.get(answer.id)?.(answer)
    })
    // What went wrong in it is its own affair; that it ended is ours.
    started.on('error', () => {})
    started.on('exit', () => {
      crashes++
      worker = undefined
      isWarm = false
      for (const settle of waiting.values()) settle(undefined)
    })
    return started
  }

  const ask = (trace: Json): Promise<Answer | undefined> =>
    new Promise((resolve) => {
      const id = ++lastId
      worker ??= start()
      const asked = worker
      const hangs = setTimeout(() => void asked.terminate(), HANG_MS)
      hangs.unref()
      waiting.set(id, (answer) => {
        clearTimeout(hangs)
        waiting.delete(id)
        resolve(answer)
      })
      asked.postMessage({ id, trace } satisfies Question)
    })

  /** Traces and asks, unless too much is under way; `undefined` where nobody answers. */
  const attempt = async (trace: () => Promise<Json | undefined>): Promise<Answer | undefined> => {
    if (crashes >= MAX_CRASHES) return undefined
    if (underWay >= MAX_PENDING) {
      skipped++
      return undefined
    }
    underWay++
    try {
      const traced = await trace()
      return traced === undefined ? undefined : await ask(traced)
    } catch {
      return undefined
    } finally {
      underWay--
    }
  }

  const report = (
    what: string,
    answer: Answer | undefined,
    mined?: { hash: Hash; blockNumber: bigint },
  ): void => {
    const { text, explanation } = answer ?? {}
    if (text === undefined || !explainer.isTelling) return
    // Tools estimate, call and send one after the other: a call that fails as the last failure did is not told again.
    if (!mined && text === lastTold) return
    lastTold = text
    const place = mined && { hash: mined.hash, blockNumber: String(mined.blockNumber) }
    tell({ what, ...place, text, explanation, skipped })
    skipped = 0
  }

  const explainMined = async ({ added }: HeadEvent): Promise<void> => {
    for (const { hash: blockHash, block, transactionHashes } of added) {
      if (transactionHashes.length === 0) continue
      const receipts = (await node.chain.receipts(blockHash)) ?? []
      const failed = transactionHashes.filter((_, at) => {
        const receipt = receipts[at]
        return receipt !== undefined && 'status' in receipt && receipt.status === 0
      })
      skipped += Math.max(0, failed.length - MAX_MINED)
      // All of a block have the time of one together.
      const shared = budget(node)
      for (const hash of failed.slice(0, MAX_MINED)) {
        const answer = await attempt(async () => (await traceMined(node, hash, OPEN, shared))?.result)
        report('transaction', answer, { hash, blockNumber: block.header.number })
      }
    }
  }

  const explainer: Explainer = {
    isTelling: true,
    explain: async (what, run) => {
      const answered = attempt(() => traceRun(node, run))
      answered.then((answer) => report(what, answer))
      return (await within(answered, isWarm ? WAIT_MS : FIRST_WAIT_MS))?.text
    },
  }
  // A failure of this must not be one of the block.
  node.chain.onHead((event) => void (explainer.isTelling && explainMined(event).catch(() => {})))
  return explainer
}

/** What an explanation is made of. */
const OPEN = muxTracer({
  call: callTracer({ onlyTopCall: false, withLog: true }),
  before: prestateTracer({ diffMode: false, disableCode: false, disableStorage: true, includeEmpty: false }),
  paths: pathTracer,
})

const budget = ({ uptimeMs }: Node) => createBudget({ clock: uptimeMs, timeoutMs: TRACE_MS })

/** Throws where it takes too long, or becomes too large. */
const traceRun = async (node: Node, run: (tracer: MessageTracer) => Promise<unknown>): Promise<Json> => {
  const { tracer, result } = follow(OPEN, { firstLogIndex: 0 }, budget(node))
  await run(tracer)
  return result()
}

const within = <T>(promise: Promise<T>, milliseconds: number): Promise<T | undefined> => {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), milliseconds)
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}
