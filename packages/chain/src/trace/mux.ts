import type { Json } from '../rpc/format.ts'
import type { OpenTracing, Tracing } from './tracing.ts'

/** Several tracers over one run; the result has each one's by its name. */
export const muxTracer =
  (named: Readonly<Record<string, OpenTracing>>): OpenTracing<Readonly<Record<string, Json>>> =>
  (start) => {
    const all = Object.entries(named).map(([name, open]) => ({ name, tracing: open(start) }))
    const tracing: { -readonly [K in keyof Tracing]: Tracing[K] } & { result(): Record<string, Json> } = {
      result: () => Object.fromEntries(all.map((one): [string, Json] => [one.name, one.tracing.result()])),
    }
    // A hook that none of them has stays away: an engine takes its slower path only for one that is there.
    for (const hook of HOOKS) {
      const wanting = all.flatMap((one) => one.tracing[hook] ?? []) as ((told: never) => void)[]
      if (wanting.length === 0) continue
      tracing[hook] = (told: never) => {
        for (const tell of wanting) tell(told)
      }
    }
    return tracing
  }

const HOOKS = ['step', 'enter', 'exit', 'log', 'end'] as const
