import type { Deed } from '@deed/platform'
import { Card } from '../components/ui/card.tsx'
import { Who } from '../components/who.tsx'
import { day } from '../format/time.ts'
import { short, spaced } from '../format/words.ts'

export const Parties = ({ deed }: { deed: Deed }) => (
  <Card title="Parties" className="pb-3">
    <ul className="mt-1 divide-y divide-line px-4 sm:px-5">
      {deed.parties.map(({ name, address, role, signed }) => (
        <li key={address} className="py-2.5">
          <p className="flex items-baseline justify-between gap-4">
            <span className="font-medium">{name ? spaced(name) : short(address)}</span>
            <span className="text-xs text-muted">
              {role === 'third party' ? 'third party' : signed ? `signed ${day(signed)}` : 'has not signed'}
            </span>
          </p>
          <p className="break-all font-mono text-xs text-muted">{address}</p>
        </li>
      ))}
    </ul>
  </Card>
)

/** What was agreed at signing and what was stated later. */
export const Terms = ({ deed }: { deed: Deed }) => {
  // Parties and tokens are terms too, but have places of their own on the page.
  const shown = [...deed.terms, ...deed.fields].filter(({ kind }) => kind !== 'address')
  const tokens = deed.tokens
  return (
    <Card title="Terms" className="pb-3">
      <dl className="mt-1 divide-y divide-line px-4 sm:px-5">
        {shown.map(({ name, kind, shown: text, value }) => (
          <div key={name} className="flex items-baseline justify-between gap-4 py-2.5">
            <dt className="text-sm text-muted first-letter:uppercase">{spaced(name)}</dt>
            <dd className="figures min-w-0 break-words text-right" title={text}>
              {value === undefined || (kind === 'document' && /^0x0*$/.test(value)) ? (
                <span className="text-muted">not stated yet</span>
              ) : kind === 'document' ? (
                <span className="font-mono text-xs">{short(value, 6)}</span>
              ) : (
                readable(kind, text)
              )}
            </dd>
          </div>
        ))}
        {tokens.map(({ name, address }) => (
          <div key={address} className="flex items-baseline justify-between gap-4 py-2.5">
            <dt className="text-sm text-muted">{name}</dt>
            <dd>
              <Who address={address} />
            </dd>
          </div>
        ))}
      </dl>
    </Card>
  )
}

const readable = (kind: string, text: string) =>
  kind === 'date' && /^\d{4}-\d\d-\d\d$/.test(text) ? day(Date.parse(`${text}T00:00:00Z`) / 1000) : text
