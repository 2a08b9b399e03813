import { TxLink } from '../components/who.tsx'
import { clock, DAY_SECONDS } from '../format/time.ts'
import type { Line, Step, Tone } from './history.ts'

/** A step of a deed: what happened, what followed, by which clause. */
export const StepView = ({ step }: { step: Step }) => {
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
        {step.time % DAY_SECONDS !== 0 && <span className="figures">{clock(step.time)}</span>}
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
