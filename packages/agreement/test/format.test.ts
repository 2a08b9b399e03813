import { Parser } from 'commonmark'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { format, layOut } from '../src/syntax/format.ts'
import { lex } from '../src/syntax/lexer.ts'
import { parse } from '../src/syntax/parser.ts'
import { TYPE } from '../src/syntax/token.ts'
import { NAMES, readDeed } from './deeds.ts'

const formatted = (text: string): string => {
  const result = format(text)
  if ('findings' in result) throw new Error(JSON.stringify(result.findings))
  return result.text
}

describe('the layout', () => {
  it.each(NAMES)('of %s is the one it has', (name) => {
    expect(formatted(readDeed(name))).toBe(readDeed(name))
  })

  it('is the same however the text was typed', () => {
    const space = fc.constantFrom(' ', '  ', '   ')
    const property = fc.property(
      fc.constantFrom(...NAMES),
      fc.array(space, { minLength: 40, maxLength: 40 }),
      fc.boolean(),
      fc.integer({ min: 8, max: 60 }),
      (name, spaces, windows, width) => {
        const deed = readDeed(name)
        expect(formatted(loosen(deed, spaces, windows, width))).toBe(deed)
      },
    )
    fc.assert(property, { numRuns: 60 })
  })

  it('groups thousands and keeps every other word and sign', () => {
    const text = '# T\n\n## 1. A\n\n- USDC is money with 6 decimals.\n- x is (20000.5 USDC+5 USDC)*3/ 4.\n'
    expect(formatted(text)).toContain('- x is (20,000.5 USDC + 5 USDC) * 3 / 4.')
  })

  it('sets tables in columns and puts an empty line around them', () => {
    const text =
      '# T\n## 1. A\n- r is a row of this table.\n\n|x|bcd|\n|-|-|\n|1 day|"x y"|\n- Days begin 1 hour before midnight UTC.\n'
    expect(formatted(text)).toBe(
      '# T\n\n## 1. A\n\n- r is a row of this table.\n\n| x     | bcd   |\n| ----- | ----- |\n| 1 day | "x y" |\n\n- Days begin 1 hour before midnight UTC.\n',
    )
  })

  it('never lets a line of prose begin with what would be Markdown', () => {
    const words = fc.array(
      fc.constantFrom('a', 'word', '-', '#', '>', '+', '*', '=', '|', '~~', 'longer-word'),
      {
        minLength: 1,
        maxLength: 120,
      },
    )
    fc.assert(
      fc.property(words, (list) => {
        const prose = `Begins ${list.join(' ')}`
        const text = formatted(`# T\n\n${prose}\n\n## 1. A\n\n- USDC is money with 6 decimals.\n`)
        const paragraphs = blocks(text).filter(({ type }) => type === 'paragraph')
        expect(paragraphs[0]?.text).toBe(prose)
        expect(formatted(text)).toBe(text)
      }),
    )
  })

  it('keeps quotations and headings of parts as such', () => {
    const long = 'word '.repeat(40).trim()
    const text = formatted(`# T\n\n> ${long}\n\n### A part of it\n${long}\n\n## 1. A\n\n- mm is a unit.\n`)
    expect(blocks(text).map(({ type }) => type)).toEqual([
      ...[
        'heading',
        'block_quote',
        'paragraph',
        'heading',
        'paragraph',
        'heading',
        'list',
        'item',
        'paragraph',
      ],
    ])
    expect(text.split('\n').every((line) => line.length <= 96)).toBe(true)
  })

  it('is not guessed where the text has errors', () => {
    expect(format('# T\n\n## 1. A\n\n- Begin.\n')).toMatchObject({ findings: [{ code: 'DEED_L110' }] })
  })
})

describe('on a page of Markdown', () => {
  it.each(NAMES)('%s has exactly one list item for each statement', (name) => {
    const text = readDeed(name)
    const statements = lex(text).tokens.filter(({ type }) => type === TYPE.bullet).length
    const items = blocks(text).filter(({ type }) => type === 'item')
    expect(items).toHaveLength(statements)
  })

  it.each(NAMES)('the words of %s read as they stand', (name) => {
    const text = readDeed(name)
    const statements = statementTexts(text)
    const items = blocks(text).filter(({ type }) => type === 'item')
    expect(items.map(({ text: shown }) => shown)).toEqual(statements)
  })
})

/** Blocks as CommonMark's reference implementation finds them, each with the words of its own first paragraph. */
const blocks = (markdown: string): { type: string; text: string }[] => {
  const found: { type: string; text: string }[] = []
  const walker = new Parser().parse(markdown).walker()
  for (let event = walker.next(); event; event = walker.next()) {
    const { node, entering } = event
    if (!entering) continue
    if (node.type === 'text' || node.type === 'code') {
      const last = found.findLast(({ type }) => type === 'paragraph' || type === 'heading')!
      last.text += node.literal
      if (node.parent?.parent?.type === 'item')
        found.findLast(({ type }) => type === 'item')!.text += node.literal
    } else if (node.type === 'softbreak') {
      found.findLast(({ type }) => type === 'paragraph')!.text += ' '
      if (node.parent?.parent?.type === 'item') found.findLast(({ type }) => type === 'item')!.text += ' '
    } else if (/^(?:paragraph|heading|item|list|block_quote|code_block|html_block)$/.test(node.type))
      found.push({ type: node.type, text: '' })
  }
  return found
}

const statementTexts = (text: string): string[] => {
  const found: string[] = []
  for (const line of text.split('\n')) {
    const bullet = /^ *- (.*)$/.exec(line)
    if (bullet) found.push(bullet[1]!)
    else if (/^ +\S/.test(line)) found[found.length - 1] += ` ${line.trim()}`
  }
  return found
}

/** The same text with other blanks, line ends and line breaks. */
const loosen = (text: string, spaces: readonly string[], windows: boolean, width: number): string => {
  let n = 0
  const blank = () => spaces[n++ % spaces.length]!
  const lines = text.split('\n').flatMap((line) => {
    const bullet = /^( *)- (.*)$/.exec(line)
    if (line.startsWith('|')) return [line.replace(/ +/g, () => blank())]
    if (!bullet) return [/^(?:#|>| )/.test(line) || line === '' ? line : line.replace(/ /g, () => blank())]
    const words = bullet[2]!.split(' ')
    const broken = [`${bullet[1]}- ${words[0]}`]
    for (const word of words.slice(1)) {
      const last = broken.at(-1)!
      const operator = /^[-+*/]$/.test(word)
      if (last.length > width && !operator) broken.push(`${bullet[1]}  ${word}`)
      else broken[broken.length - 1] = `${last}${blank()}${word}`
    }
    return broken
  })
  return lines.join(windows ? '\r\n' : '\n')
}

it('a text and its layout have the same tokens', () => {
  for (const name of NAMES) {
    const { tokens } = parse(readDeed(name))
    expect(layOut(tokens)).toBe(readDeed(name))
  }
})
