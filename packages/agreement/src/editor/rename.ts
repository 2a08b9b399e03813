/** Where a name is declared and used, and how it is given another: in the bullets and in the prose. */
import { checkDeed } from '../check/check.ts'
import type { Code } from '../codes.ts'
import type { Finding } from '../finding.ts'
import { parse } from '../syntax/parser.ts'
import type { Place } from '../syntax/place.ts'
import { isReserved } from '../syntax/token.ts'
import { at, type Declared, keyOf, type Names, namesOf, type Occurrence } from './names.ts'
import { applied, type Edit, type Position } from './text.ts'

export const occurrenceAt = ({ occurrences }: Names, where: Position): Occurrence | undefined =>
  occurrences.find(({ place }) => at(place, where))

export const declarationAt = (names: Names, where: Position): Declared | undefined => {
  const found = occurrenceAt(names, where)
  return found && names.declared.get(keyOf(found))
}

/** All places of the name that stands at a position, its declaration among them, in the order of the text. */
export const placesOfName = (names: Names, where: Position): readonly Place[] => {
  const found = occurrenceAt(names, where)
  const key = found && keyOf(found)
  return names.occurrences.filter((each) => keyOf(each) === key).map(({ place }) => place)
}

export type Renamed =
  | { readonly edits: readonly Edit[] }
  /** Why not. */
  | { readonly code: Code; readonly message: string }

const NAME = /^[A-Za-z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)*$/

export const rename = (text: string, where: Position, name: string): Renamed => {
  const names = namesOf(text)
  if (!declarationAt(names, where))
    return {
      code: 'DEED_L201',
      message: 'Nothing that the deed declares stands here. Place the cursor on a name.',
    }
  if (!NAME.test(name))
    return {
      code: 'DEED_L106',
      message: `"${name}" is no name: a name is words joined by hyphens, as in late-fee.`,
    }
  if (isReserved(name))
    return {
      code: 'DEED_L104',
      message: `"${name}" is a reserved word and cannot be a name. Use another, such as agreed-${name.toLowerCase()}.`,
    }
  const edits = placesOfName(names, where).map((place) => ({ place, text: name }))
  const before = new Set(namingFindings(text).map(({ message }) => message))
  const wrong = namingFindings(applied(text, edits)).find(({ message }) => !before.has(message))
  return wrong ? { code: wrong.code, message: wrong.message } : { edits }
}

/** What the checker finds wrong with names: two of one name, two too much alike, the wrong first letter, too long. */
const NAMING: ReadonlySet<Code> = new Set(['DEED_L113', 'DEED_L114', 'DEED_L115', 'DEED_L118'])

const namingFindings = (text: string): readonly Finding[] => {
  const { deed, tokens } = parse(text)
  if (!deed) return takenTwice(text)
  return checkDeed(deed, tokens).findings.filter(({ code }) => NAMING.has(code))
}

/** Of a text with errors of grammar only this much is known. */
const takenTwice = (text: string): readonly Finding[] => {
  const seen = new Set<string>()
  return namesOf(text).occurrences.flatMap((each): Finding[] => {
    if (!each.declares) return []
    const key = keyOf(each)
    if (!seen.has(key)) {
      seen.add(key)
      return []
    }
    const message = `${each.name} is declared already.`
    return [{ ...each.place, code: 'DEED_L113', message, fix: { how: 'Write', text: `other-${each.name}` } }]
  })
}
