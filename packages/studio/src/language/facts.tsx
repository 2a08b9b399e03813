import type { Fact } from '@deed/agreement/language'

const HEADINGS: Readonly<Record<Fact['kind'], string>> = {
  life: 'How long',
  money: 'Money',
  duty: 'Duties',
  trust: 'Who is believed',
  order: 'Who goes first',
  control: 'Clauses',
}

interface FactListProps {
  facts: readonly Fact[]
  /** What stands for a name, where the values have been agreed. */
  figures?: Readonly<Record<string, string>>
}

/** What was proved of a text, by subject. */
export const FactList = ({ facts, figures = {} }: FactListProps) => (
  <dl className="space-y-4">
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
                  <span className="min-w-0 break-words">
                    {sentence}
                    <Figures sentence={sentence} figures={figures} />
                  </span>
                </li>
              ))}
            </ul>
          </dd>
        </div>
      )
    })}
  </dl>
)

/** `finish: 1 February 2028`, for the names in a sentence. */
const Figures = ({ sentence, figures }: { sentence: string; figures: Readonly<Record<string, string>> }) => {
  const words = new Set(sentence.match(/[A-Za-z][A-Za-z0-9-]*/g))
  const named = [...words].filter((word) => Object.hasOwn(figures, word))
  if (named.length === 0) return null
  return (
    <span className="figures ml-1.5 text-muted">
      ({named.map((name) => `${name.replaceAll('-', ' ')}: ${figures[name]}`).join('; ')})
    </span>
  )
}

const Tick = () => (
  <svg viewBox="0 0 12 12" aria-hidden="true" className="mt-1.5 size-3 shrink-0">
    <path d="M1.5 6.5 4.5 9.5 10.5 2.5" fill="none" className="stroke-money" strokeWidth="1.75" />
  </svg>
)
