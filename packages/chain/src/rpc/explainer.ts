/**
 * Says in words of the source why a call failed. The node itself knows code and nothing of sources: whoever does is
 * given what tracers tell of the call, and may answer or not. See ../server/explainer.ts.
 */
import type { MessageTracer } from '../execute/message.ts'
import type { RpcError } from './error.ts'
import type { Node } from './node.ts'

export interface Explainer {
  /**
   * @param what the method that was asked for
   * @param run runs the call once more
   * @returns lines of text; undefined where there is nothing to say, or no time to
   */
  explain(what: string, run: (tracer: MessageTracer) => Promise<unknown>): Promise<string | undefined>
  /** Whether failures are told to whoever watches the node. */
  isTelling: boolean
}

/** The error with what is said of it, as a member beside those that clients read. Never throws. */
export const explained = async (
  { explainer }: Node,
  what: string,
  error: RpcError,
  run: (tracer: MessageTracer) => Promise<unknown>,
): Promise<RpcError> => {
  error.explanation = await explainer?.explain(what, run).catch(() => undefined)
  return error
}
