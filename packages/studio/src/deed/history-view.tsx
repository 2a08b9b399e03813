import type { Deed } from '@deed/platform'
import { useMemo, useState } from 'react'
import { Button } from '../components/ui/button.tsx'
import { Card } from '../components/ui/card.tsx'
import { day } from '../format/time.ts'
import { plural } from '../format/words.ts'
import { history } from './history.ts'
import { StepView } from './step-view.tsx'

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
