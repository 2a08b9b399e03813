import { Link } from '@tanstack/react-router'
import { createContext, useContext } from 'react'
import type { Part } from '../decode/call.ts'
import { type Directory, nameOf } from '../decode/directory.ts'
import { short } from '../format/words.ts'

export const DirectoryContext = createContext<Directory>({
  names: new Map(),
  deeds: new Map(),
  tokens: new Map(),
  outlines: new Map(),
  acts: new Map(),
})
export const useDirectory = () => useContext(DirectoryContext)

/** An account by name where it has one, linked to its page: a deed to the deed's, others to the account's. */
export const Who = ({ address, full = false }: { address: string; full?: boolean }) => {
  const known = useDirectory()
  const name = nameOf(known, address)
  const deed = known.deeds.has(address.toLowerCase())
  const shown = name ?? (full ? address : short(address))
  return (
    <Link
      to={deed ? '/deed/$address' : '/address/$address'}
      params={{ address: address.toLowerCase() }}
      title={address}
      className={`underline decoration-line-strong underline-offset-3 hover:decoration-ink ${
        name ? 'font-medium' : `font-mono text-[0.9em] ${full ? 'break-all' : ''}`
      }`}
    >
      {shown}
      {name && full && <span className="ml-2 break-all font-mono text-[0.85em] text-muted">{address}</span>}
    </Link>
  )
}

/** A call as a sentence, its accounts linked. */
export const Sentence = ({ parts }: { parts: readonly Part[] }) =>
  parts.map((part, index) => {
    const key = `${index}`
    if (typeof part === 'string') return <span key={key}>{part}</span>
    if ('address' in part) return <Who key={key} address={part.address} />
    if ('aside' in part)
      return (
        <span key={key} className="text-muted">
          {part.aside}
        </span>
      )
    if ('code' in part)
      return (
        <code key={key} className="font-mono text-[0.9em]">
          {part.code}
        </code>
      )
    return (
      <span key={key} className="figures font-medium text-money">
        {part.money}
      </span>
    )
  })

export const TxLink = ({ hash, label }: { hash: string; label?: string }) => (
  <Link
    to="/tx/$hash"
    params={{ hash }}
    title={`Transaction ${hash}`}
    className="font-mono text-xs text-muted underline decoration-line-strong underline-offset-3 hover:text-ink"
  >
    {label ?? short(hash)}
  </Link>
)

export const BlockLink = ({ number }: { number: number | bigint }) => (
  <Link
    to="/block/$id"
    params={{ id: number.toString() }}
    className="figures font-medium underline decoration-line-strong underline-offset-3 hover:decoration-ink"
  >
    {number.toLocaleString('en-GB')}
  </Link>
)
