import type { Outline } from '@deed/agreement'

/** `0x1234…abcd` */
export const short = (hex: string, digits = 4): string =>
  hex.length <= 2 * digits + 3 ? hex : `${hex.slice(0, 2 + digits)}…${hex.slice(-digits)}`

/** `give-notice` → `gives notice`; the first word is the verb. */
export const thirdPerson = (verb: string): string => {
  const [first = '', ...rest] = verb.split('-')
  const inflected = /[^aeiou]y$/.test(first)
    ? `${first.slice(0, -1)}ies`
    : `${first}${/(s|x|z|ch|sh|o)$/.test(first) ? 'es' : 's'}`
  return [inflected, ...rest].join(' ')
}

/** `late-fee` → `late fee` */
export const spaced = (name: string): string => name.replaceAll('-', ' ')

export const plural = (count: number, noun: string): string =>
  `${count.toLocaleString('en-GB')} ${noun}${count === 1 ? '' : 's'}`

/** `3. Rent`; empty for 0, which stands for "outside of clauses". */
export const clauseTitle = (outline: Outline | undefined, number: number): string => {
  if (number === 0) return ''
  const clause = outline?.clauses.find((c) => c.number === number)
  return clause ? `${number}. ${spaced(clause.name)}` : `Clause ${number}`
}
