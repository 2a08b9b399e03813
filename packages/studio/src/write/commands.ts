/** What keys and buttons of the editor do. */
import { EditorSelection } from '@codemirror/state'
import { type EditorView, showDialog } from '@codemirror/view'
import { ask } from '../language/ask.ts'
import { changesOf, positionIn, rangeIn } from './places.ts'

/** Each says at once that the key was meant for it; the answer comes later, and counts if the text is still the same. */
type Command = (view: EditorView) => true

export const layOut: Command = (view) => {
  const { doc } = view.state
  void ask('format', doc.toString()).then((result) => {
    if (!('text' in result) || view.state.doc !== doc || result.text === doc.toString()) return
    const at = positionIn(doc, view.state.selection.main.head)
    view.dispatch({ changes: { from: 0, to: doc.length, insert: result.text } })
    const line = view.state.doc.line(Math.min(at.line, view.state.doc.lines))
    view.dispatch({
      selection: { anchor: Math.min(line.from + at.column - 1, line.to) },
      scrollIntoView: true,
    })
  })
  return true
}

export const goToDefinition: Command = (view) => {
  const { doc, selection } = view.state
  void ask('definition', doc.toString(), positionIn(doc, selection.main.head)).then((place) => {
    if (!place || view.state.doc !== doc) return
    const { from, to } = rangeIn(doc, place)
    view.dispatch({ selection: EditorSelection.range(from, to), scrollIntoView: true })
    view.focus()
  })
  return true
}

export const renameName: Command = (view) => {
  void rename(view)
  return true
}

const rename = async (view: EditorView): Promise<void> => {
  const { doc, selection } = view.state
  const where = positionIn(doc, selection.main.head)
  const places = await ask('references', doc.toString(), where)
  const first = places[0]
  if (!first || view.state.doc !== doc) {
    say(view, 'Place the cursor on a name that the deed declares.')
    return
  }
  const { from, to } = rangeIn(doc, first)
  const { result } = showDialog(view, {
    label: `New name (stands in ${places.length} ${places.length === 1 ? 'place' : 'places'})`,
    input: { type: 'text', value: doc.sliceString(from, to), name: 'name', 'aria-label': 'New name' },
    submitLabel: 'Rename',
    focus: true,
    top: true,
  })
  const form = await result
  const name = (form?.elements.namedItem('name') as HTMLInputElement | null)?.value.trim()
  if (!name || view.state.doc !== doc) return
  const renamed = await ask('rename', doc.toString(), where, name)
  if ('edits' in renamed) view.dispatch({ changes: changesOf(doc, renamed.edits) })
  else say(view, renamed.message)
  view.focus()
}

const say = (view: EditorView, text: string): void => {
  showDialog(view, { label: text, top: true, class: 'deed-said' })
}
