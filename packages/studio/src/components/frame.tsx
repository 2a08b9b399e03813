import { useQueries, useQuery } from '@tanstack/react-query'
import { Link, Outlet, useRouterState } from '@tanstack/react-router'
import { useEffect, useMemo, useRef } from 'react'
import { type Heads, useHeads } from '../chain/heads.ts'
import { directory } from '../decode/directory.ts'
import { deedQuery, deedsQuery, keeperQuery } from '../platform/queries.ts'
import { Search } from './search.tsx'
import { DirectoryContext } from './who.tsx'

/** Outlines are asked for the newest deeds only: they decode the acts in the newest blocks. */
const DECODED_DEEDS = 12

/** What is around every page: the head with search and the state of the link, and who is who. */
export const Frame = () => {
  const { link, heads } = useHeads()
  const deeds = useQuery(deedsQuery)
  const keeper = useQuery(keeperQuery)
  const details = useQueries({
    queries: (deeds.data ?? [])
      .slice(0, DECODED_DEEDS)
      // The outline never changes; the deed's own page asks for the rest when it changes.
      .map(({ address }) => ({
        ...deedQuery(address),
        refetchInterval: false as const,
        refetchOnMount: false,
      })),
    combine: (results) => results.flatMap(({ data }) => (data ? [data] : [])),
  })
  const known = useMemo(
    () => directory(deeds.data ?? [], details, keeper.data),
    [deeds.data, details, keeper.data],
  )
  const main = useFocusOnNavigation()

  return (
    <DirectoryContext value={known}>
      <a
        href="#main"
        className="sr-only focus:not-sr-only focus:absolute focus:left-4 focus:top-3 focus:z-30 focus:bg-surface focus:p-2"
      >
        Skip to the page
      </a>
      <header className="print:hidden sticky top-0 z-10 border-b border-line bg-paper/95 backdrop-blur-sm">
        <div className="mx-auto flex max-w-6xl flex-wrap items-center gap-x-6 gap-y-2 px-4 py-2.5 sm:px-6">
          <Link to="/" className="flex items-center gap-2" aria-label="Deed: home">
            <Seal />
            <span className="font-serif text-[22px] font-semibold leading-none tracking-tight">Deed</span>
          </Link>
          <Link
            to="/write"
            className="text-sm text-muted underline decoration-line-strong underline-offset-3 hover:text-ink"
          >
            Write a deed
          </Link>
          <div className="order-3 w-full sm:order-none sm:ml-auto sm:w-80">
            <Search />
          </div>
          <LinkState link={link} block={heads[0]?.number} />
        </div>
        {link === 'reconnecting' && (
          <p
            role="status"
            className="border-t border-owed/30 bg-owed-soft px-4 py-1.5 text-center text-sm text-owed"
          >
            The chain does not answer. What you see is as it was last known; trying again by itself.
          </p>
        )}
      </header>
      <main
        id="main"
        ref={main}
        tabIndex={-1}
        className="mx-auto max-w-6xl px-4 py-6 outline-none sm:px-6 sm:py-8"
      >
        <Outlet />
      </main>
    </DirectoryContext>
  )
}

/** After a navigation the keyboard and a screen reader go on at the top of the new page. */
const useFocusOnNavigation = () => {
  const main = useRef<HTMLElement>(null)
  const path = useRouterState({ select: ({ location }) => location.pathname })
  const first = useRef(path)
  useEffect(() => {
    if (first.current === path) return
    first.current = path
    main.current?.focus({ preventScroll: true })
  }, [path])
  return main
}

const STATES = {
  connecting: { dot: 'bg-line-strong', text: 'Connecting' },
  live: { dot: 'bg-money', text: 'Live' },
  reconnecting: { dot: 'bg-owed animate-breathe', text: 'Reconnecting' },
} as const

const LinkState = ({ link, block }: { link: Heads['link']; block: number | undefined }) => (
  <p className="ml-auto flex items-center gap-2 text-sm text-muted sm:ml-0" data-link={link}>
    <span aria-hidden="true" className={`size-2 rounded-full ${STATES[link].dot}`} />
    <span>{STATES[link].text}</span>
    {block !== undefined && (
      <span className="figures text-ink">
        <span className="sr-only">at block </span>
        {block.toLocaleString('en-GB')}
      </span>
    )}
  </p>
)

const Seal = () => (
  <svg viewBox="0 0 32 32" className="size-7" aria-hidden="true">
    <path d="M7 3h13l6 6v20H7z" className="fill-surface stroke-ink" strokeWidth="2" strokeLinejoin="round" />
    <path d="M11 12h10M11 16h7" className="stroke-ink" strokeWidth="2" strokeLinecap="round" />
    <circle cx="20" cy="22.5" r="5.5" className="fill-seal" />
  </svg>
)
