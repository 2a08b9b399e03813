/** Sentences of a deed with the figures of the names in them, for whoever reads them apart from the text. */
import { shownMoney, shownValue } from '../figures.ts'
import type { Model } from '../model/model.ts'

/** Where money goes; how much lies there already would only be in the way. */
const DESTINATION = /\b(?:into|towards|to|for) $/

/** `Tenant must pay deposit (2,000.00 USDC) into security`. A name that stands twice has its figure once. */
export const withFigures = (model: Model, sentence: string, figures: ReadonlyMap<string, string>): string => {
  const names = new Set([...model.values, ...model.holdings, ...model.debts].map(({ name }) => name))
  const said = new Set<string>()
  return sentence.replace(/[A-Za-z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)*/g, (word, at: number) => {
    const figure = names.has(word) && !said.has(word) ? figures.get(word) : undefined
    if (figure === undefined || DESTINATION.test(sentence.slice(0, at))) return word
    // `grace is 5 days.` says it already.
    if (at === 0 && /^[A-Za-z0-9-]+ is -?\d\S*( [A-Za-z]+)?\.$/.test(sentence)) return word
    said.add(word)
    return `${word} (${figure})`
  })
}

/**
 * What a contract says of a name, as it is shown. @returns undefined for what has not been stated: a date or document of
 * zero, and names that are no values.
 */
export const shownFigure = (model: Model, name: string, value: bigint): string | undefined => {
  const cell = [...model.holdings, ...model.debts].find((each) => each.name === name)
  if (cell) return shownMoney(value, model.tokens[cell.token]!)
  const found = model.values.find((each) => each.name === name)
  if (!found) return undefined
  const { type, fixed } = found
  const unsaid = value === 0n && (fixed === 'later' || type.kind === 'date' || type.kind === 'document')
  return unsaid ? undefined : shownValue(model, type, value)
}
