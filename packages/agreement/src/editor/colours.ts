/** What each word of a text is, for colouring. */
import type { Place } from '../syntax/place.ts'
import { isWord, placeOf, TYPE } from '../syntax/token.ts'
import { keyOf, type NameKind, type Names, startOf } from './names.ts'

export type ColourKind = NameKind | 'title' | 'prose' | 'word' | 'number' | 'verb' | 'quote' | 'name'

export interface Colour {
  readonly place: Place
  readonly kind: ColourKind
  readonly declares: boolean
}

/** In the order of the text. */
export const colours = ({ tokens, occurrences, declared, verbs }: Names): Colour[] => {
  const named = new Map(
    occurrences.map((each) => [
      startOf(each.place),
      { kind: declared.get(keyOf(each))?.kind ?? ('name' as const), declares: each.declares },
    ]),
  )
  const acts = new Set(verbs.map(startOf))
  return tokens.flatMap((token): Colour[] => {
    const place = placeOf(token)
    const name = named.get(startOf(place))
    if (name && token.type === TYPE.id) return [{ place, ...name }]
    const kind = acts.has(startOf(place)) ? 'verb' : kindOf(token.type, token.text)
    return kind ? [{ place, kind, declares: false }] : []
  })
}

const kindOf = (type: number, text: string): ColourKind | undefined => {
  if (type === TYPE.title || text === '##') return 'title'
  if (type === TYPE.number || type === TYPE.date) return 'number'
  if (type === TYPE.string) return 'quote'
  if (type === TYPE.prose) return 'prose'
  return isWord(type) && type !== TYPE.id ? 'word' : undefined
}
