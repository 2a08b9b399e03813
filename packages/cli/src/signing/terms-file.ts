/** `terms.json` beside the text: what the parties fill in, in the words of the deed. */
import { readFile, writeFile } from 'node:fs/promises'
import { join, resolve, sep } from 'node:path'
import {
  type Blank,
  blanksOf,
  checkFilling,
  type Filled,
  type Filling,
  figuresOf,
  understand,
} from '@deed/agreement/language'
import { type Address, getAddress, isAddress, isHex, keccak256 } from 'viem'
import { z } from 'zod'
import { CommandError } from '../fault.ts'
import { nearest } from '../nearest.ts'
import { devAccount } from '../perform/cast.ts'
import { DEV_CHAIN_ID } from '../perform/stage.ts'
import type { Draft } from './draft.ts'
import { testMoneyAddress } from './test-money.ts'

const TERMS_FILE = 'terms.json'
/** Development accounts that a chain of ours has money for. */
export const DEV_ACCOUNTS = 10

const termsSchema = z.strictObject({
  /** Id of the chain on which the deed is going to live. */
  chain: z.int().positive().default(DEV_CHAIN_ID),
  /** Tells deeds of the very same text and terms apart. */
  number: z.int().positive().default(1),
  /** By the names of the text. */
  terms: z.record(z.string(), z.string()).default({}),
})

export type Terms = z.infer<typeof termsSchema>

export interface Agreed {
  readonly chain: number
  readonly number: number
  readonly filling: Filling
}

export const readTerms = async ({ folder }: Draft): Promise<Terms> => {
  const content = await readFile(join(folder, TERMS_FILE), 'utf8').catch(() => '{}')
  try {
    return termsSchema.parse(JSON.parse(content))
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : (cause as Error).message
    throw new CommandError(
      'DEED_BAD_FILE',
      `${TERMS_FILE} is wrong: ${why}. It is written { "chain": 31337, "terms": { "rent": "1,000 USDC" } }; \`deed agreement fill\` writes it.`,
      { cause },
    )
  }
}

/** Blanks in the order of the text. */
export const writeTerms = async (
  { folder, model }: Draft,
  { chain, number, terms }: Terms,
): Promise<void> => {
  const ordered = blanksOf(model).flatMap(({ name }) => (name in terms ? [[name, terms[name]]] : []))
  const written = { chain, number, terms: Object.fromEntries(ordered) }
  await writeFile(join(folder, TERMS_FILE), `${JSON.stringify(written, null, 2)}\n`)
}

/** Something that a term cannot be. */
export interface Fault {
  readonly name: string
  readonly code: `DEED_${string}`
  readonly message: string
}

export interface Reading {
  readonly filling: Filling
  readonly faults: readonly Fault[]
  readonly open: readonly Blank[]
}

/** From words to values, each within its bounds. */
export const readFilling = async (draft: Draft, terms: Terms): Promise<Reading> => {
  const { model } = draft
  const blanks = blanksOf(model)
  const filling: Record<string, Filled> = {}
  const faults: Fault[] = []
  for (const name of Object.keys(terms.terms)) {
    if (!blanks.some((blank) => blank.name === name)) faults.push(unknownTerm(blanks, name))
  }
  for (const blank of blanks) {
    const words = terms.terms[blank.name]
    if (words === undefined) continue
    const value = await readWords(draft, blank, words)
    if (typeof value === 'object') faults.push(value)
    else filling[blank.name] = value
  }
  for (const { name, wrong } of checkFilling(model, filling)) {
    const sentence = [...blanks, ...model.values].find((each) => each.name === name)?.sentence
    faults.push({
      name,
      code: 'DEED_OUT_OF_BOUNDS',
      message: `${name} ${wrong}. The text says: "${sentence}"`,
    })
  }
  return { filling, faults, open: blanks.filter(({ name }) => terms.terms[name] === undefined) }
}

/** @throws unless every blank is filled, and well. */
export const agreedOf = async (draft: Draft): Promise<Agreed> => {
  const terms = await readTerms(draft)
  const { filling, faults, open } = await readFilling(draft, terms)
  if (faults[0]) throw new CommandError(faults[0].code, faults[0].message)
  if (open.length > 0) {
    throw new CommandError(
      'DEED_BLANKS_OPEN',
      `${open.map(({ name }) => name).join(', ')} ${open.length === 1 ? 'is' : 'are'} not filled in yet. Write: deed agreement fill ${draft.shown}`,
    )
  }
  return { chain: terms.chain, number: terms.number, filling }
}

/** Values as they are shown: accounts with their checksum, documents by the name of their file. */
export const shownFigures = (
  { outline, model }: Draft,
  { terms }: Terms,
  filling: Filling,
): ReadonlyMap<string, string> => {
  const figures = new Map(figuresOf(model, filling))
  for (const { name, kind } of outline.terms) {
    const value = filling[name]
    if (value === undefined) continue
    if (kind === 'address') figures.set(name, getAddress(value as Address))
    if (kind === 'document' && !isHex(terms[name]))
      figures.set(name, `${terms[name]} [${(value as string).slice(0, 10)}…]`)
  }
  return figures
}

/** What somebody wrote as it is kept in the file: `dev:1` is a development account, `test` the test money. */
export const resolveWords = async (
  { outline }: Draft,
  blank: Blank,
  words: string,
  chain: number,
): Promise<string> => {
  const token = outline.tokens.find(({ name, kind }) => name === blank.name && kind === undefined)
  if (words === 'test' && token && chain === DEV_CHAIN_ID) return testMoneyAddress(token)
  const [, place] = /^dev:(\d)$/.exec(words) ?? []
  if (place === undefined || blank.kind !== 'party') return words
  if (chain !== DEV_CHAIN_ID) {
    throw new CommandError(
      'DEED_DEV_KEY',
      `${blank.name} cannot be ${words} on chain ${chain}: the keys of development accounts are public. Give an address of your own.`,
    )
  }
  return devAccount(Number(place)).address
}

const readWords = async ({ folder, model }: Draft, blank: Blank, words: string): Promise<Filled | Fault> => {
  const { name, kind } = blank
  const isAccount = kind === 'party' || kind === 'token' || kind === 'feed'
  // A mistyped address has a wrong checksum, if it has both cases.
  if (isAccount && /^0x[0-9a-fA-F]{40}$/.test(words) && /[a-f]/.test(words) && /[A-F]/.test(words)) {
    if (!isAddress(words))
      return badValue(
        name,
        `"${words}" is mistyped: its checksum would be ${getAddress(words.toLowerCase())}`,
      )
  }
  const understood = understand(model, name, words)
  if ('value' in understood) return understood.value
  if (kind === 'document') {
    const path = resolve(folder, words)
    const content = path.startsWith(resolve(folder) + sep)
      ? await readFile(path).catch(() => undefined)
      : undefined
    if (content) return keccak256(content)
    return badValue(name, `there is no file "${words}" beside the text`)
  }
  return badValue(name, understood.wrong)
}

const badValue = (name: string, why: string): Fault => ({
  name,
  code: 'DEED_BAD_VALUE',
  message: `${name}: ${why}. Correct it: deed agreement fill … --term ${name}=…`,
})

const unknownTerm = (blanks: readonly Blank[], name: string): Fault => {
  const names = blanks.map((blank) => blank.name)
  const near = nearest(name, names)
  return {
    name,
    code: 'DEED_UNKNOWN_TERM',
    message: `The deed has no blank "${name}". ${near ? `Did you mean "${near}"?` : `There are: ${names.join(', ')}.`}`,
  }
}
