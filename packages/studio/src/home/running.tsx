import type { KeeperStatus } from '@deed/platform'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useHeads } from '../chain/heads.ts'
import { chainIdQuery } from '../chain/queries.ts'
import { clock, day, relative, span } from '../format/time.ts'
import { keeperQuery } from '../platform/queries.ts'

/** A difference that is no more than the time between two blocks is not worth a word. */
const AHEAD_SECONDS = 120

/** What is running: chain, block, the chain's clock, the keeper. */
export const Running = () => {
  const { heads, arrivedMs } = useHeads()
  const chainId = useQuery(chainIdQuery)
  const keeper = useQuery(keeperQuery)
  const head = heads[0]
  const aheadSeconds = head ? head.time - Math.floor(arrivedMs / 1000) : 0

  return (
    <section
      aria-label="What is running"
      className="grid grid-cols-2 gap-x-6 gap-y-4 sm:grid-cols-[auto_1fr_1fr]"
    >
      <Figure name="Chain" value={chainId.data ?? '–'} />
      <Figure
        name="Chain time"
        value={head ? day(head.time) : '–'}
        note={
          head &&
          (aheadSeconds > AHEAD_SECONDS
            ? `${clock(head.time)} UTC, ${span(aheadSeconds)} ahead of the wall clock`
            : `${clock(head.time)} UTC`)
        }
      />
      <Figure
        name="Keeper"
        value={keeper.data ? KEEPER[keeper.data.state] : keeper.isError ? 'Away' : '–'}
        note={keeperNote(keeper.data, head?.time, keeper.isError)}
        wide
      />
    </section>
  )
}

const KEEPER: Record<KeeperStatus['state'], string> = {
  off: 'Off',
  idle: 'Watching',
  acting: 'Acting',
  'no-gas': 'Out of gas',
  away: 'Waits for the chain',
}

const keeperNote = (
  keeper: KeeperStatus | undefined,
  now: number | undefined,
  failed: boolean,
): ReactNode => {
  if (failed) return 'The platform does not answer.'
  if (keeper?.warning) return keeper.warning.message
  if (keeper?.state === 'off') return 'Nobody performs what is due by itself.'
  if (!keeper?.next) return keeper && 'Nothing is due.'
  const { due } = keeper.next
  return now === undefined || due <= now
    ? 'Something is due now.'
    : `Acts next on ${day(due)}, ${relative(due, now)}`
}

interface FigureProps {
  name: string
  value: ReactNode
  note?: ReactNode
  wide?: boolean
}

const Figure = ({ name, value, note, wide = false }: FigureProps) => (
  <div className={`min-w-0 ${wide ? 'col-span-2 sm:col-span-1' : ''}`}>
    <p className="text-sm text-muted">{name}</p>
    <p className="figures font-serif text-2xl font-medium leading-8">{value}</p>
    {note && <p className="figures text-sm text-muted">{note}</p>}
  </div>
)
