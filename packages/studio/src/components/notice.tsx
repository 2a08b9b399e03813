import type { ReactNode } from 'react'

/** Something is not as it should be: what, and what to do. */
const Notice = ({ title, children }: { title: string; children: ReactNode }) => (
  <div role="status" className="rounded-xl border border-owed/30 bg-owed-soft px-4 py-3 text-sm">
    <p className="font-medium text-owed">{title}</p>
    <div className="mt-0.5 text-ink">{children}</div>
  </div>
)

/** What a page says when its query failed. `code` and sentence come from the platform or the chain. */
export const Failure = ({ title, error, children }: FailureProps) => {
  const { code, message, shortMessage } = error as { code?: unknown; message?: string; shortMessage?: string }
  return (
    <Notice title={title}>
      <p>
        {shortMessage ?? message ?? String(error)}
        {typeof code === 'string' && <span className="ml-2 font-mono text-xs text-muted">{code}</span>}
      </p>
      {children && <p className="mt-1 text-muted">{children}</p>}
    </Notice>
  )
}

interface FailureProps {
  title: string
  error: unknown
  /** What still works, or what to do. */
  children?: ReactNode
}
