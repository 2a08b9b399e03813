import { type Blank, blanksOf } from '@deed/agreement/language'
import { command } from '../../command.ts'
import { CommandError, EXIT, usageError } from '../../fault.ts'
import { flag, number, texts } from '../../options.ts'
import { type Draft, readDraft } from '../../signing/draft.ts'
import {
  type Fault,
  type Reading,
  readFilling,
  readTerms,
  resolveWords,
  shownFigures,
  type Terms,
  writeTerms,
} from '../../signing/terms-file.ts'
import type { Terminal } from '../../terminal.ts'

const MOST_CHAIN = 2 ** 40
const MOST_NUMBER = 1_000_000

export const fill = command({
  name: 'agreement fill',
  usage: 'DEED [--term NAME=VALUE …] [--chain ID]',
  about: [
    'Fills in what the text leaves "agreed at signing", in terms.json beside it: parties, money and values, each checked',
    'by what the text allows. What no --term says is asked for, where somebody can be asked; an empty answer leaves it',
    'open. DEED is the text, or its folder. Nothing is signed by it.',
  ].join('\n'),
  positionals: { min: 1, max: 1 },
  options: {
    term: texts(
      'NAME=VALUE',
      'rent="1,500 USDC", start=2027-02-01, Tenant=0x…; on the development chain Tenant=dev:1, USDC=test',
    ),
    chain: number('ID', 'the chain on which the deed will live; 31337 at first', { min: 1, max: MOST_CHAIN }),
    number: number('N', 'which of several deeds of the very same text and terms; 1 at first', {
      min: 1,
      max: MOST_NUMBER,
    }),
    json: flag('print one JSON object'),
  },
  examples: [
    ['deed agreement fill my-lease', 'asks for what is open'],
    [
      'deed agreement fill my-lease --term rent="1,500 USDC" --term start=2027-02-01',
      'fills two blanks, and says what else is open',
    ],
    ['deed agreement fill my-lease --term Landlord=dev:1', 'a party with a development account'],
  ],
  run: async (options, [shown], terminal) => {
    const draft = await readDraft(terminal.folder, shown!)
    const before = await readTerms(draft)
    let terms: Terms = {
      chain: options.chain ?? before.chain,
      number: options.number ?? before.number,
      terms: { ...before.terms },
    }
    for (const written of options.term) terms = await withTerm(draft, terms, written)
    // Nothing is written that cannot stand; what is still open is no fault.
    const [fault] = (await readFilling(draft, terms)).faults
    if (fault) throw new CommandError(fault.code, fault.message)
    if (options.term.length === 0 && !options.json) terms = await askAll(draft, terms, terminal)
    await writeTerms(draft, terms)
    const reading = await readFilling(draft, terms)
    if (options.json) terminal.out(JSON.stringify(asJson(draft, terms, reading)))
    else print(draft, terms, reading, terminal)
    return reading.open.length === 0 ? EXIT.ok : EXIT.failed
  },
})

const withTerm = async (draft: Draft, terms: Terms, written: string): Promise<Terms> => {
  const at = written.indexOf('=')
  if (at <= 0) {
    throw usageError(
      'DEED_BAD_OPTION',
      `--term must be NAME=VALUE, and "${written}" is not. Write --term rent="1,500 USDC".`,
    )
  }
  const [name, words] = [written.slice(0, at), written.slice(at + 1).trim()]
  const blank = blanksOf(draft.model).find((each) => each.name === name)
  const { [name]: _, ...others } = terms.terms
  // An empty value opens the blank again.
  if (words === '') return { ...terms, terms: others }
  return {
    ...terms,
    terms: { ...others, [name]: blank ? await resolveWords(draft, blank, words, terms.chain) : words },
  }
}

/** Asks until each answer can stand. What was answered before is the default. */
const askAll = async (draft: Draft, terms: Terms, terminal: Terminal): Promise<Terms> => {
  const { ask } = terminal
  if (!ask) return terms
  let filled = terms
  for (const blank of blanksOf(draft.model)) {
    for (;;) {
      const known = filled.terms[blank.name]
      terminal.err(terminal.style('dim', blank.sentence))
      const answer = (await ask(`${blank.name} (${blank.takes})${known ? ` [${known}]` : ''}: `)).trim()
      if (answer === '') break
      const tried = await attempt(draft, filled, blank, answer)
      if ('terms' in tried) {
        filled = tried
        // What was answered stays answered, whatever comes after it.
        await writeTerms(draft, filled)
        break
      }
      terminal.err(terminal.style('red', `${tried.code}: ${tried.message}`))
    }
  }
  return filled
}

const attempt = async (draft: Draft, terms: Terms, blank: Blank, answer: string): Promise<Terms | Fault> => {
  try {
    const words = await resolveWords(draft, blank, answer, terms.chain)
    const tried = { ...terms, terms: { ...terms.terms, [blank.name]: words } }
    const { faults } = await readFilling(draft, tried)
    return faults[0] ?? tried
  } catch (error) {
    if (error instanceof CommandError) return { name: blank.name, code: error.code, message: error.message }
    throw error
  }
}

const asJson = (draft: Draft, { chain, number, terms }: Terms, { open, filling }: Reading) => ({
  deed: draft.outline.title,
  chain,
  number,
  terms,
  figures: Object.fromEntries(shownFigures(draft, { chain, number, terms }, filling)),
  open: open.map(({ name, takes, sentence }) => ({ name, takes, sentence })),
})

const print = (draft: Draft, terms: Terms, { open, filling }: Reading, terminal: Terminal): void => {
  const figures = [...shownFigures(draft, terms, filling)]
  const width = Math.max(0, ...figures.map(([name]) => name.length), ...open.map(({ name }) => name.length))
  terminal.out(`${terminal.style('bold', draft.outline.title)}, on chain ${terms.chain}`)
  for (const [name, value] of figures) terminal.out(`  ${name.padEnd(width)}  ${value}`)
  for (const { name, takes } of open)
    terminal.out(`  ${terminal.style('yellow', name.padEnd(width))}  open: ${takes}`)
  terminal.out('')
  terminal.out(
    open.length > 0
      ? `Still open: ${open.map(({ name }) => name).join(', ')}.`
      : `Everything is filled in. Each party signs: deed agreement sign ${draft.shown} --as NAME`,
  )
}
