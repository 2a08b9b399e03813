import { isObject, refuse, show } from '../decode.ts'
import { RPC_CODE, RpcError } from '../error.ts'
import { formatHeader, formatWaiting } from '../format.ts'
import type { Context } from '../method.ts'
import type { Node } from '../node.ts'
import { logQuery } from '../params.ts'
import type { Session } from '../subscription.ts'
import { followLogs } from './eth_newFilter.ts'

export const ethSubscribe = ({ node, session }: Context, topic: string, options: unknown) => {
  const start = Object.hasOwn(TOPICS, topic) ? TOPICS[topic as keyof typeof TOPICS] : undefined
  if (start === undefined)
    return refuse('argument 0 (topic)', `one of ${Object.keys(TOPICS).join(', ')}`, topic)
  return sessionOf(session).subscribe(start(node, options))
}

export const ethUnsubscribe = ({ session }: Context, id: string) => {
  if (sessionOf(session).unsubscribe(id)) return true
  throw new RpcError(RPC_CODE.server, `subscription not found: ${show(id)}`, {
    code: 'DEED_RPC_SUBSCRIPTION',
  })
}

type Start = (notify: (result: unknown) => void) => () => void

const TOPICS: Record<
  'newHeads' | 'logs' | 'newPendingTransactions' | 'syncing',
  (node: Node, options: unknown) => Start
> = {
  newHeads: (node) => (notify) =>
    node.chain.onHead(({ added }) => {
      for (const { block, hash } of added) notify(formatHeader(block.header, hash))
    }),
  logs: (node, options) => {
    const criteria = logQuery(options ?? {}, 'argument 1 (filter)')
    return (notify) => followLogs(node, criteria, notify)
  },
  newPendingTransactions: (node, options) => {
    const isFull = options === true || (isObject(options) && options.includeTransactions === true)
    return (notify) =>
      node.onTransaction(({ hash, transaction, sender }) =>
        notify(isFull ? formatWaiting(transaction, sender) : hash),
      )
  },
  // Nothing ever changes: the node is where the chain is.
  syncing: () => () => () => {},
}

const sessionOf = (session: Session | undefined): Session => {
  if (session !== undefined) return session
  throw new RpcError(
    RPC_CODE.methodNotFound,
    'notifications not supported: subscribe over WebSocket, or poll with eth_newFilter',
    { code: 'DEED_RPC_NO_SESSION' },
  )
}
