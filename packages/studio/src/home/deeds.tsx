import type { DeedSummary } from '@deed/platform'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useChainTime } from '../chain/heads.ts'
import { Command } from '../components/copy.tsx'
import { Failure } from '../components/notice.tsx'
import { StateBadge } from '../components/state-badge.tsx'
import { Skeleton } from '../components/ui/skeleton.tsx'
import { useDirectory } from '../components/who.tsx'
import { nameOf } from '../decode/directory.ts'
import { money } from '../format/money.ts'
import { day, relative } from '../format/time.ts'
import { plural, short, spaced } from '../format/words.ts'
import { deedsQuery } from '../platform/queries.ts'

export const Deeds = () => {
  const { data: deeds, error } = useQuery(deedsQuery)
  return (
    <section aria-label="Deeds" className="space-y-4">
      <header className="flex items-baseline justify-between gap-4">
        <h1 className="font-serif text-3xl font-medium tracking-tight">Deeds</h1>
        {deeds && deeds.length > 0 && <p className="text-sm text-muted">{plural(deeds.length, 'deed')}</p>}
      </header>
      {error && (
        <Failure title="The deeds cannot be shown." error={error}>
          The platform starts again by itself. Blocks, transactions and accounts can be seen meanwhile.
        </Failure>
      )}
      {!deeds && !error && [1, 2].map((n) => <Skeleton key={n} className="h-36" />)}
      {deeds?.length === 0 && <Empty />}
      <ul className="space-y-4">
        {deeds?.map((deed) => (
          <li key={deed.address}>
            <DeedCard deed={deed} />
          </li>
        ))}
      </ul>
    </section>
  )
}

const DeedCard = ({ deed }: { deed: DeedSummary }) => {
  const now = useChainTime()
  const known = useDirectory()
  return (
    <article className="relative rounded-xl border border-line bg-surface p-4 shadow-card transition-colors hover:border-line-strong sm:p-5">
      <div className="flex items-start justify-between gap-4">
        <h2 className="min-w-0 font-serif text-[22px] font-medium leading-7">
          <Link
            to="/deed/$address"
            params={{ address: deed.address }}
            className="after:absolute after:inset-0 after:rounded-xl"
          >
            {nameOf(known, deed.address)}
          </Link>
        </h2>
        <StateBadge state={deed.state} />
      </div>
      <p className="mt-1 text-sm text-muted">
        {deed.parties.map(({ name, address, role }, index) => (
          <span key={address}>
            {index > 0 && ' · '}
            <span className={role === 'party' ? 'text-ink' : ''}>{name ? spaced(name) : short(address)}</span>
          </span>
        ))}
        <span className="whitespace-nowrap"> · since {day(deed.since.time)}</span>
      </p>
      <dl className="mt-4 grid gap-x-6 gap-y-3 sm:grid-cols-[1fr_auto]">
        <div>
          <dt className="text-xs text-muted">Next by itself</dt>
          <dd className="figures">{next(deed, now)}</dd>
        </div>
        <div className="sm:text-right">
          <dt className="text-xs text-muted">Held by the deed</dt>
          <dd className="figures font-medium text-money">{held(deed)}</dd>
        </div>
      </dl>
    </article>
  )
}

const next = ({ state, next, parties }: DeedSummary, now: number | undefined) => {
  if (state === 'ended') return 'Ended: nothing is left to do'
  if (state === 'signing') {
    const missing = parties.filter(({ role, signed }) => role === 'party' && signed === undefined)
    return `Waits for ${missing.map(({ name, address }) => name ?? short(address)).join(' and ')} to sign`
  }
  if (!next) return 'No clock runs'
  const what = next.name ? `${next.clause}. ${spaced(next.name)}` : `Clause ${next.clause}`
  return `${what}, ${day(next.due)}${now === undefined ? '' : ` (${next.due > now ? relative(next.due, now) : 'due now'})`}`
}

const held = ({ held, tokens }: DeedSummary) => {
  const sums = held.flatMap(({ token, amount }) => {
    const unit = tokens.find(({ address }) => address === token)
    return unit && BigInt(amount) > 0n ? [money(amount, { symbol: unit.name, decimals: unit.decimals })] : []
  })
  return sums.length > 0 ? sums.join(', ') : <span className="text-muted">nothing</span>
}

const Empty = () => (
  <div className="rounded-xl border border-dashed border-line-strong p-5 sm:p-8">
    <h2 className="font-serif text-2xl font-medium">No deed lives on this chain yet</h2>
    <p className="mt-2 max-w-prose text-muted">
      Watch one perform itself. In the project’s folder, this command compiles an example lease, signs and
      deploys it here, and lets its months pass:
    </p>
    <div className="mt-4">
      <Command line={`npx deed perform examples/lease --rpc ${location.origin}`} />
    </div>
    <p className="mt-4 max-w-prose text-sm text-muted">
      <Link to="/write" className="text-link underline decoration-line-strong underline-offset-3">
        Write a deed of your own
      </Link>{' '}
      and see as you type what is proved of it. Any Ethereum tool can use this chain too: its JSON-RPC address
      is this page’s own, {location.origin}.
    </p>
  </div>
)
