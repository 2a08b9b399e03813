import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useChainTime } from '../chain/heads.ts'
import { Failure } from '../components/notice.tsx'
import { StateBadge } from '../components/state-badge.tsx'
import { useTitle } from '../components/title.ts'
import { Card } from '../components/ui/card.tsx'
import { Skeleton } from '../components/ui/skeleton.tsx'
import { useDirectory, Who } from '../components/who.tsx'
import { nameOf } from '../decode/directory.ts'
import { DocumentView } from '../deed/document-view.tsx'
import { History } from '../deed/history-view.tsx'
import { Money } from '../deed/money.tsx'
import { Now } from '../deed/now.tsx'
import { PictureView } from '../deed/picture-view.tsx'
import { Parties, Terms } from '../deed/terms.tsx'
import { day } from '../format/time.ts'
import { short, spaced } from '../format/words.ts'
import { deedQuery, documentQuery, PlatformError } from '../platform/queries.ts'
import { Nothing } from './not-found.tsx'

export const DeedPage = () => {
  const { address } = useParams({ from: '/deed/$address' })
  const { data: deed, error } = useQuery(deedQuery(address))
  const text = useQuery({ ...documentQuery(address), enabled: deed?.title !== undefined })
  const head = useChainTime()
  const known = useDirectory()
  const title = nameOf(known, address) ?? deed?.title ?? `Deed ${short(address)}`
  useTitle(title)

  if (!deed && error instanceof PlatformError && error.code === 'DEED_NOT_FOUND')
    return (
      <Nothing title="There is no deed at this address">
        <p className="font-mono text-sm">{address}</p>
        <p className="mt-2">
          It may not have been signed yet, or live on another chain. Its account is at{' '}
          <Who address={address} />.
        </p>
      </Nothing>
    )
  if (!deed)
    return error ? (
      <Failure title="The deed cannot be shown." error={error}>
        The platform starts again by itself, and this page asks again.
      </Failure>
    ) : (
      <Waiting />
    )

  const now = Math.max(head ?? 0, deed.timeline.at(-1)?.time ?? 0)
  const people = deed.parties.map(({ name, address: at }) => (name ? spaced(name) : short(at)))
  return (
    <article className="space-y-6">
      {error && <Failure title="The platform is away: this is how the deed was last seen." error={error} />}
      <header>
        <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
          <h1 className="font-serif text-4xl font-medium tracking-tight">{title}</h1>
          <StateBadge state={deed.state} />
        </div>
        <p className="mt-2 text-muted">
          {people.join(' · ')} · since {day(deed.since.time)}
        </p>
        <p className="break-all font-mono text-xs text-muted">{deed.address}</p>
      </header>
      <div className="grid gap-6 lg:grid-cols-[minmax(0,1fr)_22rem]">
        <div className="min-w-0 space-y-6">
          <Card className="p-4 sm:p-5">
            <PictureView deed={deed} text={text.data} now={now} />
          </Card>
          <div className="space-y-6 lg:hidden">
            <Now deed={deed} now={now} />
            <Money deed={deed} />
          </div>
          <History deed={deed} />
        </div>
        <aside className="min-w-0 space-y-6">
          <div className="hidden space-y-6 lg:block">
            <Now deed={deed} now={now} />
            <Money deed={deed} />
          </div>
          <Terms deed={deed} />
          <Parties deed={deed} />
        </aside>
      </div>
      {text.data && (
        <DocumentView
          document={text.data}
          when={(clause) => deed.outline?.clauses.find((c) => c.number === clause)?.when}
        />
      )}
    </article>
  )
}

const Waiting = () => (
  <div className="space-y-6" role="status" aria-label="The deed is being loaded">
    <Skeleton className="h-12 w-2/3" />
    <Skeleton className="h-72" />
    <Skeleton className="h-40" />
  </div>
)
