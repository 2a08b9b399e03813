import type { KeeperAction } from '@deed/platform'
import { useQuery } from '@tanstack/react-query'
import { TxLink, Who } from '../components/who.tsx'
import { instant } from '../format/time.ts'
import { keeperQuery } from '../platform/queries.ts'

const ACTIONS = 12

/** What the keeper did and why, newest first; folded away until somebody asks. */
export const KeeperLog = () => {
  const { data: keeper } = useQuery(keeperQuery)
  if (!keeper || keeper.actions.length === 0) return null
  return (
    <details className="rounded-xl border border-line bg-surface shadow-card">
      <summary className="cursor-pointer px-4 py-3 font-serif text-xl font-medium sm:px-5">
        What the keeper did, and why
      </summary>
      <ol className="divide-y divide-line border-t border-line px-4 text-sm sm:px-5">
        {keeper.actions.slice(0, ACTIONS).map((action) => (
          <li key={action.id} className="py-2.5">
            <p className="break-words">
              {action.reason} <span className={OUTCOMES[action.outcome]}>{action.outcome}</span>
            </p>
            {action.detail && <p className="break-words text-muted">{action.detail}</p>}
            <p className="flex flex-wrap gap-x-3 text-xs text-muted">
              <span className="figures">{instant(action.time)}</span>
              <Who address={action.deed} />
              {action.tx && <TxLink hash={action.tx} />}
            </p>
          </li>
        ))}
      </ol>
    </details>
  )
}

const OUTCOMES: Record<KeeperAction['outcome'], string> = {
  done: 'text-money',
  sent: 'text-muted',
  refused: 'text-owed',
  reverted: 'text-seal',
  dropped: 'text-owed',
}
