/**
 * The only layout of a deed. Its hash is what the parties sign, so two texts that say the same in the same words have
 * the same layout: bullets of two spaces a level, 96 columns, one empty line between prose, lists and headings.
 */
import type { Finding } from '../finding.ts'
import type { Node } from './node.ts'
import { parse } from './parser.ts'
import { atoms, glue, spell } from './spell.ts'
import { type Token, TYPE } from './token.ts'

const COLUMNS = 96
const MIN_DASHES = 3

export type Formatted = { readonly text: string } | { readonly findings: readonly Finding[] }

/** @returns findings if the text has errors: a layout is not guessed. */
export const format = (text: string): Formatted => {
  const { deed, tokens, findings } = parse(text)
  return deed ? { text: layOut(tokens) } : { findings }
}

/** @param tokens of a text without errors. */
export const layOut = (tokens: readonly Token[]): string => {
  const blocks: string[] = []
  let level = 0
  for (let at = 0; at < tokens.length; ) {
    const { type, text, line } = tokens[at]!
    const end = blockEnd(tokens, at)
    const inner = tokens.slice(at + 1, end)
    if (type === TYPE.title) blocks.push(`# ${text.replace(/ +/g, ' ')}`)
    else if (text === '##') blocks.push(`## ${spell(inner)}`)
    else if (type === TYPE.paragraph) blocks.push(layOutProse(text, inner))
    else if (type === TYPE.indent) level++
    else if (type === TYPE.dedent) level--
    else if (type === TYPE.row) {
      const rows = [inner]
      let next = end
      while (tokens[next]?.type === TYPE.row) {
        const after = blockEnd(tokens, next)
        rows.push(tokens.slice(next + 1, after))
        next = after
      }
      blocks.push(layOutTable(rows))
      at = next
      continue
    } else if (type === TYPE.bullet) {
      const bullet = layOutBullet(inner, level)
      const previous = tokens[at - 1]!.type
      // A bullet follows another one directly; whatever else stands before it is set apart.
      if (previous === TYPE.title || isProse(tokens, at) || isTable(tokens, at) || inHeading(tokens, at))
        blocks.push(bullet)
      else blocks[blocks.length - 1] += `\n${bullet}`
    } else throw new Error(`line ${line}: a token of type ${type} begins no block`)
    at = end
  }
  return `${blocks.join('\n\n')}\n`
}

const STARTS = new Set([TYPE.title, TYPE.paragraph, TYPE.row, TYPE.bullet, TYPE.indent, TYPE.dedent])

const blockEnd = (tokens: readonly Token[], at: number): number => {
  const { type } = tokens[at]!
  if (type === TYPE.indent || type === TYPE.dedent || type === TYPE.title) return at + 1
  let end = at + 1
  while (end < tokens.length && !STARTS.has(tokens[end]!.type) && tokens[end]!.text !== '##') end++
  return end
}

/** What the block before a token began with. */
const openerBefore = (tokens: readonly Token[], at: number): Token => {
  let i = at - 1
  while (tokens[i]!.type === TYPE.indent || tokens[i]!.type === TYPE.dedent) i--
  while (!STARTS.has(tokens[i]!.type) && tokens[i]!.text !== '##') i--
  return tokens[i]!
}

const isProse = (tokens: readonly Token[], at: number): boolean =>
  openerBefore(tokens, at).type === TYPE.paragraph
const isTable = (tokens: readonly Token[], at: number): boolean => openerBefore(tokens, at).type === TYPE.row
const inHeading = (tokens: readonly Token[], at: number): boolean => openerBefore(tokens, at).text === '##'

const layOutBullet = (tokens: readonly Token[], level: number): string => {
  const indent = '  '.repeat(level)
  return wrap(atoms(tokens), `${indent}- `, `${indent}  `)
}

/** Words of prose that would begin a list, a heading, a quotation or a rule if they began a line. */
const NOT_FIRST = /^(?:[-+*>#=|~`]|\d+[.)]|_{3})/
/** Stands for a blank inside of braces, where no line may end. */
const BLANK = '\u0000'

/** The words of a paragraph on one line, slots in braces. */
export const proseText = (tokens: readonly Token[], { $first, $last }: Node): string =>
  proseLine(tokens.slice($first + 1, $last + 1)).replaceAll(BLANK, ' ')

const proseLine = (parts: readonly Token[]): string => {
  let text = ''
  let line = parts[0]?.line
  for (let i = 0; i < parts.length; ) {
    const part = parts[i]!
    if (part.line !== line) text += ' '
    line = part.line
    if (part.text === '{') {
      const close = parts.findIndex((each, at) => at > i && each.text === '}')
      text += spell(parts.slice(i, close + 1)).replaceAll(' ', BLANK)
      i = close + 1
    } else {
      text += part.text
      i++
    }
  }
  return text.trim().replace(/ +/g, ' ')
}

const layOutProse = (marker: string, parts: readonly Token[]): string => {
  const words = glue(proseLine(parts).split(' '), (word) => NOT_FIRST.test(word))
  const first = marker === '' ? '' : `${marker} `
  const laidOut = marker.startsWith('#') ? `${first}${words.join(' ')}` : wrap(words, first, first)
  return laidOut.replaceAll(BLANK, ' ')
}

const layOutTable = (rows: readonly (readonly Token[])[]): string => {
  const cells = rows.map((row) => {
    const texts: string[] = []
    let from = 1
    row.forEach(({ text }, i) => {
      if (i === 0 || text !== '|') return
      texts.push(spell(row.slice(from, i)))
      from = i + 1
    })
    return texts
  })
  const widths = cells[0]!.map((_, column) =>
    Math.max(MIN_DASHES, ...cells.map((row) => (row[column] ?? '').length)),
  )
  const shown = (row: readonly string[]) =>
    `| ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`
  const [head, ...body] = cells.map(shown)
  return [head, shown(widths.map((width) => '-'.repeat(width))), ...body].join('\n')
}

const wrap = (words: readonly string[], first: string, next: string): string => {
  const lines: string[] = []
  let line = ''
  for (const word of words) {
    const prefix = lines.length === 0 ? first : next
    if (line === '') line = `${prefix}${word}`
    else if (line.length + 1 + word.length <= COLUMNS) line += ` ${word}`
    else {
      lines.push(line)
      line = `${next}${word}`
    }
  }
  return [...lines, line].join('\n')
}
