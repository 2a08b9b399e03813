import type { Fact } from '@deed/agreement/language'

const HEADINGS: Readonly<Record<Fact['kind'], string>> = {
  life: 'How long',
  money: 'Money',
  duty: 'Duties',
  trust: 'Who is believed',
  order: 'Who goes first',
  control: 'Clauses',
}

/** What was proved of a text, by subject. */
export const FactList = ({ facts, className = '' }: { facts: readonly Fact[]; className?: string }) => (
  <dl className={`space-y-4 ${className}`}>
    {Object.entries(HEADINGS).map(([kind, heading]) => {
      const own = facts.filter((fact) => fact.kind === kind)
      if (own.length === 0) return null
      return (
        <div key={kind} className="break-inside-avoid">
          <dt className="text-sm font-medium">{heading}</dt>
          <dd>
            <ul className="mt-1 space-y-1">
              {own.map(({ sentence }) => (
                <li key={sentence} className="flex gap-2.5 text-sm leading-6">
                  <Tick />
                  <span className="min-w-0 break-words">{sentence}</span>
                </li>
              ))}
            </ul>
          </dd>
        </div>
      )
    })}
  </dl>
)

const Tick = () => (
  <svg viewBox="0 0 12 12" aria-hidden="true" className="mt-1.5 size-3 shrink-0">
    <path d="M1.5 6.5 4.5 9.5 10.5 2.5" fill="none" className="stroke-money" strokeWidth="1.75" />
  </svg>
)
