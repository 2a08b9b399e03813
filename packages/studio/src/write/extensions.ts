/** CodeMirror for a deed: every question goes to the worker, and an answer about an older text is dropped. */
import {
  autocompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult,
  closeBrackets,
  completionKeymap,
} from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands'
import { lintGutter, lintKeymap } from '@codemirror/lint'
import { highlightSelectionMatches, searchKeymap } from '@codemirror/search'
import { type Extension, type Range, StateEffect, StateField } from '@codemirror/state'
import {
  Decoration,
  type DecorationSet,
  drawSelection,
  EditorView,
  highlightActiveLine,
  hoverTooltip,
  keymap,
  lineNumbers,
  ViewPlugin,
} from '@codemirror/view'
import type { Colour, Completion as Offered } from '@deed/agreement/editor'
import { ask } from '../language/ask.ts'
import { goToDefinition, layOut, nextBullet, renameName } from './commands.ts'
import { markdown } from './markdown.ts'
import { positionIn, rangeIn } from './places.ts'
import { theme } from './theme.ts'

const COLOUR_MS = 40

export const extensions = (label: string): Extension[] => [
  lineNumbers(),
  lintGutter(),
  history(),
  drawSelection(),
  highlightActiveLine(),
  highlightSelectionMatches(),
  closeBrackets(),
  EditorView.lineWrapping,
  EditorView.contentAttributes.of({
    'aria-label': label,
    tabindex: '0',
    spellcheck: 'false',
    autocapitalize: 'off',
  }),
  autocompletion({ override: [completions], icons: false }),
  hoverTooltip(said),
  colourField,
  colourist,
  theme,
  keymap.of([
    { key: 'F2', run: renameName },
    { key: 'F12', run: goToDefinition },
    { key: 'Shift-Alt-f', run: layOut },
    ...completionKeymap,
    { key: 'Enter', run: nextBullet },
    ...lintKeymap,
    ...searchKeymap,
    ...historyKeymap,
    ...defaultKeymap,
    indentWithTab,
  ]),
]

const completions = async (context: CompletionContext): Promise<CompletionResult | null> => {
  const { doc } = context.state
  const before = context.matchBefore(/[A-Za-z][A-Za-z0-9-]*|[{ ]|^/)
  if (!context.explicit && !before?.text) return null
  const offered = await ask('complete', doc.toString(), positionIn(doc, context.pos))
  if (context.aborted || offered.length === 0) return null
  return {
    from: context.pos - offered[0]!.typed.length,
    options: offered.map(option),
    validFor: /^[A-Za-z0-9-]*$/,
  }
}

const option = ({ label, detail, kind, text }: Offered, index: number): Completion => ({
  label,
  // As a person reads it: a name's declaration says enough.
  ...(detail !== '' && { info: detail }),
  type: kind,
  boost: -index / 10,
  apply: (view, _, from, to) => {
    const column = view.state.doc.lineAt(from).text.search(/\S|$/)
    const insert = text.replaceAll('\n', `\n${' '.repeat(column)}`)
    view.dispatch({ changes: { from, to, insert }, selection: { anchor: from + insert.length } })
  },
})

const said = async (view: EditorView, at: number) => {
  const { doc } = view.state
  const found = await ask('hover', doc.toString(), positionIn(doc, at))
  if (!found || view.state.doc !== doc) return null
  const { from, to } = rangeIn(doc, found.place)
  return { pos: from, end: to, above: true, create: () => ({ dom: markdown(found.text) }) }
}

const coloured = StateEffect.define<readonly Colour[]>()

const colourField = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update: (marks, transaction) => {
    for (const effect of transaction.effects)
      if (effect.is(coloured))
        return Decoration.set(
          effect.value.flatMap((each) => mark(transaction.state.doc, each)),
          true,
        )
    return marks.map(transaction.changes)
  },
  provide: (field) => EditorView.decorations.from(field),
})

const mark = (doc: EditorView['state']['doc'], { place, kind, declares }: Colour): Range<Decoration>[] => {
  const { from, to } = rangeIn(doc, place)
  return from < to
    ? [Decoration.mark({ class: `deed-${kind}${declares ? ' deed-declared' : ''}` }).range(from, to)]
    : []
}

/** Asks for the colours a moment after the last change. */
const colourist = ViewPlugin.define((view) => {
  let timer: ReturnType<typeof setTimeout> | undefined
  const colour = async () => {
    const { doc } = view.state
    const found = await ask('colours', doc.toString())
    if (view.state.doc === doc) view.dispatch({ effects: coloured.of(found) })
  }
  const soon = () => {
    clearTimeout(timer)
    timer = setTimeout(() => void colour(), COLOUR_MS)
  }
  soon()
  return {
    update: ({ docChanged }) => {
      if (docChanged) soon()
    },
    destroy: () => clearTimeout(timer),
  }
})
