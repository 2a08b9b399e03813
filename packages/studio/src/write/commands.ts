/** What keys and buttons of the editor do. */
import { EditorSelection, type Text } from '@codemirror/state'
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

const LEVEL = 2

/** Enter after a bullet: the next one, a level deeper after a colon; in an empty bullet, a level back. */
export const nextBullet = (view: EditorView): boolean => {
  const { doc, selection } = view.state
  const { from, to, text } = doc.lineAt(selection.main.head)
  if (!selection.main.empty || selection.main.head !== to) return false
  const empty = /^( *)- ?$/.exec(text)
  if (empty) {
    const indent = empty[1]!.length - LEVEL
    const insert = indent < 0 ? '' : `${' '.repeat(indent)}- `
    view.dispatch({ changes: { from, to, insert }, selection: { anchor: from + insert.length } })
    return true
  }
  const bullet = bulletAbove(doc, from)
  const ending = /[.:]$/.exec(text)?.[0]
  if (bullet === undefined || ending === undefined) return false
  const insert = `\n${' '.repeat(bullet + (ending === ':' ? LEVEL : 0))}- `
  view.dispatch({
    changes: { from: to, insert },
    selection: { anchor: to + insert.length },
    scrollIntoView: true,
    userEvent: 'input',
  })
  return true
}

/** How far in the bullet stands that a line belongs to; undefined for a line of prose. */
const bulletAbove = (doc: Text, at: number): number | undefined => {
  for (let { number } = doc.lineAt(at); number > 0; number--) {
    const { text } = doc.line(number)
    const bullet = /^( *)- /.exec(text)
    if (bullet) return bullet[1]!.length
    if (!text.startsWith(' ')) return undefined
  }
  return undefined
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
