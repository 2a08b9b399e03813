import type { BlockRecord } from '../../store/store.ts'
import type { LogCriteria } from '../filter.ts'
import type { Json } from '../format.ts'
import type { Context } from '../method.ts'
import type { Node } from '../node.ts'
import type { LogQuery } from '../params.ts'
import { ethGetLogs, logsOf } from './eth_getLogs.ts'

export const ethNewBlockFilter = ({ node }: Context) =>
  node.filters.create((add) =>
    node.chain.onHead(({ added }) => {
      for (const block of added) add(block.hash)
    }),
  )

export const ethNewPendingTransactionFilter = ({ node }: Context) =>
  node.filters.create((add) => node.onTransaction(({ hash }) => add(hash)))

export const ethNewFilter = ({ node }: Context, query: LogQuery) =>
  node.filters.create((add) => followLogs(node, query, add), query)

export const ethGetFilterChanges = ({ node }: Context, id: string) => node.filters.changes(id)

/** All logs of the filter's query, not only new ones. */
export const ethGetFilterLogs = (context: Context, id: string) => {
  const query = context.node.filters.query(id) as LogQuery | undefined
  return query === undefined ? [] : ethGetLogs(context, query)
}

export const ethUninstallFilter = ({ node }: Context, id: string) => node.filters.remove(id)

/** Tells of each wanted log of a block that joins the chain, and again, as removed, when it leaves. */
export const followLogs = (node: Node, criteria: LogCriteria, tell: (log: Json) => void): (() => void) => {
  // Receipts are asked for at once, since a block that left the chain may be forgotten the next moment, and
  // told of one event after the other, so that logs stay in order.
  let last = Promise.resolve()
  return node.chain.onHead(({ added, removed }) => {
    const read = ({ hash }: BlockRecord) => node.chain.receipts(hash)
    const gone = [...removed].reverse()
    const receipts = Promise.all([...gone, ...added].map(read))
    last = last
      .then(async () => {
        const all = await receipts
        for (const [index, block] of [...gone, ...added].entries())
          for (const log of logsOf(block, all[index] ?? [], criteria, index < gone.length)) tell(log)
      })
      // A store that cannot be read says so to whoever asks it next; it must not end the process here.
      .catch(() => {})
  })
}
