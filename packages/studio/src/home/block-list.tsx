import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { memo } from 'react'
import { type Head, useHeads } from '../chain/heads.ts'
import { blockQuery, outcomesQuery } from '../chain/queries.ts'
import { BlockLink, Sentence, useDirectory } from '../components/who.tsx'
import { describe } from '../decode/call.ts'
import { clockSeconds, shortDay } from '../format/time.ts'
import { plural } from '../format/words.ts'

const ROWS = 10
const TRANSACTIONS = 4

/** The newest blocks and what their transactions do. */
export const BlockList = () => {
  const { heads, link } = useHeads()
  return (
    <section aria-label="Newest blocks" className="min-w-0" aria-busy={link === 'connecting'}>
      <h2 className="font-serif text-xl font-medium lg:mt-1">Newest blocks</h2>
      <ol className="mt-3 divide-y divide-line rounded-xl border border-line bg-surface shadow-card">
        {rows(heads).map((row) =>
          row.length === 1 && !row[0]!.empty ? (
            <BlockRow key={row[0]!.hash} head={row[0]!} />
          ) : (
            <EmptyRow key={row.at(-1)!.hash} heads={row} />
          ),
        )}
        {heads.length === 0 && <li className="px-4 py-6 text-sm text-muted">Waiting for the chain …</li>}
      </ol>
    </section>
  )
}

/** A row for each block, and one for empty blocks that follow each other. */
const rows = (heads: readonly Head[]): Head[][] => {
  const found: Head[][] = []
  for (const head of heads) {
    const last = found.at(-1)
    if (head.empty && last?.[0]?.empty) last.push(head)
    else if (found.length === ROWS) break
    else found.push([head])
  }
  return found
}

const When = ({ time }: { time: number }) => (
  <span className="figures text-xs text-muted">
    {shortDay(time)}, {clockSeconds(time)}
  </span>
)

const EmptyRow = ({ heads }: { heads: readonly Head[] }) => {
  const [newest, oldest] = [heads[0]!, heads.at(-1)!]
  return (
    <li className="px-4 py-2.5 text-sm" data-block={newest.number}>
      <div className="flex items-baseline justify-between gap-3">
        <span className="text-muted">
          <BlockLink number={newest.number} />
          {oldest !== newest && (
            <>
              {' '}
              back to <BlockLink number={oldest.number} />
            </>
          )}
          {' · empty'}
        </span>
        <When time={newest.time} />
      </div>
    </li>
  )
}

const BlockRow = memo(({ head }: { head: Head }) => {
  const known = useDirectory()
  const block = useQuery(blockQuery(head.hash))
  const some = (block.data?.transactions.length ?? 0) > 0
  const outcomes = useQuery({ ...outcomesQuery(head.hash), enabled: some })
  const transactions = block.data?.transactions ?? []
  const more = transactions.length - TRANSACTIONS

  return (
    <li className="animate-arrive px-4 py-2.5 text-sm" data-block={head.number}>
      <div className="flex items-baseline justify-between gap-3">
        <BlockLink number={head.number} />
        <When time={head.time} />
      </div>
      {!block.data && (
        <p className="text-muted">{block.isError ? 'Taken back or not known any more' : '…'}</p>
      )}
      <ul>
        {transactions.slice(0, TRANSACTIONS).map((tx) => (
          <li key={tx.hash} className="group relative mt-1 flex items-start justify-between gap-3 leading-5">
            <span className="min-w-0 break-words">
              <Sentence parts={describe(tx, known, outcomes.data?.get(tx.hash)?.logs).parts} />
              {outcomes.data?.get(tx.hash)?.done === false && (
                <span className="ml-1.5 text-seal">reverted</span>
              )}
            </span>
            <Link
              to="/tx/$hash"
              params={{ hash: tx.hash }}
              aria-label={`Transaction ${tx.hash}`}
              className="shrink-0 text-muted hover:text-ink"
            >
              →
            </Link>
          </li>
        ))}
      </ul>
      {more > 0 && (
        <Link
          to="/block/$id"
          params={{ id: head.number.toString() }}
          className="mt-1 inline-block text-muted underline decoration-line-strong underline-offset-3"
        >
          and {plural(more, 'more transaction')}
        </Link>
      )}
    </li>
  )
})
