import type { Deed, PossibleAct } from '@deed/platform'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useId, useState } from 'react'
import type { Hash } from 'viem'
import { chainIdQuery } from '../chain/queries.ts'
import { Button } from '../components/ui/button.tsx'
import { TxLink } from '../components/who.tsx'
import type { KnownAct } from '../decode/directory.ts'
import { decimal, money } from '../format/money.ts'
import { spaced } from '../format/words.ts'
import { askedFor, callsOf, fixedAmount, knownAct, verbOf } from './act.ts'
import { type Actor, useActor } from './actor.ts'
import { rolesOf } from './identity.tsx'
import { failureWords, send } from './send.ts'
import { showsMore } from './shows-more.ts'
import { type Asked, argumentOf, type Given } from './value.ts'

/** Whether the person before the page may do it. */
export const isMine = (deed: Deed, act: Pick<PossibleAct, 'by'>, actor: Actor | undefined): boolean =>
  actor !== undefined &&
  (act.by.includes('Anyone') || rolesOf(deed, actor).some((role) => act.by.includes(role)))

interface ActFormProps {
  deed: Deed
  clause: number
  act: PossibleAct
}

/** One press does it; what the act gives is filled in beside it. Nothing where it is not the person's, or not now. */
export const ActForm = ({ deed, clause, act }: ActFormProps) => {
  const actor = useActor()
  const known = deed.outline && knownAct(deed.outline, clause, act.number)
  if (!act.possible || !known || !actor || !isMine(deed, act, actor)) return null
  return <Form key={actor.address} deed={deed} act={act} known={known} actor={actor} />
}

type Progress =
  | { readonly kind: 'doing'; readonly text: string }
  | { readonly kind: 'failed'; readonly text: string }
  | { readonly kind: 'done'; readonly hash: Hash }

interface FormProps {
  deed: Deed
  act: PossibleAct
  known: KnownAct
  actor: Actor
}

const Form = ({ deed, act, known, actor }: FormProps) => {
  const chainId = useQuery(chainIdQuery).data
  const queries = useQueryClient()
  const asked = askedFor(deed, known)
  const fixed = useQuery({
    queryKey: ['chain', 'pays', deed.address, known.function, deed.events],
    queryFn: () => fixedAmount(deed, known).then((amount) => amount ?? null),
    enabled: known.pays !== undefined,
  }).data
  const [given, setGiven] = useState<Readonly<Record<string, Given>>>({})
  const [progress, setProgress] = useState<Progress>()
  const label = labelOf(deed, known, fixed ?? undefined)
  const busy = progress?.kind === 'doing'

  const press = async (event: FormEvent) => {
    event.preventDefault()
    if (chainId === undefined || busy) return
    const tell = (text: string) => setProgress({ kind: 'doing', text })
    tell('Asks the deed whether it may be done …')
    try {
      const values = await Promise.all(
        asked.map((each) => argumentOf(each, given[each.name] ?? defaultOf(each))),
      )
      const calls = await callsOf(deed, known, actor.address, values)
      const hash = await send(actor, chainId, calls, tell)
      tell('Done: waits until the deed shows it …')
      await showsMore(queries, deed)
      setProgress({ kind: 'done', hash })
    } catch (error) {
      setProgress({ kind: 'failed', text: failureWords(error) })
    }
  }

  return (
    <form onSubmit={press} className="mt-2 font-sans print:hidden" aria-label={act.sentence}>
      {asked.length > 0 && (
        <div className="mb-2 grid gap-2">
          {asked.map((each) => (
            <Field
              key={each.name}
              asked={each}
              onGive={(value) => setGiven((before) => ({ ...before, [each.name]: value }))}
            />
          ))}
        </div>
      )}
      <Button type="submit" tone={act.must ? 'seal' : 'main'} disabled={busy || chainId === undefined}>
        {label}
      </Button>
      {known.together && <span className="ml-2 text-sm text-muted">done when all have agreed</span>}
      <div aria-live="polite" className="text-sm">
        {progress?.kind === 'doing' && <p className="mt-1.5 text-muted">{progress.text}</p>}
        {progress?.kind === 'failed' && <p className="mt-1.5 text-seal">{progress.text}</p>}
        {progress?.kind === 'done' && (
          <p className="mt-1.5 text-money">
            Done. <TxLink hash={progress.hash} label="See the transaction" />
          </p>
        )}
      </div>
    </form>
  )
}

const labelOf = (deed: Deed, act: KnownAct, amount: bigint | undefined): string => {
  const verb = verbOf(act)
  const token = deed.tokens.find(({ name }) => name === act.pays?.token)
  if (act.delivers) return `Deliver ${act.delivers.token}`
  return token && amount !== undefined
    ? `${verb} ${money(amount, { symbol: token.name, decimals: token.decimals })}`
    : verb
}

/** What is owed is what is most often paid. */
const defaultOf = ({ name, most, decimals }: Asked): string | undefined =>
  name === 'amount' && most?.value !== undefined ? decimal(most.value, decimals) : undefined

const INPUT =
  'h-9 w-full min-w-0 rounded-lg border border-line-strong bg-surface px-2.5 text-sm text-ink placeholder:text-muted'

const Field = ({ asked, onGive }: { asked: Asked; onGive: (value: Given) => void }) => {
  const id = useId()
  const { name, kind, unit, choices, most } = asked
  const options = kind === 'truth' ? ['yes', 'no'] : kind === 'choice' ? (choices ?? []) : undefined
  return (
    <div>
      <label htmlFor={id} className="flex flex-wrap justify-between gap-x-3 text-sm">
        <span className="first-letter:uppercase">
          {spaced(name)}
          {unit && ` in ${unit}`}
        </span>
        {most && <span className="figures text-muted">at most {most.words}</span>}
      </label>
      {options ? (
        <select id={id} className={INPUT} defaultValue="" onChange={(event) => onGive(event.target.value)}>
          <option value="" disabled>
            choose
          </option>
          {options.map((option) => (
            <option key={option} value={option}>
              {spaced(option)}
            </option>
          ))}
        </select>
      ) : kind === 'document' ? (
        <input
          id={id}
          type="file"
          className="w-full min-w-0 rounded-lg border border-line-strong bg-surface p-1.5 text-sm file:mr-2 file:rounded-md file:border-0 file:bg-sunken file:px-2 file:py-1 file:text-ink"
          onChange={(event) => onGive(event.target.files?.[0])}
        />
      ) : (
        <input
          id={id}
          type={kind === 'date' ? 'date' : 'text'}
          inputMode={['amount', 'number', 'share', 'duration'].includes(kind) ? 'decimal' : undefined}
          autoComplete="off"
          spellCheck={false}
          className={INPUT}
          defaultValue={defaultOf(asked) ?? ''}
          onChange={(event) => onGive(event.target.value)}
        />
      )}
    </div>
  )
}
