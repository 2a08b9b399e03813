import type { Hex } from '@deed/evm'
import { RPC_CODE, RpcError } from '../rpc/error.ts'
import type { Context } from '../rpc/method.ts'
import { OriginRefusal } from './error.ts'
import type { Origin } from './origin.ts'

/** A request, decoded and as it came. */
export interface ForkRequest {
  readonly context: Context
  readonly name: string
  readonly values: readonly unknown[]
  readonly params: readonly unknown[]
}

/** `undefined`: it is for the local chain to answer. */
export type Route = (
  origin: Origin,
  request: ForkRequest,
) => Promise<{ readonly result: unknown } | undefined>

/** Asks the origin for somebody, who gets its errors too. */
export const askFor = async (
  origin: Origin,
  method: string,
  params: readonly unknown[],
): Promise<{ readonly result: unknown }> => {
  try {
    return { result: await origin.ask(method, params) }
  } catch (error) {
    if (!(error instanceof OriginRefusal)) throw error
    const { code, message, data } = error.error
    const refused = { code: 'DEED_FORK_ORIGIN_REFUSED' }
    if (code === RPC_CODE.methodNotFound)
      throw new RpcError(
        RPC_CODE.unsupported,
        `The origin ${origin.host} does not answer ${method}, and what was asked for lies before the fork: ${message}`,
        refused,
      )
    throw new RpcError(code, message, typeof data === 'string' ? (data as Hex) : refused)
  }
}
