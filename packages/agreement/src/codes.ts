/**
 * Every error of the language by its code. 1xx is about the text, 2xx names and types, 3xx reads, 4xx control, 5xx the
 * deed's life, 6xx money and numbers, 7xx size.
 */
export const CODES = {
  DEED_L101: 'The text begins with one title.',
  DEED_L102: 'A character that cannot be seen or that has no place in a deed.',
  DEED_L103: 'A figure in the prose belongs to the model.',
  DEED_L104: 'A reserved word is used as a name.',
  DEED_L105: 'A line is not indented as its place requires.',
  DEED_L106: 'A sign that the language does not know.',
  DEED_L107: 'Clauses are numbered 1, 2, 3 and so on.',
  DEED_L108: 'A table does not fit its declaration.',
  DEED_L109: 'The prose uses Markdown that hides or reorders text.',
  DEED_L110: 'A sentence does not follow its pattern.',
  DEED_L111: 'A wait does not say what happens otherwise.',
  DEED_L112: 'A number or date is not written as one.',
  DEED_L113: 'A name is declared twice.',
  DEED_L114: 'Two names are too much alike.',
  DEED_L115: 'A name begins with the wrong kind of letter.',
  DEED_L116: 'Singular and plural do not agree.',
  DEED_L117: 'A slot in the prose is not closed.',
  DEED_L701: 'The deed is larger or more deeply nested than the language allows.',
} as const

export type Code = keyof typeof CODES
