/**
 * Deeds with damage: letters, words, lines and halves of deeds dropped, doubled, exchanged and mixed. Whatever the text,
 * it is read in bounded time and each answer is a coded error with its place, or the text is a deed after all.
 *
 *     node packages/agreement/test/corrupt.ts --count 10000 --seed 1
 */
import { parseArgs } from 'node:util'
import { CODES } from '../src/codes.ts'
import { readDeed } from '../src/read.ts'
import { format } from '../src/syntax/format.ts'
import { type Random, randomOf } from '../validate/random.ts'
import { NAMES, readDeed as shipped } from './deeds.ts'

export interface Report {
  readonly read: number
  /** Texts that were a deed in spite of the damage. */
  readonly whole: number
  readonly codes: Readonly<Record<string, number>>
  readonly slowestMs: number
}

/** @throws with the text in question if an answer is not as it must be. */
export const corruptDeeds = (count: number, seed: number, onEach?: (done: number) => void): Report => {
  const random = randomOf(seed)
  const texts = NAMES.map(shipped)
  const codes: Record<string, number> = {}
  let [whole, slowestMs] = [0, 0]
  for (let i = 0; i < count; i++) {
    const text = damage(random, texts)
    const startedMs = threadMs()
    const answer = checkAnswer(text)
    slowestMs = Math.max(slowestMs, threadMs() - startedMs)
    if (answer.length === 0) whole++
    for (const code of answer) codes[code] = (codes[code] ?? 0) + 1
    onEach?.(i + 1)
  }
  return { read: count, whole, codes, slowestMs }
}

/** Time that this thread has worked: what else the machine does is not counted. */
const threadMs = (): number => {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}

const checkAnswer = (text: string): string[] => {
  const wrong = (what: string, cause?: unknown) => new Error(`${what}\n--- the text:\n${text}`, { cause })
  let findings: ReturnType<typeof readDeed>['findings']
  try {
    findings = readDeed(text).findings
    const formatted = format(text)
    if (
      'text' in formatted &&
      format(formatted.text) &&
      (format(formatted.text) as { text: string }).text !== formatted.text
    )
      throw wrong('its layout is not stable')
  } catch (cause) {
    throw wrong(`it was not answered: ${(cause as Error).message}`, cause)
  }
  const lines = text.split('\n')
  for (const { code, line, column, message, fix } of findings) {
    if (!(code in CODES)) throw wrong(`an unknown code ${code}`)
    // A place right after the last line, or after the last letter of one, is a place too.
    if (line < 1 || line > lines.length + 1 || column < 1 || column > (lines[line - 1] ?? '').length + 2)
      throw wrong(`${code} at ${line}:${column}, which is not in the text`)
    if (message === '' || /undefined|\[object|NaN/.test(`${message}${fix.text}`))
      throw wrong(`${code}: ${message} ${fix.text}`)
  }
  return findings.map(({ code }) => code)
}

const pick = <T>(random: Random, list: readonly T[]): T => random.pick(list)
const below = (random: Random, most: number): number => random.below(most)

const damage = (random: Random, texts: readonly string[]): string => {
  let text = pick(random, texts)
  const times = 1 + below(random, random.chance(0.3) ? 12 : 3)
  for (let i = 0; i < times; i++) text = pick(random, DAMAGES)(random, text, texts)
  return text
}

type Damage = (random: Random, text: string, texts: readonly string[]) => string

const LETTERS = [
  '',
  ' ',
  '\n',
  '.',
  ',',
  ':',
  '-',
  '*',
  '(',
  ')',
  '{',
  '}',
  '|',
  '#',
  "'s",
  '"',
  '0',
  '9',
  '%',
  'é',
  '\u200b',
  '😀',
  '\t',
  '\r',
  '<',
  '\\',
  '\ud800',
]

const atLetter: Damage = (random, text) => {
  const at = below(random, text.length)
  return text.slice(0, at) + pick(random, LETTERS) + text.slice(at + below(random, 3))
}

const inWords =
  (change: (random: Random, words: string[], at: number) => void): Damage =>
  (random, text) => {
    const words = text.split(/( +|\n+)/)
    change(random, words, below(random, words.length))
    return words.join('')
  }

const inLines =
  (change: (random: Random, lines: string[], at: number) => void): Damage =>
  (random, text) => {
    const lines = text.split('\n')
    change(random, lines, below(random, lines.length))
    return lines.join('\n')
  }

const exchange = (random: Random, list: string[], at: number): void => {
  const other = below(random, list.length)
  ;[list[at], list[other]] = [list[other]!, list[at]!]
}

/** A name, a number or a word of the language in place of another of its kind: such a text still reads like a deed. */
const inMeaning: Damage = (random, text) => {
  const kind = pick(random, [/\b[A-Za-z]+(?:-[a-z]+)*\b/g, /\b\d[\d,]*\b/g, NAMES_DECLARED])
  const places = [...text.matchAll(kind)]
  if (places.length === 0) return text
  const [place, other] = [pick(random, places), pick(random, places)[0]]
  return text.slice(0, place.index) + other + text.slice(place.index + place[0].length)
}
const NAMES_DECLARED = /(?<=^- )[a-z]+(?:-[a-z]+)*(?= is)|(?<=^## \d+\. )[A-Z][a-z-]+/gm

const KINDRED = [
  ['must', 'may', 'may at any time'],
  ['Begin', 'Close', 'Pause', 'Resume'],
  ['more', 'less'],
  ['least', 'most'],
  ['lesser', 'greater', 'earlier', 'later'],
  ['before', 'after'],
  ['Release', 'Release up to', 'Charge', 'Forgive'],
  ['into', 'towards', 'to', 'from'],
  ['agreed at signing', 'stated later', 'at first 5 USDC'],
  ['days', 'months', 'hours', 'USDC', '%'],
  ['Within', 'By', 'On'],
  ['+', '-', '*', '/', 'of'],
  ['End.', 'Do nothing.'],
]

const inKind: Damage = (random, text) => {
  const words = pick(random, KINDRED)
  const word = pick(random, words)
  const places = text.split(word)
  if (places.length < 2) return text
  const at = 1 + below(random, places.length - 1)
  return places.slice(0, at).join(word) + pick(random, words) + places.slice(at).join(word)
}

const DAMAGES: readonly Damage[] = [
  ...[inMeaning, inMeaning, inMeaning, inMeaning, inKind, inKind, inKind, inKind],
  atLetter,
  atLetter,
  inWords((_, words, at) => words.splice(at, 1)),
  inWords((_, words, at) => words.splice(at, 0, words[at]!)),
  inWords(exchange),
  inWords((random, words, at) => {
    words[at] = words[below(random, words.length)]!
  }),
  inWords((random, words, at) => {
    words[at] = words[at]!.replace(/\d+/g, () => String(below(random, 10) ** below(random, 40)))
  }),
  inLines((_, lines, at) => lines.splice(at, 1)),
  inLines((_, lines, at) => lines.splice(at, 0, lines[at]!)),
  inLines(exchange),
  inLines((random, lines, at) => {
    lines[at] = ' '.repeat(below(random, 6)) + lines[at]!.trimStart()
  }),
  inLines((random, lines, at) => {
    lines.splice(at, below(random, 12))
  }),
  (random, text) => text.slice(0, below(random, text.length)),
  (random, text, texts) => {
    const other = pick(random, texts)
    return text.slice(0, below(random, text.length)) + other.slice(below(random, other.length))
  },
]

if (import.meta.main) {
  const { values } = parseArgs({
    options: { count: { type: 'string', default: '10000' }, seed: { type: 'string', default: '1' } },
  })
  const tell = (done: number) => {
    if (done % 1000 === 0) process.stderr.write(`${done} texts\n`)
  }
  process.stdout.write(`${JSON.stringify(corruptDeeds(Number(values.count), Number(values.seed), tell))}\n`)
}
