/**
 * @deed/agreement/editor: what an editor asks about the text of a deed while it is written. Plain functions over the
 * text; a language server and the page's worker both call them.
 */
import { type Colour, colours } from './editor/colours.ts'
import { type Remedy, remedies } from './editor/fixes.ts'
import { type Hover, hover } from './editor/hover.ts'
import { type Names, namesOf } from './editor/names.ts'
import { declarationAt, placesOfName } from './editor/rename.ts'
import { type DocumentSymbol, symbols } from './editor/symbols.ts'
import type { Position } from './editor/text.ts'
import type { Finding } from './finding.ts'
import { type Read, readDeed } from './read.ts'
import type { Place } from './syntax/place.ts'

export type { Colour, ColourKind } from './editor/colours.ts'
export { type Completion, complete } from './editor/complete.ts'
export type { Remedy } from './editor/fixes.ts'
export type { Hover } from './editor/hover.ts'
export type { NameKind } from './editor/names.ts'
export { type Renamed, rename } from './editor/rename.ts'
export type { DocumentSymbol } from './editor/symbols.ts'
export { applied, type Edit, lineStarts, offsetOf, type Position, positionOf } from './editor/text.ts'
export type { Place } from './syntax/place.ts'

/** A text with what has been found out about it; each part is worked out when it is first asked for. */
export interface Draft {
  readonly text: string
  /** Findings and facts: up to 2 s of work for the largest deed, a tenth of a second for a lease. */
  read(): Read
  hover(where: Position): Hover | undefined
  /** Where the name at a position is declared. */
  definition(where: Position): Place | undefined
  /** Everywhere that the name at a position stands, the declaration first. */
  references(where: Position): readonly Place[]
  symbols(): readonly DocumentSymbol[]
  colours(): readonly Colour[]
  remedies(finding: Finding): readonly Remedy[]
}

export const draft = (text: string): Draft => {
  const read = once((): Read => readDeed(text))
  const names = once((): Names => namesOf(text))
  return {
    text,
    read,
    hover: (where) => hover(names(), read(), where),
    definition: (where) => declarationAt(names(), where)?.place,
    references: (where) => placesOfName(names(), where),
    symbols: () => symbols(names(), text.split('\n').length),
    colours: () => colours(names()),
    remedies: (finding) => remedies(text, read(), finding),
  }
}

const once = <T>(make: () => T): (() => T) => {
  let made: { readonly value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
