import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import type { Log, TransactionReceipt } from 'viem'
import { receiptQuery, revertQuery, transactionQuery } from '../chain/queries.ts'
import { Copy } from '../components/copy.tsx'
import { Failure } from '../components/notice.tsx'
import { useTitle } from '../components/title.ts'
import { Badge } from '../components/ui/badge.tsx'
import { Card } from '../components/ui/card.tsx'
import { Facts } from '../components/ui/facts.tsx'
import { Skeleton } from '../components/ui/skeleton.tsx'
import { BlockLink, Sentence, useDirectory, Who } from '../components/who.tsx'
import { describe } from '../decode/call.ts'
import { readLog } from '../decode/log.ts'
import { type Reason, revertReason } from '../decode/revert.ts'
import { steps } from '../deed/history.ts'
import { StepView } from '../deed/step-view.tsx'
import { decimal, ETHER, GWEI, money } from '../format/money.ts'
import { plural, short } from '../format/words.ts'
import { deedQuery } from '../platform/queries.ts'
import { Nothing } from './not-found.tsx'

/** Longer input is cut; the button copies all of it. */
const INPUT_CHARACTERS = 2_000
const LOGS = 100

export const TransactionPage = () => {
  const { hash } = useParams({ from: '/tx/$hash' })
  const wellFormed = /^0x[0-9a-fA-F]{64}$/.test(hash)
  const id = hash as `0x${string}`
  const { data: tx, error } = useQuery({ ...transactionQuery(id), enabled: wellFormed })
  const mined = tx?.blockNumber != null
  const { data: receipt } = useQuery({ ...receiptQuery(id), enabled: mined })
  const revert = useQuery(revertQuery(id, receipt))
  const known = useDirectory()
  useTitle(`Transaction ${short(hash)}`)

  if (!wellFormed)
    return <Nothing title="This is no transaction’s hash">A hash is 0x and 64 hexadecimal digits.</Nothing>
  if (!tx && error && (error as Error).name === 'TransactionNotFoundError')
    return (
      <Nothing title="The chain knows no such transaction">
        <p className="break-all font-mono text-sm">{hash}</p>
        <p className="mt-2">It may have been sent to another chain, or taken back with its block.</p>
      </Nothing>
    )
  if (!tx)
    return error ? (
      <Failure title="The transaction cannot be shown." error={error} />
    ) : (
      <Skeleton className="h-64" />
    )

  const call = describe(tx, known, receipt?.logs)
  return (
    <div className="space-y-6">
      <header>
        <p className="flex items-center gap-3 text-sm text-muted">
          Transaction <Outcome mined={mined} receipt={receipt} />
        </p>
        <h1 className="mt-1 break-words font-serif text-3xl font-medium leading-10 tracking-tight">
          <Sentence parts={call.parts} />
        </h1>
      </header>
      {receipt?.status === 'reverted' && (
        <WhyReverted
          reason={revert.data ? revertReason(revert.data) : undefined}
          pending={revert.isPending}
        />
      )}
      {tx.to && known.deeds.has(tx.to) && <Effects deed={tx.to} tx={hash} />}
      <Card title="Details" className="pb-2">
        <div className="px-4 sm:px-5">
          <Facts
            rows={[
              [
                'Hash',
                <span key="hash" className="break-all font-mono text-[13px]">
                  {tx.hash}
                </span>,
              ],
              [
                'Block',
                tx.blockNumber === null ? (
                  'waits in the mempool'
                ) : (
                  <BlockLink key="b" number={tx.blockNumber} />
                ),
              ],
              ['From', <Who key="from" address={tx.from} full />],
              ...(tx.to ? [['To', <Who key="to" address={tx.to} full />] as const] : []),
              ...(receipt?.contractAddress
                ? [['Created', <Who key="new" address={receipt.contractAddress} full />] as const]
                : []),
              ['Value', money(tx.value, ETHER)],
              ['Nonce', tx.nonce.toLocaleString('en-GB')],
              ...(receipt ? gasRows(receipt, tx.gas) : []),
            ]}
          />
        </div>
      </Card>
      {tx.input !== '0x' && (
        <Card title="Input" className="pb-4" aside={<Copy text={tx.input} label="Copy input" />}>
          <div className="px-4 sm:px-5">
            {call.name && (
              <Facts
                rows={[
                  ['Function', <code key="f">{call.name}</code>],
                  ...(call.args ?? []).map(
                    ({ name, value }) => [name, <Value key={name} text={value} />] as const,
                  ),
                ]}
              />
            )}
            <p className="mt-2 max-h-56 overflow-y-auto break-all rounded-lg bg-sunken p-3 font-mono text-xs leading-5">
              {tx.input.slice(0, INPUT_CHARACTERS)}
              {tx.input.length > INPUT_CHARACTERS && '…'}
            </p>
          </div>
        </Card>
      )}
      {receipt && receipt.logs.length > 0 && <Logs logs={receipt.logs} />}
    </div>
  )
}

const WhyReverted = ({ reason, pending }: { reason: Reason | undefined; pending: boolean }) => (
  <Card title="Why it was reverted" className="pb-4">
    <div className="break-words px-4 pt-2 sm:px-5">
      {reason?.meaning && <p>{reason.meaning}</p>}
      <p className="font-mono text-sm text-seal">
        {reason?.error ?? (pending ? '…' : 'The reason cannot be found out any more.')}
      </p>
    </div>
  </Card>
)

/** What the deed's timeline says about the transaction. */
const Effects = ({ deed: address, tx }: { deed: string; tx: string }) => {
  const { data: deed } = useQuery(deedQuery(address))
  const done = deed ? steps(deed).filter((step) => step.tx === tx.toLowerCase()) : []
  if (done.length === 0) return null
  return (
    <Card title="What it did in the deed" className="pb-4">
      <ol className="space-y-3 px-4 pt-2 sm:px-5">
        {done.map((step) => (
          <StepView key={step.key} step={step} />
        ))}
      </ol>
    </Card>
  )
}

const Outcome = ({ mined, receipt }: { mined: boolean; receipt: TransactionReceipt | undefined }) => {
  if (!mined) return <Badge tone="owed">waiting</Badge>
  if (!receipt) return null
  return receipt.status === 'success' ? <Badge tone="money">done</Badge> : <Badge tone="seal">reverted</Badge>
}

const gasRows = (receipt: TransactionReceipt, gasLimit: bigint) =>
  [
    ['Gas', `${receipt.gasUsed.toLocaleString('en-GB')} of ${gasLimit.toLocaleString('en-GB')}`],
    ['Gas price', `${decimal(receipt.effectiveGasPrice, GWEI.decimals)} gwei`],
    ['Fee', money(receipt.gasUsed * receipt.effectiveGasPrice, ETHER)],
  ] as const

const Logs = ({ logs }: { logs: readonly Log[] }) => {
  const known = useDirectory()
  return (
    <Card title={plural(logs.length, 'log')} className="pb-2">
      <ol className="divide-y divide-line px-4 sm:px-5">
        {logs.slice(0, LOGS).map((log) => {
          const read = readLog(log, known)
          return (
            <li key={log.logIndex} className="py-3">
              <p className="flex flex-wrap items-baseline gap-x-3">
                <span className="font-medium">{read?.name ?? 'Unknown event'}</span>
                <span className="text-sm text-muted">
                  of <Who address={log.address} />
                </span>
              </p>
              <dl className="mt-1 grid gap-x-4 text-sm sm:grid-cols-[auto_1fr]">
                {(read?.args ?? rawArgs(log)).map(({ name, value }) => (
                  <div key={name} className="contents">
                    <dt className="text-muted">{name}</dt>
                    <dd className="mb-1 min-w-0 sm:mb-0">
                      <Value text={value} />
                    </dd>
                  </div>
                ))}
              </dl>
            </li>
          )
        })}
        {logs.length > LOGS && <li className="py-3 text-muted">Only the first {LOGS} are shown.</li>}
      </ol>
    </Card>
  )
}

const rawArgs = ({ topics, data }: Log) => [
  ...topics.map((topic, index) => ({ name: `topic ${index}`, value: topic as string })),
  { name: 'data', value: data.length > 2 ? data : 'empty' },
]

/** An address is shown by name and linked; other long values break. */
const Value = ({ text }: { text: string }) =>
  /^0x[0-9a-fA-F]{40}$/.test(text) ? (
    <Who address={text} />
  ) : (
    <span className={`figures break-all ${text.startsWith('0x') ? 'font-mono text-xs' : ''}`}>{text}</span>
  )
