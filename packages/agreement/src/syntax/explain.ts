/** From the place where a text stopped making sense to one sentence about it and what to write instead. */
import { type Finding, type Fix, finding, write } from '../finding.ts'
import { nearest } from '../nearest.ts'
import type { Stop } from './parser.ts'
import { PATTERNS } from './patterns.ts'
import { place } from './place.ts'
import { spell } from './spell.ts'
import { isReserved, isWord, keywordType, placeOf, TABLES, type Token, TYPE } from './token.ts'

export const explain = (tokens: readonly Token[], stop: Stop): Finding => {
  const token = tokens[stop.at]
  const where = whereabouts(tokens, stop.at)
  if (stop.tooDeep) {
    return finding('DEED_L701', where, 'Sentences are nested too deeply here.', {
      how: 'Give a part of it a name of its own',
      text: '- part is (a + b) * c.',
    })
  }
  if (token === undefined && tokens.length === 0) return noTitle(where)
  if (stop.at === 0) return noTitle(where)
  return (
    missingOtherwise(tokens, stop) ??
    badBeginning(tokens, stop) ??
    reservedName(stop, token) ??
    finding('DEED_L110', where, sentence(tokens, stop), fix(tokens, stop))
  )
}

const noTitle = (where: ReturnType<typeof whereabouts>): Finding =>
  finding('DEED_L101', where, 'A deed begins with its title.', write('# Title'))

/** The token itself, or the end of the sentence before it if it begins something new. */
const whereabouts = (tokens: readonly Token[], at: number) => {
  const token = tokens[at]
  if (token && (isWord(token.type) || token.text.length > 1 || /[^-#]/.test(token.text)))
    return placeOf(token)
  const before = tokens.slice(0, at).findLast(({ text }) => text !== '')
  if (!before) return place(1, 1)
  return place(before.line, before.column + before.text.length)
}

/** A wait or repetition whose second part does not come. */
const missingOtherwise = (tokens: readonly Token[], stop: Stop): Finding | undefined => {
  const rule = stop.rules.findLast(
    ([name]) => name === 'Wait' || name === 'Repeat' || name === 'Route' || name === 'Effects',
  )
  if (rule?.[0] !== 'Wait' && rule?.[0] !== 'Repeat') return undefined
  const word = rule[0] === 'Wait' ? 'Otherwise' : 'Afterwards'
  const wanted = TABLES.tokens.indexOf(`'${word}'`)
  const afterBullet = tokens[stop.at - 1]?.type === TYPE.bullet && stop.expected.has(wanted)
  if (!afterBullet && !(stop.expected.has(TYPE.bullet) && tokens[stop.at - 1]?.type === TYPE.dedent))
    return undefined
  const opening = sentenceAround(tokens, rule[1] + 1)
  return finding(
    'DEED_L111',
    placeOf(opening[0]!),
    `"${spell(opening)}" does not say what happens ${word === 'Otherwise' ? 'if nobody acts' : 'after the last time'}.`,
    { how: `After it, write`, text: `- ${word}:\n  - Do nothing.` },
  )
}

const reservedName = ({ expected }: Stop, token: Token | undefined): Finding | undefined => {
  if (!token || !expected.has(TYPE.id) || !isWord(token.type) || !isReserved(token.text)) return undefined
  // `If`, `Otherwise`, `is` are no names that somebody could have meant.
  if (!NOUNS.test(token.text)) return undefined
  return finding(
    'DEED_L104',
    placeOf(token),
    `"${token.text}" is a reserved word and cannot be a name here.`,
    { how: 'Use another name, such as', text: `agreed-${token.text.toLowerCase()}` },
  )
}

/** A bullet whose first word begins no statement that could stand there. */
const badBeginning = (tokens: readonly Token[], stop: Stop): Finding | undefined => {
  const [bullet, word] = [tokens[stop.at], tokens[stop.at + 1]]
  if (bullet?.type !== TYPE.bullet || !word || !stop.expected.has(TYPE.bullet)) return undefined
  const reserved = reservedName({ ...stop, expected: new Set([TYPE.id]) }, word)
  if (reserved && /^(?:is|are|,|and)$/.test(tokens[stop.at + 2]?.text ?? '')) return reserved
  const pattern = patternOf(tokens, stop)
  if (/^(?:Otherwise|Afterwards)$/.test(word.text)) {
    const before = word.text === 'Otherwise' ? '"Within …:", "By …:" or "If …:"' : '"Every …:"'
    return finding(
      'DEED_L110',
      placeOf(word),
      `"${word.text}" answers ${before} in the bullet right before it.`,
      {
        how: 'Before it, write',
        text:
          word.text === 'Otherwise'
            ? '- Within 7 days:\n  - Tenant may accept.'
            : '- Every month from start, 12 times:\n  - Charge rent to arrears.',
      },
    )
  }
  return finding(
    'DEED_L110',
    placeOf(word),
    `No statement that can stand here begins with "${word.text}". ${pattern.name} says: ${pattern.pattern}`,
    write(pattern.example),
  )
}

const NOUNS =
  /^(?:[a-z]*(?:amount|date|document|duration|number|party|part|share|unit|token|table|row|feed|money)[a-z]*|open|close|last|first|next|read|pay|deliver|all|any|days?|weeks?|months?|years?|hours?|minutes?|another|remains|third|native|unique|midnight|today|later|earlier|lesser|greater|time|times|decimals?|stated|agreed|signing|transferable|one|yes|no|up|Begin|Close|Pause|Resume|Take|Set|End|Charge|Release|Forgive)$/

const sentence = (tokens: readonly Token[], stop: Stop): string => {
  const pattern = patternOf(tokens, stop)
  const token = tokens[stop.at]
  const where =
    token === undefined
      ? 'The text ends too early.'
      : startsSomething(token)
        ? `The sentence before line ${token.line} is not complete.`
        : `"${token.text}" does not fit here.`
  return `${where} ${pattern.name} says: ${pattern.pattern}`
}

const startsSomething = ({ type, text }: Token): boolean =>
  [TYPE.bullet, TYPE.indent, TYPE.dedent, TYPE.paragraph, TYPE.row, TYPE.title].includes(type) ||
  text === '##'

const patternOf = (tokens: readonly Token[], { rules, at }: Stop) => {
  const known = rules.filter(([name]) => PATTERNS[name])
  // A rule that has read nothing yet says less than the one around it.
  const [name, first] = known.findLast(([, begin]) => begin < at) ?? known[0] ?? (['Deed', 0] as const)
  const verb = tokens[first]?.text
  if (name === 'Act')
    return PATTERNS[verb === 'pay' ? 'PayAct' : verb === 'deliver' ? 'DeliverAct' : 'FreeAct']!
  return PATTERNS[name]!
}

/** The sentence with the word that was probably meant, or with the sign that is missing; else an example. */
const fix = (tokens: readonly Token[], stop: Stop): Fix => {
  const token = tokens[stop.at]
  const around = sentenceAround(tokens, stop.at)
  const words = [...stop.expected]
    .map((type) => TABLES.tokens[type] ?? '')
    .flatMap((name) => /^'(\w+)'$/.exec(name)?.[1] ?? [])
  if (token && isWord(token.type)) {
    const near = nearest(
      token.text,
      words.filter((word) => word !== token.text),
    )
    if (near !== undefined)
      return write(spell(around.map((each) => (each === token ? { ...each, text: near } : each))))
  }
  const ends = stop.expected.has(keywordType('.')!)
  if (ends && (token === undefined || startsSomething(token)) && around.length > 0)
    return write(`${spell(around)}.`)
  if (token?.type === TYPE.number && token.text.startsWith('-'))
    return { how: 'Minus stands between blanks: write', text: `- ${token.text.slice(1)}` }
  return write(patternOf(tokens, stop).example)
}

/** The tokens of the sentence that holds a token, or that ends before it. */
const sentenceAround = (tokens: readonly Token[], at: number): Token[] => {
  let from = Math.min(at, tokens.length - 1)
  if (tokens[from] && startsSomething(tokens[from]!)) from--
  while (from > 0 && tokens[from] && !startsSomething(tokens[from]!)) from--
  const start = from + 1
  let end = start
  while (end < tokens.length && !startsSomething(tokens[end]!)) end++
  return tokens.slice(start, end)
}
