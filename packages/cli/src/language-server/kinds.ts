/** How the kinds of a deed's names and words are called in the protocol, so that every editor's theme has a colour. */
import type { ColourKind, Completion, DocumentSymbol } from '@deed/agreement/editor'
import { CompletionItemKind, SymbolKind } from 'vscode-languageserver/node'

export const SYMBOLS: Readonly<Record<DocumentSymbol['kind'], SymbolKind>> = {
  clause: SymbolKind.Module,
  party: SymbolKind.Interface,
  token: SymbolKind.TypeParameter,
  unit: SymbolKind.TypeParameter,
  feed: SymbolKind.Variable,
  holding: SymbolKind.Field,
  debt: SymbolKind.Field,
  value: SymbolKind.Variable,
  table: SymbolKind.Array,
  column: SymbolKind.Property,
  choice: SymbolKind.EnumMember,
  step: SymbolKind.Event,
}

export const COMPLETIONS: Readonly<Record<Completion['kind'], CompletionItemKind>> = {
  clause: CompletionItemKind.Module,
  party: CompletionItemKind.Interface,
  token: CompletionItemKind.TypeParameter,
  unit: CompletionItemKind.Unit,
  feed: CompletionItemKind.Variable,
  holding: CompletionItemKind.Field,
  debt: CompletionItemKind.Field,
  value: CompletionItemKind.Variable,
  table: CompletionItemKind.Struct,
  column: CompletionItemKind.Property,
  choice: CompletionItemKind.EnumMember,
  word: CompletionItemKind.Keyword,
  sentence: CompletionItemKind.Snippet,
}

/** In the order of their numbers in a semantic token. */
export const TOKEN_TYPES = [
  'namespace',
  'interface',
  'type',
  'variable',
  'property',
  'enumMember',
  'keyword',
  'number',
  'string',
  'function',
] as const

export const TOKENS: Readonly<Partial<Record<ColourKind, (typeof TOKEN_TYPES)[number]>>> = {
  clause: 'namespace',
  party: 'interface',
  token: 'type',
  unit: 'type',
  feed: 'variable',
  holding: 'variable',
  debt: 'variable',
  value: 'variable',
  table: 'variable',
  column: 'property',
  choice: 'enumMember',
  word: 'keyword',
  number: 'number',
  quote: 'string',
  verb: 'function',
}
