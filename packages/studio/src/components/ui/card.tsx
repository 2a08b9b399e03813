import type { ReactNode } from 'react'

interface CardProps {
  /** Heading of the section; its words name the region for screen readers. */
  title?: string
  aside?: ReactNode
  className?: string
  children: ReactNode
}

export const Card = ({ title, aside, className = '', children }: CardProps) => (
  <section aria-label={title} className={`rounded-xl border border-line bg-surface shadow-card ${className}`}>
    {title && (
      <header className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1 px-4 pt-4 sm:px-5">
        <h2 className="font-serif text-xl font-medium">{title}</h2>
        {aside && <div className="text-sm text-muted">{aside}</div>}
      </header>
    )}
    {children}
  </section>
)
