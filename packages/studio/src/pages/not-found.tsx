import { type ErrorComponentProps, Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useTitle } from '../components/title.ts'

export const Nothing = ({ title, children }: { title: string; children: ReactNode }) => {
  useTitle(title)
  return (
    <div className="mx-auto max-w-xl py-16 text-center">
      <h1 className="font-serif text-3xl font-medium">{title}</h1>
      <div className="mt-3 break-words text-muted">{children}</div>
      <p className="mt-6">
        <Link to="/" className="text-link underline underline-offset-3">
          Back to the deeds
        </Link>
      </p>
    </div>
  )
}

export const NotFound = () => (
  <Nothing title="There is no such page">
    Pages are: a deed, a block, a transaction, an address. The search box finds the last three.
  </Nothing>
)

/** A bug of the page itself, shown instead of a blank screen. */
export const Broken = ({ error }: ErrorComponentProps) => (
  <Nothing title="This page failed to show itself">
    <p>This is a fault of the page, not of the chain. Loading it again may help.</p>
    <p className="mt-3 font-mono text-sm">{error instanceof Error ? error.message : String(error)}</p>
  </Nothing>
)
