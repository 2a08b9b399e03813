import { Link, useParams } from '@tanstack/react-router'
import { Failure } from '../components/notice.tsx'
import { StateBadge } from '../components/state-badge.tsx'
import { useTitle } from '../components/title.ts'
import { Card } from '../components/ui/card.tsx'
import { Skeleton } from '../components/ui/skeleton.tsx'
import { Who } from '../components/who.tsx'
import { DocumentView } from '../deed/document-view.tsx'
import { History } from '../deed/history-view.tsx'
import { Money } from '../deed/money.tsx'
import { Now } from '../deed/now.tsx'
import { PictureView } from '../deed/picture-view.tsx'
import { Parties, Terms } from '../deed/terms.tsx'
import { useDeed } from '../deed/use-deed.ts'
import { day } from '../format/time.ts'
import { short, spaced } from '../format/words.ts'
import { Nothing } from './not-found.tsx'

export const DeedPage = () => {
  const { address } = useParams({ from: '/deed/$address' })
  const { deed, error, text, missing, title, now } = useDeed(address)
  useTitle(title)

  if (missing) return <NoDeed address={address} />
  if (!deed) return error ? <Away error={error} /> : <Waiting />
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
        <nav aria-label="On this page" className="mt-3 flex flex-wrap gap-x-5 gap-y-1 text-sm">
          {text && (
            <a href="#text" className={JUMP}>
              Text
            </a>
          )}
          <a href="#happened" className={JUMP}>
            What happened
          </a>
          <a href="#terms" className={JUMP}>
            Terms and parties
          </a>
          {text && (
            <Link to="/deed/$address/explain" params={{ address }} className={JUMP}>
              Explain and print
            </Link>
          )}
          {text && (
            <Link to="/write" search={{ from: deed.address }} className={JUMP}>
              Write another like it
            </Link>
          )}
        </nav>
      </header>
      {deed.timeline.length > 0 && (
        <Card className="p-4 sm:p-5">
          <PictureView deed={deed} text={text} now={now} />
        </Card>
      )}
      <div className="grid items-start gap-6 lg:grid-cols-[minmax(0,1fr)_23rem]">
        {/* Beside the text, and before it where there is no room beside it. */}
        <aside className="min-w-0 space-y-6 lg:sticky lg:top-20 lg:order-2 lg:max-h-[calc(100vh-6rem)] lg:overflow-y-auto">
          <Now deed={deed} now={now} />
          <Money deed={deed} />
        </aside>
        <div className="min-w-0 lg:order-1">
          {text ? <DocumentView document={text} deed={deed} /> : <Unworded />}
        </div>
      </div>
      <div className="grid items-start gap-6 lg:grid-cols-[minmax(0,1fr)_23rem]">
        <div id="happened" className="min-w-0 scroll-mt-20">
          <History deed={deed} />
        </div>
        <div id="terms" className="min-w-0 scroll-mt-20 space-y-6">
          <Terms deed={deed} />
          <Parties deed={deed} />
        </div>
      </div>
    </article>
  )
}

const JUMP = 'text-link underline decoration-line-strong underline-offset-3 hover:decoration-link'

export const NoDeed = ({ address }: { address: string }) => (
  <Nothing title="There is no deed at this address">
    <p className="font-mono text-sm">{address}</p>
    <p className="mt-2">
      It may not have been signed yet, or live on another chain. Its account is at <Who address={address} />.
    </p>
  </Nothing>
)

export const Away = ({ error }: { error: unknown }) => (
  <Failure title="The deed cannot be shown." error={error}>
    The platform starts again by itself, and this page asks again.
  </Failure>
)

const Unworded = () => (
  <Card className="p-5 text-muted">
    The words of this deed are not known here: nobody has registered a text with the hash that it carries.
  </Card>
)

export const Waiting = () => (
  <div className="space-y-6" role="status" aria-label="The deed is being loaded">
    <Skeleton className="h-12 w-2/3" />
    <Skeleton className="h-72" />
    <Skeleton className="h-40" />
  </div>
)
