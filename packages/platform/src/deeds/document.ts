/**
 * The text of a deed for reading: its prose with the figures that the parties agreed on, its bullets as they stand,
 * and what has become of each clause.
 */
import { deedAbi, type Kind, type Outline } from '@deed/agreement'
import type { Hex } from 'viem'
import type { Chain } from '../chain/client.ts'
import type { Database } from '../database/database.ts'
import type { ClauseStatus, DeedDocument, DocumentBlock, DocumentPart } from '../gateway/api.ts'
import { type Agreement, agreementOf } from './agreements.ts'
import { getterOf, readValues } from './description.ts'
import { eventsOf } from './events.ts'
import { rowOf } from './row.ts'

/** @returns undefined when there is no such deed, or its text is not known here. */
export const describeDocument = async (
  chain: Chain,
  db: Database,
  address: Hex,
): Promise<DeedDocument | undefined> => {
  const row = await rowOf(chain, db, address)
  const agreement = row && (await agreementOf(db, row.text as Hex))
  if (!agreement) return undefined
  const [figures, opened, open] = await Promise.all([
    readFigures(chain, address, agreement),
    eventsOf(db, address).then(
      (events) => new Set(events.filter((e) => e.eventName === 'Opened').map((e) => Number(e.args.clause))),
    ),
    row.begun && !row.ended
      ? chain.readContract({ abi: deedAbi, address, functionName: 'pending' })
      : Promise.resolve([]),
  ])
  const { title, preface, clauses } = parseText(agreement.text, figures)
  return {
    title,
    text: row.text as Hex,
    source: agreement.text,
    figures: Object.fromEntries(figures),
    preface,
    clauses: clauses.map((clause) => {
      const now = open.find((each) => each.clause === clause.number)
      const status: ClauseStatus = now ? 'open' : opened.has(clause.number) ? 'closed' : 'waiting'
      return { ...clause, status, ...(now && { due: now.due }) }
    }),
  }
}

type Figures = ReadonlyMap<string, string>

/** Names of the text and what stands for them now. */
const readFigures = async (chain: Chain, deed: Hex, agreement: Agreement): Promise<Figures> => {
  const { outline, abi, text } = agreement
  const figures = new Map<string, string>()
  const readables = [
    ...outline.terms.map((term) => ({ ...term, getter: term.field })),
    ...outline.fields,
    ...[...outline.holdings, ...outline.debts].map((cell) => ({ ...cell, kind: 'amount' as const })),
  ]
  const constants = constantsOf(text)
  for (const [name, expression] of constants) {
    const getter = camelCase(name)
    const type = typeOf(expression, outline, constants)
    if (type && !isLiteral(expression) && getterOf(abi, getter)) readables.push({ name, getter, ...type })
    else figures.set(name, inWords(expression))
  }
  // Parties and tokens are called by their names.
  for (const { name, kind, shown } of await readValues(chain, deed, agreement, readables))
    if (kind !== 'address') figures.set(name, IN_PROSE[kind]?.(shown) ?? shown)
  return figures
}

/** How prose has a value that stands on its own elsewhere: `1 February 2027`, `document 0x56cd2c40…`. */
const IN_PROSE: Readonly<Partial<Record<Kind, (shown: string) => string>>> = {
  date: (shown) => inWords(shown),
  document: (shown) => (shown.startsWith('0x') ? `document ${shown.slice(0, 10)}…` : shown),
}

const inWords = (date: string): string => {
  const time = Date.parse(`${date}T00:00:00Z`)
  return Number.isNaN(time) ? date : DAY.format(time)
}
const DAY = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' })

/** `- deposit is 2 * rent.` Other declarations ("is an amount …", "is a date …") name no value. */
const CONSTANT = /^- ([A-Za-z][A-Za-z0-9-]*) is (?!an? |one of |yes or no|owed |a$)([^,]*?)\.$/gm
const NO_CONSTANT = /\b(held for|per|with \d+ decimals?|money)\b/

const constantsOf = (text: string): ReadonlyMap<string, string> =>
  new Map(
    [...text.replace(/\n +(?=\S)/g, ' ').matchAll(CONSTANT)]
      .map(([, name, expression]) => [name!, expression!] as const)
      .filter(([, expression]) => !NO_CONSTANT.test(expression)),
  )

/** `5 days`, `5%`, `60 USDC`, `2027-02-01`: as good as any figure. */
const isLiteral = (expression: string) => /^-?[\d,.]+(-\d\d-\d\d)?%?( [A-Za-z]+)?$/.test(expression)

const DEEPEST = 5

/** An expression has the type of the first name in it that is a date or an amount: `start + 12 months`, `2 * rent`. */
const typeOf = (
  expression: string,
  outline: Outline,
  constants: ReadonlyMap<string, string>,
  depth = 0,
): { kind: Kind; token?: string | undefined } | undefined => {
  for (const word of expression.match(/[A-Za-z][A-Za-z0-9-]*/g) ?? []) {
    const known = [...outline.terms, ...outline.fields].find(({ name }) => name === word)
    if (known && (known.kind === 'date' || known.kind === 'amount'))
      return { kind: known.kind, token: known.token }
    const inner = constants.get(word)
    const type = inner && depth < DEEPEST ? typeOf(inner, outline, constants, depth + 1) : undefined
    if (type) return type
  }
  return undefined
}

const camelCase = (name: string) => name.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())

interface ParsedClause {
  number: number
  name: string
  blocks: DocumentBlock[]
}

/** Reads the one layout that a deed's text can have: headings, paragraphs, bullets of two spaces a level, tables. */
export const parseText = (text: string, figures: Figures = new Map()) => {
  let title = ''
  const preface: DocumentBlock[] = []
  const clauses: ParsedClause[] = []
  let blocks = preface
  /** The paragraph or bullet that the next line may go on with. */
  let lines: { type: 'prose' | 'bullet'; level: number; text: string } | undefined

  const flush = () => {
    if (lines?.type === 'prose') blocks.push({ type: 'prose', parts: partsOf(lines.text, figures) })
    if (lines?.type === 'bullet')
      blocks.push({ type: 'bullet', level: lines.level, parts: partsOf(lines.text, figures) })
    lines = undefined
  }
  for (const line of text.split('\n')) {
    const clause = /^## (\d+)\. (.+)$/.exec(line)
    const bullet = /^( *)- (.*)$/.exec(line)
    if (line.startsWith('# ')) {
      flush()
      title = line.slice(2)
    } else if (clause) {
      flush()
      clauses.push({ number: Number(clause[1]), name: clause[2]!, blocks: [] })
      blocks = clauses.at(-1)!.blocks
    } else if (line.startsWith('|')) {
      flush()
      const row = line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim())
      const table = blocks.at(-1)
      if (table?.type !== 'table') blocks.push({ type: 'table', rows: [row] })
      else if (!row.every((cell) => /^-+$/.test(cell))) table.rows.push(row)
    } else if (bullet) {
      flush()
      lines = { type: 'bullet', level: bullet[1]!.length / 2, text: bullet[2]! }
    } else if (line.trim() === '') flush()
    else if (lines) lines.text += ` ${line.trim()}`
    else lines = { type: 'prose', level: 0, text: line.trim() }
  }
  flush()
  return { title, preface, clauses }
}

const partsOf = (text: string, figures: Figures): DocumentPart[] =>
  text.split(/(\{[^{}]*\})/).flatMap((piece): DocumentPart[] => {
    if (piece === '') return []
    if (!piece.startsWith('{')) return [{ text: piece }]
    const slot = piece.slice(1, -1)
    return [{ slot, text: figures.get(slot) ?? slot }]
  })
