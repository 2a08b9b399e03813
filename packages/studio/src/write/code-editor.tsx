import { type Diagnostic, setDiagnostics } from '@codemirror/lint'
import { EditorState } from '@codemirror/state'
import { EditorView } from '@codemirror/view'
import type { Remedy } from '@deed/agreement/editor'
import type { Finding } from '@deed/agreement/language'
import { useEffect, useRef } from 'react'
import { ask } from '../language/ask.ts'
import { extensions } from './extensions.ts'
import { changesOf, rangeIn } from './places.ts'

/** Findings for which a remedy is looked for; each costs a few readings of the text. */
const MOST_REMEDIES = 8

interface CodeEditorProps {
  /** The text at first; what is typed is told by `onChange`. */
  text: string
  findings: readonly Finding[]
  onChange: (text: string) => void
  onReady: (view: EditorView) => void
}

export const CodeEditor = ({ text, findings, onChange, onReady }: CodeEditorProps) => {
  const place = useRef<HTMLDivElement>(null)
  const editor = useRef<EditorView>(undefined)
  const tell = useRef({ onChange, onReady })
  tell.current = { onChange, onReady }

  useEffect(() => {
    const listen = EditorView.updateListener.of(({ docChanged, state }) => {
      if (docChanged) tell.current.onChange(state.doc.toString())
    })
    const view = new EditorView({
      parent: place.current!,
      state: EditorState.create({ doc: text, extensions: [extensions('Text of the deed'), listen] }),
    })
    editor.current = view
    tell.current.onReady(view)
    return () => view.destroy()
  }, [])

  useEffect(() => {
    const view = editor.current
    if (!view) return
    const { doc } = view.state
    const show = (remedies: readonly (readonly Remedy[])[]) => {
      if (view.state.doc === doc)
        view.dispatch(
          setDiagnostics(
            view.state,
            findings.map((each, i) => diagnostic(view, each, remedies[i] ?? [])),
          ),
        )
    }
    show([])
    if (findings.length === 0) return
    const source = doc.toString()
    void Promise.all(findings.slice(0, MOST_REMEDIES).map((each) => ask('remedies', source, each))).then(show)
  }, [findings])

  return <div ref={place} className="h-full min-h-0" />
}

const diagnostic = (view: EditorView, finding: Finding, remedies: readonly Remedy[]): Diagnostic => {
  const { doc } = view.state
  const { from, to } = rangeIn(doc, finding)
  return {
    from,
    to: Math.min(Math.max(to, from + 1), doc.length),
    severity: 'error',
    source: finding.code,
    message: finding.message,
    actions: remedies.map(({ title, edits }) => ({
      name: title,
      apply: (own) => own.dispatch({ changes: changesOf(own.state.doc, edits) }),
    })),
  }
}
