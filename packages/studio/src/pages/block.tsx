import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { useHeads } from '../chain/heads.ts'
import { blockByNumberQuery, outcomesQuery } from '../chain/queries.ts'
import { Failure } from '../components/notice.tsx'
import { useTitle } from '../components/title.ts'
import { Card } from '../components/ui/card.tsx'
import { Facts } from '../components/ui/facts.tsx'
import { Skeleton } from '../components/ui/skeleton.tsx'
import { Sentence, TxLink, useDirectory, Who } from '../components/who.tsx'
import { describe } from '../decode/call.ts'
import { decimal, GWEI } from '../format/money.ts'
import { clockSeconds, day } from '../format/time.ts'
import { plural } from '../format/words.ts'
import { Nothing } from './not-found.tsx'

/** More are left out: a page of ten thousand rows helps nobody. */
const TRANSACTIONS = 200

export const BlockPage = () => {
  const { id } = useParams({ from: '/block/$id' })
  const wellFormed = /^\d{1,15}$/.test(id)
  const number = wellFormed ? BigInt(id) : 0n
  const { data: block, error } = useQuery({ ...blockByNumberQuery(number), enabled: wellFormed })
  const outcomes = useQuery({ ...outcomesQuery(block?.hash ?? '0x'), enabled: !!block?.transactions.length })
  const known = useDirectory()
  const head = useHeads().heads[0]?.number
  useTitle(`Block ${id}`)

  if (!wellFormed) return <Nothing title="This is no block’s number">{id} is not a whole number.</Nothing>
  if (!block && error && (error as Error).name === 'BlockNotFoundError')
    return (
      <Nothing title={`There is no block ${number.toLocaleString('en-GB')} yet`}>
        {head !== undefined && `The newest is ${head.toLocaleString('en-GB')}.`}
      </Nothing>
    )
  if (!block)
    return error ? (
      <Failure title="The block cannot be shown." error={error} />
    ) : (
      <Skeleton className="h-64" />
    )

  const share = block.gasLimit === 0n ? 0 : Number((block.gasUsed * 1000n) / block.gasLimit) / 10
  return (
    <div className="space-y-6">
      <header className="flex flex-wrap items-center justify-between gap-4">
        <h1 className="figures font-serif text-4xl font-medium tracking-tight">
          Block {block.number.toLocaleString('en-GB')}
        </h1>
        <nav aria-label="Blocks" className="flex gap-4 text-sm">
          {number > 0n && (
            <Link
              to="/block/$id"
              params={{ id: `${number - 1n}` }}
              className="text-link underline underline-offset-3"
            >
              ← Before
            </Link>
          )}
          {(head === undefined || number < head) && (
            <Link
              to="/block/$id"
              params={{ id: `${number + 1n}` }}
              className="text-link underline underline-offset-3"
            >
              After →
            </Link>
          )}
        </nav>
      </header>
      <Card title={plural(block.transactions.length, 'transaction')} className="pb-3">
        <ul className="mt-1 divide-y divide-line px-4 sm:px-5">
          {block.transactions.slice(0, TRANSACTIONS).map((tx) => (
            <li key={tx.hash} className="flex flex-wrap items-baseline justify-between gap-x-4 py-2.5">
              <span className="min-w-0 break-words">
                <Sentence parts={describe(tx, known, outcomes.data?.get(tx.hash)?.logs).parts} />
                {outcomes.data?.get(tx.hash)?.done === false && (
                  <span className="ml-2 text-sm text-seal">reverted</span>
                )}
              </span>
              <TxLink hash={tx.hash} />
            </li>
          ))}
          {block.transactions.length === 0 && <li className="py-2 text-muted">The block is empty.</li>}
          {block.transactions.length > TRANSACTIONS && (
            <li className="py-2 text-muted">Only the first {TRANSACTIONS} are shown.</li>
          )}
        </ul>
      </Card>
      <Card title="Details" className="pb-2">
        <div className="px-4 sm:px-5">
          <Facts
            rows={[
              ['Time', `${day(Number(block.timestamp))}, ${clockSeconds(Number(block.timestamp))} UTC`],
              ['Hash', <Code key="hash" text={block.hash} />],
              ['Parent', <Code key="parent" text={block.parentHash} />],
              ['State root', <Code key="state" text={block.stateRoot} />],
              ['Beneficiary', <Who key="miner" address={block.miner} full />],
              [
                'Gas',
                `${block.gasUsed.toLocaleString('en-GB')} of ${block.gasLimit.toLocaleString('en-GB')} (${share} %)`,
              ],
              [
                'Base fee',
                block.baseFeePerGas === null ? 'none' : `${decimal(block.baseFeePerGas, GWEI.decimals)} gwei`,
              ],
              ['Size', `${block.size.toLocaleString('en-GB')} bytes`],
            ]}
          />
        </div>
      </Card>
    </div>
  )
}

const Code = ({ text }: { text: string }) => <span className="break-all font-mono text-[13px]">{text}</span>
