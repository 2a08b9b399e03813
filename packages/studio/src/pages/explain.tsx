import type { Deed } from '@deed/platform'
import { Link, useParams } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useTitle } from '../components/title.ts'
import { Button } from '../components/ui/button.tsx'
import { DocumentText } from '../deed/document-view.tsx'
import { PictureView } from '../deed/picture-view.tsx'
import { useDeed } from '../deed/use-deed.ts'
import { day, deadline } from '../format/time.ts'
import { clauseTitle, short, spaced } from '../format/words.ts'
import { Proved } from '../language/proved.tsx'
import { Away, NoDeed, Waiting } from './deed.tsx'

/** A deed on paper: who, what was agreed, how it stands, its text with the figures in it, and what is proved of it. */
export const ExplainPage = () => {
  const { address } = useParams({ from: '/deed/$address/explain' })
  const { deed, error, text, missing, title, now } = useDeed(address)
  useTitle(`${title}, explained`)
  if (missing) return <NoDeed address={address} />
  if (!deed) return error ? <Away error={error} /> : <Waiting />
  return (
    <article className="mx-auto max-w-[52rem]">
      <p className="mb-4 flex flex-wrap items-center justify-between gap-3 print:hidden">
        <Link
          to="/deed/$address"
          params={{ address }}
          className="text-link underline decoration-line-strong underline-offset-3"
        >
          Back to the deed
        </Link>
        <Button tone="main" onClick={() => print()}>
          Print
        </Button>
      </p>
      <div className="sheet rounded-xl border border-line bg-surface px-5 py-10 shadow-card sm:px-14">
        <h1 className="text-center font-serif text-4xl font-medium tracking-tight">{title}</h1>
        <p className="mt-3 text-center text-sm text-muted">
          As it stands on {day(now)} · <span className="break-all font-mono text-xs">{deed.address}</span>
        </p>
        <Part title="Parties">
          <PartyTable deed={deed} />
        </Part>
        <Part title="What was agreed">
          <TermTable deed={deed} />
        </Part>
        <Part title="How it stands">
          <Standing deed={deed} />
          {deed.timeline.length > 0 && (
            <div className="mt-4">
              <PictureView deed={deed} text={text} now={now} />
            </div>
          )}
        </Part>
        {text && (
          <>
            <Part title="Text">
              <DocumentText document={text} deed={deed} />
            </Part>
            <Part title="What is proved">
              <Proved deed={deed} document={text} />
            </Part>
          </>
        )}
      </div>
    </article>
  )
}

const Part = ({ title, children }: { title: string; children: ReactNode }) => (
  <section aria-label={title} className="mt-9">
    <h2 className="border-b border-line-strong pb-1.5 font-serif text-2xl font-medium">{title}</h2>
    <div className="mt-3">{children}</div>
  </section>
)

const PartyTable = ({ deed }: { deed: Deed }) => (
  <Rows
    heads={['Party', 'Account', 'Signed']}
    rows={deed.parties.map(({ name, address, role, signed }) => [
      name ? spaced(name) : short(address),
      <span key={address} className="break-all font-mono text-xs">
        {address}
      </span>,
      role === 'third party' ? 'third party, does not sign' : signed ? day(signed) : 'not yet',
    ])}
  />
)

const TermTable = ({ deed }: { deed: Deed }) => (
  <Rows
    heads={['Term', 'Value']}
    rows={deed.terms
      .filter(({ kind }) => kind !== 'address')
      .map(({ name, kind, shown, value }) => [
        spaced(name),
        kind === 'date' && value !== undefined ? (
          day(Number(value) * 86_400)
        ) : (
          <span key={name} className={kind === 'document' ? 'break-all font-mono text-xs' : ''}>
            {shown}
          </span>
        ),
      ])}
  />
)

/** Open clauses in the order in which their time comes, then the money. */
const Standing = ({ deed }: { deed: Deed }) => {
  const when = (number: number) => deed.outline?.clauses.find((clause) => clause.number === number)?.when
  const money = [...deed.holdings, ...deed.debts].filter(({ value }) => value !== undefined && value !== '0')
  return (
    <>
      <p>{STATES[deed.state]}</p>
      {deed.open.length > 0 && (
        <Rows
          heads={['Open clause', 'Until', 'By itself then']}
          rows={deed.open
            .toSorted((a, b) => a.due - b.due || a.clause - b.clause)
            .map(({ clause, due, otherwise }) => [
              clauseTitle(deed.outline, clause),
              deadline(due, when(clause)),
              otherwise.filter((said) => !said.startsWith('Afterwards')).join(' '),
            ])}
        />
      )}
      {money.length > 0 && (
        <Rows
          heads={['Money', 'Amount']}
          rows={money.map(({ name, shown, owner, debtor, creditor }) => [
            owner
              ? `${spaced(name)}, held for ${spaced(owner)}`
              : `${spaced(name)}, owed by ${spaced(debtor ?? '')} to ${spaced(creditor ?? '')}`,
            shown,
          ])}
        />
      )}
    </>
  )
}

const STATES: Readonly<Record<Deed['state'], string>> = {
  signing: 'Not everybody has signed. Nobody is bound and no money moves before that.',
  running: 'Everybody has signed, and the deed performs itself.',
  ended: 'The deed has ended. What it held has gone to its owners.',
}

const Rows = ({ heads, rows }: { heads: readonly string[]; rows: readonly (readonly ReactNode[])[] }) => (
  <div className="mt-2 overflow-x-auto">
    <table className="figures w-full text-left text-sm">
      <thead>
        <tr className="border-b border-line-strong">
          {heads.map((head) => (
            <th key={head} scope="col" className="py-1.5 pr-4 text-xs font-medium text-muted">
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row, line) => (
          <tr key={`${line}-${row[0]}`} className="break-inside-avoid border-b border-line align-baseline">
            {row.map((cell, column) => (
              <td
                key={heads[column]}
                className={`py-1.5 pr-4 first-letter:uppercase ${column === 0 ? 'sm:whitespace-nowrap' : ''}`}
              >
                {cell}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  </div>
)
