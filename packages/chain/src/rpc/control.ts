import { RPC_CODE, RpcError } from './error.ts'
import type { Control, Node } from './node.ts'

/** The power over time, blocks and state that a development chain gives; throws elsewhere. */
export const controlOf = ({ control }: Node): Control => {
  if (control !== undefined) return control
  throw new RpcError(
    RPC_CODE.unsupported,
    `not a development chain: time, blocks and state are not for a client to set`,
    { code: 'DEED_RPC_NO_CONTROL' },
  )
}
