import type { Param } from './decode.ts'
import type { Node } from './node.ts'
import type { Session } from './subscription.ts'

/**
 * What a method may do: `read` looks, `write` sends what its sender has signed, `debug` costs much, `dev`
 * moves time, mines, or signs with an unlocked account, `engine` is for a consensus client.
 */
export type MethodClass = 'read' | 'write' | 'debug' | 'dev' | 'engine'

/** Who asks. Keys, roles and budgets join here. */
export interface Principal {
  readonly name: string
  /** Which classes of methods are offered. */
  readonly profile: 'dev' | 'node' | 'public' | 'engine'
}

/** What goes with every call. */
export interface Context {
  readonly node: Node
  readonly principal: Principal
  /** The connection that subscriptions belong to; HTTP has none. */
  readonly session?: Session | undefined
}

export interface Method {
  readonly class: MethodClass
  /** Work in units of one look-up in memory; what rate limits count. */
  readonly cost: number
  readonly params: readonly Param<unknown>[]
  /** Result as JSON, or a promise of it. */
  readonly run: (context: Context, ...args: never[]) => unknown
  /** Whether the result, a string, follows from these parameters and the head alone, and is worth being kept. */
  readonly isSteady?: (params: readonly unknown[]) => boolean
}

/** One row of the table; the handler's arguments are of the types that the parameters decode to. */
export const method = <P extends readonly unknown[]>(
  className: MethodClass,
  cost: number,
  params: { readonly [K in keyof P]: Param<P[K]> },
  run: (context: Context, ...args: P) => unknown,
): Method => ({ class: className, cost, params, run: run as unknown as Method['run'] })

/** Which classes of methods a profile offers. */
export const CLASSES: Readonly<Record<Principal['profile'], readonly MethodClass[]>> = {
  dev: ['read', 'write', 'debug', 'dev'],
  node: ['read', 'write', 'debug'],
  public: ['read', 'write'],
  engine: ['read', 'write', 'engine'],
}
