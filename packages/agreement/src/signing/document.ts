/** A deed for reading: its prose with the figures that are known, its bullets as they stand with figures beside names. */
import type { Model } from '../model/model.ts'
import { withFigures } from './sentences.ts'

export type Block =
  | { readonly kind: 'prose'; readonly text: string }
  /** A part of a clause, headed by `###`. */
  | { readonly kind: 'heading'; readonly text: string }
  | { readonly kind: 'bullet'; readonly level: number; readonly text: string }
  | { readonly kind: 'table'; readonly rows: readonly (readonly string[])[] }

export interface Document {
  readonly title: string
  readonly preface: readonly Block[]
  readonly clauses: readonly {
    readonly number: number
    readonly name: string
    readonly blocks: readonly Block[]
  }[]
  /** What every document ends with. */
  readonly ending: string
}

const ENDING = 'Where the paragraphs and the bullets differ, the bullets prevail.'

/**
 * @param text in the one layout that is signed.
 * @param figures by name; a name without one stands in brackets.
 */
export const documentOf = (model: Model, text: string, figures: ReadonlyMap<string, string>): Document => {
  const [head = '', ...sections] = text.split(/^## /m)
  const [title = '', ...preface] = head.split('\n')
  return {
    title: title.replace(/^# /, ''),
    preface: blocksOf(model, preface.join('\n'), figures),
    clauses: sections.map((section) => {
      const [heading = '', ...body] = section.split('\n')
      const [, number, name = ''] = /^(\d+)\. (.+)$/.exec(heading) ?? []
      return { number: Number(number), name, blocks: blocksOf(model, body.join('\n'), figures) }
    }),
    ending: ENDING,
  }
}

const blocksOf = (model: Model, body: string, figures: ReadonlyMap<string, string>): Block[] =>
  body
    .trim()
    .split('\n\n')
    .flatMap((paragraph) => (/^ *- /.test(paragraph) ? bulletsOf(paragraph) : [paragraph]))
    .filter((paragraph) => paragraph.trim() !== '')
    .map((paragraph): Block => {
      const bullet = /^( *)- ([\s\S]*)$/.exec(paragraph)
      if (bullet) {
        const words = oneLine(bullet[2]!)
        return { kind: 'bullet', level: bullet[1]!.length / 2, text: withFigures(model, words, figures) }
      }
      if (paragraph.startsWith('|')) return { kind: 'table', rows: rowsOf(paragraph) }
      const slotted = insertFigures(model, oneLine(paragraph), figures)
      return paragraph.startsWith('### ')
        ? { kind: 'heading', text: slotted.slice('### '.length) }
        : { kind: 'prose', text: slotted }
    })

/** Bullets follow each other without an empty line; what goes on with one is indented under it. */
const bulletsOf = (list: string): string[] => list.split(/\n(?= *- )/)

const oneLine = (text: string): string => text.trim().replace(/\s*\n\s*/g, ' ')

/** Without the line of dashes under the head. */
const rowsOf = (table: string): string[][] =>
  table
    .trim()
    .split('\n')
    .filter((line) => !/^\|[ :|-]+\|$/.test(line))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )

const insertFigures = (model: Model, text: string, figures: ReadonlyMap<string, string>): string =>
  text.replace(/\{([^{}]*)\}/g, (_, slot: string) => {
    const clause = model.clauses.find(({ name }) => name === slot)
    if (clause) return `clause ${clause.number} (${clause.name})`
    if (slot.includes("'s ")) return slot
    return figures.get(slot) ?? `[${slot}]`
  })
