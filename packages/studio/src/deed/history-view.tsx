import type { Deed } from '@deed/platform'
import { useMemo, useState } from 'react'
import { Button } from '../components/ui/button.tsx'
import { Card } from '../components/ui/card.tsx'
import { TxLink } from '../components/who.tsx'
import { clock, day } from '../format/time.ts'
import { plural } from '../format/words.ts'
import { history, type Line, type Step, type Tone } from './history.ts'

const DAYS_AT_FIRST = 12

/** What happened, newest first: who did what by which clause, and what money went where. */
export const History = ({ deed }: { deed: Deed }) => {
  const days = useMemo(() => history(deed), [deed])
  const [all, setAll] = useState(false)
  const shown = all ? days : days.slice(0, DAYS_AT_FIRST)
  return (
    <Card
      title="What happened"
      aside={plural(deed.timeline.length + deed.earlier, 'entry').replace('entrys', 'entries')}
    >
      <ol className="mt-2 px-4 pb-4 sm:px-5" data-days={days.length}>
        {shown.map(({ day: number, time, steps }) => (
          <li
            key={number}
            className="grid gap-x-5 border-t border-line py-3 first:border-0 sm:grid-cols-[8.5rem_1fr]"
          >
            <h3 className="figures pb-1 text-sm font-medium sm:pt-px">{day(time)}</h3>
            <ol className="min-w-0 space-y-3">
              {steps.map((step) => (
                <StepView key={step.key} step={step} />
              ))}
            </ol>
          </li>
        ))}
      </ol>
      {days.length > shown.length && (
        <p className="px-4 pb-5 sm:px-5">
          <Button onClick={() => setAll(true)}>Show all {plural(days.length, 'day')}</Button>
        </p>
      )}
      {all && deed.earlier > 0 && (
        <p className="px-4 pb-5 text-sm text-muted sm:px-5">
          {deed.earlier.toLocaleString('en-GB')} older entries are not shown; the chain has them.
        </p>
      )}
    </Card>
  )
}

const StepView = ({ step }: { step: Step }) => {
  const [first, ...rest] = step.lines
  return (
    <li>
      <LineView line={first!} main />
      {rest.length > 0 && (
        <ul className="mt-0.5 border-l-2 border-line pl-3">
          {rest.map((line, index) => (
            <li key={`${line.text}-${index}`}>
              <LineView line={line} />
            </li>
          ))}
        </ul>
      )}
      <p className="mt-0.5 flex flex-wrap gap-x-3 text-xs text-muted">
        {step.clause && (
          <a
            href={`#clause-${step.clauseNumber}`}
            className="underline decoration-line-strong underline-offset-3"
          >
            {step.clause}
          </a>
        )}
        {step.time % 86_400 !== 0 && <span className="figures">{clock(step.time)}</span>}
        <TxLink hash={step.tx} />
      </p>
    </li>
  )
}

const TONES: Record<Tone, string> = {
  money: '',
  owed: '',
  breach: 'text-seal',
  act: '',
  time: '',
  quiet: 'text-muted',
}
const AMOUNTS: Record<Tone, string> = { ...TONES, money: 'text-money', owed: 'text-owed' }

const LineView = ({ line, main = false }: { line: Line; main?: boolean }) => (
  <p className={`flex items-baseline justify-between gap-4 ${main ? 'font-medium' : 'text-sm'}`}>
    <span className={`min-w-0 break-words ${TONES[line.tone]}`}>{line.text}</span>
    {line.amount && (
      <span className={`figures shrink-0 whitespace-nowrap font-medium ${AMOUNTS[line.tone]}`}>
        {line.amount}
      </span>
    )}
  </p>
)
