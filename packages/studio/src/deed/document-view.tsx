import type { Deed, DeedDocument, DocumentBlock, DocumentClause, DocumentPart } from '@deed/platform'
import { useActor } from '../acting/actor.ts'
import { rolesOf } from '../acting/identity.tsx'
import { Badge } from '../components/ui/badge.tsx'
import { deadline, isRecurring } from '../format/time.ts'
import { spaced } from '../format/words.ts'
import { bulletMark } from './marks.ts'

interface DocumentProps {
  document: DeedDocument
  deed: Deed
}

/** The text that was signed: figures in their places, the clauses that are open now marked. */
export const DocumentView = ({ document, deed }: DocumentProps) => (
  <section
    id="text"
    aria-label="Text of the deed"
    className="scroll-mt-20 rounded-xl border border-line bg-surface px-4 py-8 shadow-card sm:px-10"
  >
    <div className="mx-auto max-w-[42rem]">
      <h2 className="text-center font-serif text-3xl font-medium tracking-tight">{document.title}</h2>
      <DocumentText document={document} deed={deed} />
    </div>
  </section>
)

export const DocumentText = ({ document, deed }: DocumentProps) => (
  <>
    <Blocks blocks={document.preface} deed={deed} clause={0} />
    {document.clauses.map((clause) => (
      <Clause key={clause.number} clause={clause} deed={deed} />
    ))}
    <p className="mt-8 border-t border-line pt-4 text-sm text-muted">
      Where the paragraphs and the bullets differ, the bullets prevail. Hash of the text:{' '}
      <span className="break-all font-mono text-xs">{document.text}</span>
    </p>
  </>
)

const Clause = ({ clause, deed }: { clause: DocumentClause; deed: Deed }) => {
  const open = clause.status === 'open'
  const when = deed.outline?.clauses.find((c) => c.number === clause.number)?.when
  return (
    <section
      id={`clause-${clause.number}`}
      aria-label={`Clause ${clause.number}, ${spaced(clause.name)}: ${clause.status}`}
      data-status={clause.status}
      className={`-mx-4 mt-4 scroll-mt-24 break-inside-avoid-page border-l-3 px-4 py-2 target:bg-sunken ${open ? 'border-seal' : 'border-transparent'}`}
    >
      <h3 className="flex flex-wrap items-baseline gap-x-3 gap-y-1 font-serif text-xl font-medium">
        {clause.number}. {spaced(clause.name)}
        {open && (
          <Badge tone="seal">
            <span className="font-sans">{clause.due ? openWords(clause.due, when) : 'open'}</span>
          </Badge>
        )}
        {clause.status === 'closed' && (
          <Badge>
            <span className="font-sans">closed</span>
          </Badge>
        )}
      </h3>
      <Blocks blocks={clause.blocks} deed={deed} clause={clause.number} />
    </section>
  )
}

/** `open until the end of 31 January 2027`, `open, next on 1 March 2027`. */
const openWords = (due: number, when: string | undefined): string =>
  isRecurring(when)
    ? `open, next on ${deadline(due, when)}`
    : `open until ${deadline(due, when).replace(/^end/, 'the end')}`

interface BlocksProps {
  blocks: readonly DocumentBlock[]
  deed: Deed
  clause: number
}

const INDENT = ['ml-0', 'ml-5', 'ml-10', 'ml-14', 'ml-16'] as const

const Blocks = ({ blocks, deed, clause }: BlocksProps) => {
  const mine = rolesOf(deed, useActor())
  return blocks.map((block, index) => {
    const key = `${index}`
    if (block.type === 'table')
      return (
        <div key={key} className="mt-3 overflow-x-auto">
          <table className="figures w-full text-left text-sm">
            <tbody>
              {block.rows.map((row, line) => (
                <tr key={`${line}-${row[0]}`} className="border-b border-line">
                  {row.map((cell, column) => (
                    <td key={`${column}-${cell}`} className="py-1.5 pr-4">
                      {cell}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )
    if (block.type === 'prose')
      return (
        <p key={key} className="mt-2.5 font-serif text-[17px] leading-7">
          <Parts parts={block.parts} />
        </p>
      )
    const sentence = block.parts.map(({ text }) => text).join('')
    const mark = bulletMark(deed, clause, block.level, sentence, mine)
    return (
      <div
        key={key}
        className={`mt-1.5 flex gap-2.5 text-sm leading-6 ${INDENT[Math.min(block.level, 4)]}`}
        data-mark={mark?.tone}
      >
        <span
          aria-hidden="true"
          className={`mt-[9px] size-1.5 shrink-0 rounded-full ${mark ? DOTS[mark.tone] : 'bg-line-strong'}`}
        />
        <p className="min-w-0 flex-1 break-words">
          <Parts parts={block.parts} />
        </p>
        {mark && (
          <a href={`#now-${clause}`} className="shrink-0 self-start print:hidden">
            <Badge tone={mark.tone}>{mark.text}</Badge>
          </a>
        )}
      </div>
    )
  })
}

const DOTS = { seal: 'bg-seal', money: 'bg-money', plain: 'bg-muted' } as const

const Parts = ({ parts }: { parts: readonly DocumentPart[] }) =>
  parts.map((part, index) => {
    const key = `${index}`
    return 'slot' in part ? (
      <span key={key} title={part.slot} className="figures break-words font-medium text-link">
        {part.text}
      </span>
    ) : (
      <span key={key}>{part.text}</span>
    )
  })
