import type { Deed, DeedDocument } from '@deed/platform'
import { useQuery } from '@tanstack/react-query'
import { Failure } from '../components/notice.tsx'
import { Skeleton } from '../components/ui/skeleton.tsx'
import { ask } from './ask.ts'
import { FactList } from './facts.tsx'

/** The facts of a deed's text, proved here and now by this browser, from the very text whose hash was signed. */
export const Proved = ({ deed, document }: { deed: Deed; document: DeedDocument }) => {
  const { data, error } = useQuery({
    queryKey: ['language', 'check', document.text],
    queryFn: () => ask('check', document.source),
    staleTime: Number.POSITIVE_INFINITY,
  })
  if (error)
    return (
      <Failure title="The text could not be checked here." error={error}>
        `deed agreement check` does it at the command line.
      </Failure>
    )
  if (!data) return <Skeleton className="h-40" />
  if (data.hash !== document.text)
    return (
      <p className="text-seal">
        The text that the platform sent has the hash {data.hash}, and the deed was signed for {document.text}.
      </p>
    )
  if (data.findings.length > 0)
    return (
      <p className="text-muted">
        Nothing can be proved of this text by this version of the language: {data.findings[0]!.message}
      </p>
    )
  return (
    <>
      <p className="mb-3 text-sm text-muted">
        This holds whatever anybody does. Your browser has just proved it, from the text whose hash the deed
        carries.
      </p>
      <FactList facts={data.facts} figures={agreedFigures(deed, document)} />
    </>
  )
}

/** Of what was agreed and what follows from it; what changes while the deed runs is not what was proved. */
const agreedFigures = (
  { fields, holdings, debts }: Deed,
  { figures }: DeedDocument,
): Record<string, string> => {
  const changing = new Set([...fields, ...holdings, ...debts].map(({ name }) => name))
  return Object.fromEntries(Object.entries(figures).filter(([name]) => !changing.has(name)))
}
