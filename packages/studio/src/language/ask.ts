/** Asks the worker that knows the language. It starts with the first question. */
import type { Answers } from './answers.ts'

interface Waiting {
  readonly resolve: (value: never) => void
  readonly reject: (error: Error) => void
}

let worker: Worker | undefined
let last = 0
const waiting = new Map<number, Waiting>()

const start = (): Worker => {
  const started = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })
  started.onmessage = ({ data }: MessageEvent<{ id: number; value?: never; error?: string }>) => {
    const asked = waiting.get(data.id)
    waiting.delete(data.id)
    if (data.error === undefined) asked?.resolve(data.value as never)
    else asked?.reject(new Error(data.error))
  }
  // A worker that could not be loaded is started anew by the next question.
  started.onerror = ({ message }) => {
    for (const { reject } of waiting.values())
      reject(new Error(message || 'The checker could not be loaded.'))
    waiting.clear()
    worker = undefined
  }
  return started
}

export const ask = <Q extends keyof Answers>(
  question: Q,
  ...args: Parameters<Answers[Q]>
): Promise<ReturnType<Answers[Q]>> => {
  worker ??= start()
  const id = ++last
  return new Promise((resolve, reject) => {
    waiting.set(id, { resolve: resolve as (value: never) => void, reject })
    worker!.postMessage({ id, ask: question, args })
  })
}
