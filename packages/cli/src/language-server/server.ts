/** The language server: the editor's functions of the language, spoken by the Language Server Protocol 3.17. */
import { complete, type Draft, draft, rename } from '@deed/agreement/editor'
import { CODES, type Finding, format } from '@deed/agreement/language'
import {
  type CodeAction,
  CodeActionKind,
  type CompletionItem,
  type Connection,
  type Diagnostic,
  DiagnosticSeverity,
  type DocumentSymbol,
  ErrorCodes,
  InsertTextFormat,
  InsertTextMode,
  MarkupKind,
  ResponseError,
  type ServerCapabilities,
  TextDocumentSyncKind,
} from 'vscode-languageserver/node'
import { COMPLETIONS, SYMBOLS, TOKEN_TYPES, TOKENS } from './kinds.ts'
import { fromPosition, toEdit, toRange } from './places.ts'

/** A text is checked when nobody has typed for this long. */
const QUIET_MS = 120
const SOURCE = 'deed'

const CAPABILITIES: ServerCapabilities = {
  textDocumentSync: TextDocumentSyncKind.Full,
  completionProvider: { triggerCharacters: [' ', '{', '-'] },
  hoverProvider: true,
  definitionProvider: true,
  referencesProvider: true,
  documentHighlightProvider: true,
  renameProvider: { prepareProvider: true },
  documentFormattingProvider: true,
  documentSymbolProvider: true,
  foldingRangeProvider: true,
  codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix] },
  semanticTokensProvider: {
    legend: { tokenTypes: [...TOKEN_TYPES], tokenModifiers: ['declaration'] },
    full: true,
  },
}

/** Answers on a connection until the client ends it. */
export const serve = (connection: Connection, version: string): void => {
  const drafts = new Map<string, Draft>()
  const waiting = new Map<string, NodeJS.Timeout>()

  const changed = (uri: string, text: string) => {
    drafts.set(uri, draft(text))
    clearTimeout(waiting.get(uri))
    waiting.set(
      uri,
      setTimeout(() => publish(uri), QUIET_MS),
    )
  }
  const publish = (uri: string) => {
    const diagnostics = drafts.get(uri)?.read().findings.map(toDiagnostic) ?? []
    void connection.sendDiagnostics({ uri, diagnostics })
  }
  const of = ({ textDocument }: { readonly textDocument: { readonly uri: string } }): Draft => {
    const found = drafts.get(textDocument.uri)
    if (found) return found
    throw new ResponseError(ErrorCodes.InvalidParams, `DEED_NOT_OPEN: ${textDocument.uri} is not open.`)
  }

  connection.onInitialize(() => ({
    capabilities: CAPABILITIES,
    serverInfo: { name: 'deed', version },
  }))
  connection.onDidOpenTextDocument(({ textDocument }) => changed(textDocument.uri, textDocument.text))
  connection.onDidChangeTextDocument(({ textDocument, contentChanges }) => {
    const last = contentChanges.at(-1)
    if (last) changed(textDocument.uri, last.text)
  })
  connection.onDidCloseTextDocument(({ textDocument: { uri } }) => {
    clearTimeout(waiting.get(uri))
    drafts.delete(uri)
    void connection.sendDiagnostics({ uri, diagnostics: [] })
  })

  connection.onCompletion((params): CompletionItem[] =>
    complete(of(params).text, fromPosition(params.position)).map((each, i) => ({
      label: each.label,
      kind: COMPLETIONS[each.kind],
      detail: each.detail,
      sortText: String(i).padStart(4, '0'),
      insertTextFormat: InsertTextFormat.PlainText,
      // The lines of a sentence stand under its bullet, wherever that is.
      insertTextMode: InsertTextMode.adjustIndentation,
      textEdit: {
        newText: each.text,
        range: {
          start: { ...params.position, character: params.position.character - each.typed.length },
          end: params.position,
        },
      },
    })),
  )
  connection.onHover((params) => {
    const found = of(params).hover(fromPosition(params.position))
    return (
      found && { contents: { kind: MarkupKind.Markdown, value: found.text }, range: toRange(found.place) }
    )
  })
  connection.onDefinition((params) => {
    const place = of(params).definition(fromPosition(params.position))
    return place && { uri: params.textDocument.uri, range: toRange(place) }
  })
  connection.onReferences((params) => {
    const asked = of(params)
    const where = fromPosition(params.position)
    const own = asked.definition(where)
    return asked
      .references(where)
      .filter((place) => params.context.includeDeclaration || place.line !== own?.line)
      .map((place) => ({ uri: params.textDocument.uri, range: toRange(place) }))
  })
  connection.onDocumentHighlight((params) =>
    of(params)
      .references(fromPosition(params.position))
      .map((place) => ({ range: toRange(place) })),
  )
  connection.onPrepareRename((params) => {
    const where = fromPosition(params.position)
    const asked = of(params)
    if (!asked.definition(where)) return null
    const here = asked
      .references(where)
      .find(
        ({ line, column, endColumn }) =>
          line === where.line && column <= where.column && where.column <= endColumn,
      )
    return here ? toRange(here) : null
  })
  connection.onRenameRequest((params) => {
    const renamed = rename(of(params).text, fromPosition(params.position), params.newName)
    if ('edits' in renamed) return { changes: { [params.textDocument.uri]: renamed.edits.map(toEdit) } }
    throw new ResponseError(ErrorCodes.InvalidParams, `${renamed.code}: ${renamed.message}`)
  })
  connection.onDocumentFormatting((params) => {
    const { text } = of(params)
    const result = format(text)
    // What is wrong has been reported; a layout is not guessed.
    if ('findings' in result || result.text === text) return []
    const lines = text.split('\n').length
    return [
      {
        range: { start: { line: 0, character: 0 }, end: { line: lines, character: 0 } },
        newText: result.text,
      },
    ]
  })
  connection.onDocumentSymbol((params) => of(params).symbols().map(toSymbol))
  connection.onFoldingRanges((params) =>
    of(params)
      .symbols()
      .map(({ place }) => ({ startLine: place.line - 1, endLine: place.endLine - 1 })),
  )
  connection.onCodeAction((params): CodeAction[] => {
    const { start, end } = params.range
    const asked = of(params)
    return asked
      .read()
      .findings.filter(({ line, endLine }) => line - 1 <= end.line && endLine - 1 >= start.line)
      .flatMap((finding) =>
        asked.remedies(finding).map(({ title, edits }) => ({
          title,
          kind: CodeActionKind.QuickFix,
          diagnostics: [toDiagnostic(finding)],
          isPreferred: true,
          edit: { changes: { [params.textDocument.uri]: edits.map(toEdit) } },
        })),
      )
  })
  connection.languages.semanticTokens.on((params) => ({ data: toTokens(of(params)) }))
  connection.listen()
}

const toDiagnostic = ({ code, message, fix, trace, ...place }: Finding): Diagnostic => ({
  range: toRange(place),
  severity: DiagnosticSeverity.Error,
  code,
  source: SOURCE,
  message: [message, ...(trace ? [trace.join(' → ')] : []), `${fix.how}: ${fix.text}`].join('\n'),
  data: { about: CODES[code] },
})

const toSymbol = ({
  name,
  kind,
  detail,
  place,
  at,
  children,
}: ReturnType<Draft['symbols']>[number]): DocumentSymbol => ({
  name,
  kind: SYMBOLS[kind],
  detail,
  range: toRange(place),
  selectionRange: toRange(at),
  children: children.map(toSymbol),
})

/** Five numbers a word: lines and characters since the one before, length, type, modifiers. */
const toTokens = (asked: Draft): number[] => {
  const data: number[] = []
  let [line, column] = [1, 1]
  for (const { place, kind, declares } of asked.colours()) {
    const type = TOKENS[kind]
    if (type === undefined || place.endLine !== place.line) continue
    const down = place.line - line
    data.push(
      ...[down, down === 0 ? place.column - column : place.column - 1],
      ...[place.endColumn - place.column, TOKEN_TYPES.indexOf(type), declares ? 1 : 0],
    )
    line = place.line
    column = place.column
  }
  return data
}
