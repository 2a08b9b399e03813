import type { DeedDocument, DocumentBlock, DocumentClause, DocumentPart } from '@deed/platform'
import { Badge } from '../components/ui/badge.tsx'
import { deadline } from '../format/time.ts'
import { spaced } from '../format/words.ts'

interface DocumentProps {
  document: DeedDocument
  /** `when` of a clause by number, to word its deadline. */
  when: (clause: number) => string | undefined
}

/** The text that was signed: figures in their places, the clauses that are open now marked. */
export const DocumentView = ({ document, when }: DocumentProps) => (
  <section
    aria-label="Text of the deed"
    className="rounded-xl border border-line bg-surface px-4 py-8 shadow-card sm:px-10"
  >
    <div className="mx-auto max-w-[42rem]">
      <h2 className="text-center font-serif text-3xl font-medium tracking-tight">{document.title}</h2>
      <Blocks blocks={document.preface} />
      {document.clauses.map((clause) => (
        <Clause key={clause.number} clause={clause} when={when(clause.number)} />
      ))}
      <p className="mt-8 border-t border-line pt-4 text-sm text-muted">
        Where the paragraphs and the bullets differ, the bullets prevail. Hash of the text:{' '}
        <span className="break-all font-mono text-xs">{document.text}</span>
      </p>
    </div>
  </section>
)

const Clause = ({ clause, when }: { clause: DocumentClause; when: string | undefined }) => {
  const open = clause.status === 'open'
  return (
    <section
      id={`clause-${clause.number}`}
      aria-label={`Clause ${clause.number}, ${spaced(clause.name)}: ${clause.status}`}
      className={`-mx-4 mt-4 scroll-mt-24 border-l-3 px-4 py-2 target:bg-sunken ${open ? 'border-seal' : 'border-transparent'}`}
    >
      <h3 className="flex flex-wrap items-baseline gap-x-3 gap-y-1 font-serif text-xl font-medium">
        {clause.number}. {spaced(clause.name)}
        {open && (
          <Badge tone="seal">
            <span className="font-sans">open{clause.due ? `, ${deadline(clause.due, when)}` : ''}</span>
          </Badge>
        )}
        {clause.status === 'closed' && (
          <Badge>
            <span className="font-sans">closed</span>
          </Badge>
        )}
      </h3>
      <Blocks blocks={clause.blocks} />
    </section>
  )
}

const INDENT = ['ml-0', 'ml-5', 'ml-10', 'ml-14', 'ml-16'] as const

const Blocks = ({ blocks }: { blocks: readonly DocumentBlock[] }) =>
  blocks.map((block, index) => {
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
    return (
      <div key={key} className={`mt-1.5 flex gap-2.5 text-sm leading-6 ${INDENT[Math.min(block.level, 4)]}`}>
        <span aria-hidden="true" className="mt-[9px] size-1.5 shrink-0 rounded-full bg-line-strong" />
        <p className="min-w-0 break-words">
          <Parts parts={block.parts} />
        </p>
      </div>
    )
  })

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
