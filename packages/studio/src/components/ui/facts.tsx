import type { ReactNode } from 'react'

/** Names and values below each other; a value that is long breaks rather than widens the page. */
export const Facts = ({ rows }: { rows: readonly (readonly [name: string, value: ReactNode])[] }) => (
  <dl className="divide-y divide-line">
    {rows.map(([name, value]) => (
      <div key={name} className="grid gap-x-6 gap-y-0.5 py-2.5 sm:grid-cols-[10rem_1fr]">
        <dt className="text-sm text-muted">{name}</dt>
        <dd className="figures min-w-0 break-words">{value}</dd>
      </div>
    ))}
  </dl>
)
