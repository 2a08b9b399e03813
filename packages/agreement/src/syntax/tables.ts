/** The form of `grammar.json`, which `grammar/generate.ts` makes of `grammar/deed.langium`. */

export interface GrammarTables {
  /** Terminals by name, keywords in quotes: a token's type is its place in this list. */
  readonly tokens: readonly string[]
  readonly rules: Readonly<Record<string, Item>>
  /** Rules that yield a word and no node. */
  readonly words: readonly string[]
  /** Features that are lists, by type of node. */
  readonly lists: Readonly<Record<string, readonly string[]>>
}

export type Item =
  | readonly ['token', number]
  | readonly ['reference', number]
  | readonly ['rule', string]
  | readonly ['type', string]
  | readonly ['assign', feature: string, operator: '=' | '+=' | '?=', Item]
  | readonly ['sequence', readonly Item[]]
  | readonly ['choice', readonly Item[], Look]
  | readonly ['optional', Item, Look]
  | readonly ['repeat', Item, Look]

/** Type of the next token -> what to do, or, where that does not say, type of the one after it -> what to do. */
export type Look = Readonly<Record<string, number | Readonly<Record<string, number>>>>
