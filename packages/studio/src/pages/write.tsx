import type { EditorView } from '@codemirror/view'
import type { Fact, Finding } from '@deed/agreement/language'
import { useQuery } from '@tanstack/react-query'
import { useSearch } from '@tanstack/react-router'
import { useEffect, useId, useRef, useState } from 'react'
import { Failure } from '../components/notice.tsx'
import { useTitle } from '../components/title.ts'
import { Badge } from '../components/ui/badge.tsx'
import { Button } from '../components/ui/button.tsx'
import { Skeleton } from '../components/ui/skeleton.tsx'
import { plural } from '../format/words.ts'
import { ask } from '../language/ask.ts'
import { FactList } from '../language/facts.tsx'
import { documentQuery } from '../platform/queries.ts'
import { CodeEditor } from '../write/code-editor.tsx'
import { layOut, renameName } from '../write/commands.ts'
import { offsetIn } from '../write/places.ts'
import { LITTLE, STARTERS } from '../write/starters.ts'

/** What is being written outlives the page. */
const KEPT = 'deed.draft'
/** A text is checked when nobody has typed for this long. */
const QUIET_MS = 200

/** Writing a deed: the text, and beside it what is wrong or what is proved. */
export const WritePage = () => {
  useTitle('Write a deed')
  const { from } = useSearch({ from: '/write' })
  const copied = useQuery({ ...documentQuery(from ?? ''), enabled: from !== undefined })
  if (from !== undefined && copied.error)
    return <Failure title="The text of that deed cannot be shown." error={copied.error} />
  if (from !== undefined && !copied.data) return <Skeleton className="h-96" />
  // Each has a place of its own, so that a look at another deed does not cost what was being written.
  const place = from === undefined ? KEPT : `${KEPT}.${from}`
  return <Desk key={place} place={place} first={kept(place) ?? copied.data?.source ?? LITTLE} />
}

const kept = (place: string): string | undefined => {
  try {
    return localStorage.getItem(place) ?? undefined
  } catch {
    return undefined
  }
}

const keep = (place: string, text: string): void => {
  try {
    localStorage.setItem(place, text)
  } catch {
    // A browser that keeps nothing still edits.
  }
}

interface Checked {
  readonly text: string
  readonly findings: readonly Finding[]
  readonly facts: readonly Fact[]
  readonly hash: string
  readonly laidOut: boolean
}

const Desk = ({ place, first }: { place: string; first: string }) => {
  // A text that is opened takes the place of the editor's, so that undo does not lead from one deed into another.
  const [opened, setOpened] = useState({ text: first, number: 0 })
  const [text, setText] = useState(first)
  /** What was being written when another text was opened. */
  const [before, setBefore] = useState<string>()
  const [checked, setChecked] = useState<Checked>()
  const [failure, setFailure] = useState<unknown>()
  const view = useRef<EditorView>(undefined)

  useEffect(() => {
    const timer = setTimeout(() => {
      ask('check', text).then(
        (found) => setChecked({ text, ...found }),
        (error) => setFailure(error),
      )
    }, QUIET_MS)
    return () => clearTimeout(timer)
  }, [text])

  const open = (next: string) => {
    setBefore(text === opened.text ? undefined : text)
    setOpened(({ number }) => ({ text: next, number: number + 1 }))
    setText(next)
    keep(place, next)
  }
  const goTo = ({ line, column }: { readonly line: number; readonly column: number }) => {
    const { current } = view
    if (!current) return
    current.dispatch({
      selection: { anchor: offsetIn(current.state.doc, { line, column }) },
      scrollIntoView: true,
    })
    current.focus()
  }
  const current = checked?.text === text ? checked : undefined

  return (
    <div className="flex flex-col gap-4">
      <header className="flex flex-wrap items-end justify-between gap-x-6 gap-y-3">
        <div>
          <h1 className="font-serif text-3xl font-medium tracking-tight">Write a deed</h1>
          <p className="mt-1 text-sm text-muted">
            A paragraph is prose, a bullet is binding. What is wrong is said as you type; what is proved,
            beside it.
          </p>
        </div>
        <Tools
          text={text}
          before={before}
          open={open}
          run={(command) => view.current && command(view.current)}
        />
      </header>
      {failure !== undefined && (
        <Failure title="The text cannot be checked here." error={failure}>
          It is kept; `deed agreement check` checks it at the command line.
        </Failure>
      )}
      <div className="grid gap-4 lg:grid-cols-[minmax(0,1fr)_22rem]">
        <div
          className="h-[70vh] min-h-80 overflow-hidden rounded-xl border border-line bg-surface shadow-card lg:h-[calc(100vh-13rem)]"
          data-findings={current?.findings.length}
        >
          <CodeEditor
            key={opened.number}
            text={opened.text}
            findings={current?.findings ?? NONE}
            onChange={(next) => {
              setText(next)
              keep(place, next)
            }}
            onReady={(ready) => {
              view.current = ready
            }}
          />
        </div>
        <Findings checked={current} goTo={goTo} />
      </div>
    </div>
  )
}

const NONE: readonly Finding[] = []

interface ToolsProps {
  text: string
  before: string | undefined
  open: (text: string) => void
  run: (command: (view: EditorView) => boolean) => void
}

const Tools = ({ text, before, open, run }: ToolsProps) => {
  const id = useId()
  const file = useRef<HTMLInputElement>(null)
  const begin = async (name: string) => {
    const starter = STARTERS.find((each) => each.name === name)
    open(starter ? await starter.load() : LITTLE)
  }
  const save = () => {
    const address = URL.createObjectURL(new Blob([text], { type: 'text/markdown' }))
    const link = document.createElement('a')
    link.href = address
    link.download = fileName(text)
    link.click()
    URL.revokeObjectURL(address)
  }
  return (
    <div className="flex flex-wrap items-center gap-2">
      <label htmlFor={id} className="sr-only">
        Begin with
      </label>
      <select
        id={id}
        value=""
        onChange={(event) => void begin(event.target.value)}
        className="h-[34px] rounded-lg border border-line-strong bg-surface px-2 text-sm font-medium"
      >
        <option value="" disabled>
          Begin with …
        </option>
        <option value="little">A little sale</option>
        {STARTERS.map(({ name }) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
      {before !== undefined && <Button onClick={() => open(before)}>Bring back what was here</Button>}
      <Button onClick={() => file.current?.click()}>Open</Button>
      <input
        ref={file}
        type="file"
        accept=".deed,.md,text/markdown,text/plain"
        aria-label="Open a deed from a file"
        tabIndex={-1}
        className="hidden"
        onChange={({ target }) => {
          void target.files?.[0]?.text().then(open)
          // The same file may be opened again, after it was changed elsewhere.
          target.value = ''
        }}
      />
      <Button onClick={save}>Save</Button>
      <Button onClick={() => run(layOut)} title="Shift-Alt-F" aria-keyshortcuts="Shift+Alt+F">
        Lay out
      </Button>
      <Button onClick={() => run(renameName)} title="F2" aria-keyshortcuts="F2">
        Rename
      </Button>
    </div>
  )
}

const fileName = (text: string): string => {
  const title = /^# (.+)$/m.exec(text)?.[1] ?? 'agreement'
  const plain = title.toLowerCase().replace(/[^a-z0-9]+/g, '-')
  return `${plain.replace(/^-|-$/g, '') || 'agreement'}.deed`
}

interface FindingsProps {
  checked: Checked | undefined
  goTo: (finding: Finding) => void
}

const Findings = ({ checked, goTo }: FindingsProps) => (
  <section
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and so must be reached by keyboard.
    tabIndex={0}
    aria-label="What the checker says"
    aria-busy={!checked}
    className="overflow-y-auto rounded-xl border border-line bg-surface p-4 shadow-card lg:h-[calc(100vh-13rem)]"
  >
    <p aria-live="polite" className="mb-3">
      {!checked ? (
        <Badge>checking …</Badge>
      ) : checked.findings.length > 0 ? (
        <Badge tone="seal">{plural(checked.findings.length, 'error')}</Badge>
      ) : (
        <Badge tone="money">proved</Badge>
      )}
    </p>
    {checked?.findings.length === 0 && (
      <>
        <p className="mb-3 text-sm text-muted">No errors. This holds whatever anybody does:</p>
        <FactList facts={checked.facts} />
        <p className="mt-4 border-t border-line pt-3 text-xs text-muted">
          {checked.laidOut
            ? 'Laid out as it would be signed. Hash of the text: '
            : 'Lay it out before it is signed. Hash as it stands: '}
          <span className="break-all font-mono">{checked.hash}</span>
        </p>
      </>
    )}
    <ol className="space-y-3">
      {checked?.findings.map((finding) => (
        <li key={`${finding.line}:${finding.column} ${finding.code}`} className="border-l-3 border-seal pl-3">
          <button type="button" className="text-left" onClick={() => goTo(finding)}>
            <span className="block font-mono text-xs text-muted">
              line {finding.line} · {finding.code}
            </span>
            <span className="block text-sm">{finding.message}</span>
          </button>
          {finding.trace && <p className="mt-1 text-xs text-muted">{finding.trace.join(' → ')}</p>}
          <p className="mt-1 text-xs text-muted">{finding.fix.how}:</p>
          <pre className="whitespace-pre-wrap break-words rounded bg-sunken px-2 py-1 font-mono text-xs">
            {finding.fix.text}
          </pre>
        </li>
      ))}
    </ol>
  </section>
)
