import type { Deed, OpenClause, PossibleAct } from '@deed/platform'
import { ActForm, isMine } from '../acting/act-form.tsx'
import { useActor } from '../acting/actor.ts'
import { Identity } from '../acting/identity.tsx'
import { SignForm } from '../acting/sign-form.tsx'
import { Badge } from '../components/ui/badge.tsx'
import { Card } from '../components/ui/card.tsx'
import { deadline, isRecurring, relative } from '../format/time.ts'
import { clauseTitle, short, spaced } from '../format/words.ts'

/** Who must or may act by when and what happens otherwise, with a press for what is one's own; and what happens by itself. */
export const Now = ({ deed, now }: { deed: Deed; now: number }) => {
  if (deed.state === 'ended') return null
  if (deed.state === 'signing') return <Signing deed={deed} now={now} />
  const when = (clause: number) => deed.outline?.clauses.find((c) => c.number === clause)?.when
  const byDue = deed.open.toSorted((a, b) => a.due - b.due || a.clause - b.clause)
  const waits = byDue.filter(({ acts }) => acts.length > 0)
  const obliged = waits.filter(({ must }) => must)
  const allowed = waits.filter(({ must, acts }) => !must && acts.some(({ possible }) => possible))
  const later = waits.filter((clause) => !obliged.includes(clause) && !allowed.includes(clause))
  const timers = byDue.filter(({ acts }) => acts.length === 0)

  return (
    <Card title="Now" className="pb-2">
      <div className="mt-2">
        <Identity deed={deed} />
      </div>
      <ul className="divide-y divide-line">
        {[...obliged, ...allowed].map((open) => (
          <Wait key={open.clause} deed={deed} open={open} now={now} when={when(open.clause)} />
        ))}
        {timers.map((open) => (
          <li key={open.clause} className="px-4 py-3 sm:px-5">
            <p className="flex flex-wrap items-baseline gap-x-2">
              <Badge>by itself</Badge>
              <ClauseLink deed={deed} number={open.clause} />
            </p>
            <p className="mt-1">
              <span className="figures font-medium">{deadline(open.due, when(open.clause))}</span>{' '}
              <span className="text-muted">({relative(open.due, now)})</span>
            </p>
            {open.otherwise.length > 0 && (
              <p className="mt-1 text-sm text-muted">
                <span className="font-medium">
                  {isRecurring(when(open.clause)) ? when(open.clause) : 'Then'}:
                </span>{' '}
                {open.otherwise.filter((said) => !said.startsWith('Afterwards')).join(' ')}
              </p>
            )}
          </li>
        ))}
        {later.length > 0 && (
          <li className="px-4 py-3 text-sm text-muted sm:px-5">
            Open, but nobody may act now:{' '}
            {later.map((open, index) => (
              <span key={open.clause}>
                {index > 0 && ', '}
                <ClauseLink deed={deed} number={open.clause} /> until {deadline(open.due, when(open.clause))}
              </span>
            ))}
            .
          </li>
        )}
      </ul>
    </Card>
  )
}

interface WaitProps {
  deed: Deed
  open: OpenClause
  now: number
  when: string | undefined
}

const Wait = ({ deed, open, now, when }: WaitProps) => (
  <li id={`now-${open.clause}`} className="scroll-mt-24 px-4 py-3 sm:px-5">
    <p className="flex flex-wrap items-baseline gap-x-2">
      <Badge tone={open.must ? 'seal' : 'plain'}>{open.must ? 'must' : 'may'}</Badge>
      <ClauseLink deed={deed} number={open.clause} />
    </p>
    <ul className="mt-1 space-y-2">
      {open.acts.map((act) => (
        <Act key={act.number} deed={deed} clause={open.clause} act={act} />
      ))}
    </ul>
    <p className="mt-1.5 text-sm">
      <span className="text-muted">until</span>{' '}
      <span className="figures font-medium">{deadline(open.due, when).replace(/^end of/, 'the end of')}</span>{' '}
      <span className="text-muted">({relative(open.due, now)})</span>
    </p>
    {open.otherwise.length > 0 && (
      <p className="mt-1 text-sm text-muted">
        <span className="font-medium">Otherwise, by itself:</span> {open.otherwise.join(' ')}
      </p>
    )}
  </li>
)

const Act = ({ deed, clause, act }: { deed: Deed; clause: number; act: PossibleAct }) => {
  const mine = isMine(deed, act, useActor())
  return (
    <li
      className={
        act.possible
          ? `font-serif text-lg leading-6 ${mine ? '-mx-2 rounded-lg bg-sunken px-2 py-2' : ''}`
          : 'text-sm text-muted'
      }
    >
      {act.sentence ?? `${act.by.join(' or ') || 'Somebody'}: act ${act.number}`}
      {!act.possible && ' (not now)'}
      <ActForm deed={deed} clause={clause} act={act} />
    </li>
  )
}

const Signing = ({ deed, now }: { deed: Deed; now: number }) => {
  const missing = deed.parties.filter(({ role, signed }) => role === 'party' && signed === undefined)
  return (
    <Card title="Now" className="pb-4">
      <div className="mt-2">
        <Identity deed={deed} />
      </div>
      <p className="px-4 pt-3 sm:px-5">
        The deed begins when everybody has signed. Missing:{' '}
        {missing.map(({ name, address }) => (name ? spaced(name) : short(address))).join(', ')}. No money
        moves before.
      </p>
      <SignForm deed={deed} now={now} />
    </Card>
  )
}

const ClauseLink = ({ deed, number }: { deed: Deed; number: number }) => (
  <a
    href={`#clause-${number}`}
    className="text-sm text-muted underline decoration-line-strong underline-offset-3 hover:text-ink"
  >
    {clauseTitle(deed.outline, number)}
  </a>
)
