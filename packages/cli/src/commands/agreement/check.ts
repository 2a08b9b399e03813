import { readFile, writeFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { type Fact, type Read, render, textHash } from '@deed/agreement/language'
import { z } from 'zod'
import { command } from '../../command.ts'
import { CommandError, EXIT } from '../../fault.ts'
import { flag } from '../../options.ts'
import type { Terminal } from '../../terminal.ts'
import { type File, readDeed, readFileOf } from './read.ts'

/** Facts that somebody has approved, kept beside the deed. */
const lockSchema = z.strictObject({
  facts: z.array(
    z.strictObject({
      kind: z.enum(['life', 'money', 'duty', 'trust', 'order', 'control']),
      clause: z.int().min(0),
      sentence: z.string(),
    }),
  ),
})

export const check = command({
  name: 'agreement check',
  usage: 'FILE',
  about:
    'Reads a deed and says what is wrong with it, each error with its place and what to write instead; or, if nothing is, what is proved of it whatever anybody does.\n\nThe proved facts are there to be approved: --approve keeps them in NAME.lock.json, and from then on a change of the text that changes a fact is an error until it is approved again.',
  positionals: { min: 1, max: 1 },
  options: {
    json: flag('print one JSON object'),
    approve: flag('keep the proved facts as approved'),
  },
  examples: [
    ['deed agreement check examples/lease/lease.deed', 'its errors, or what is proved'],
    ['deed agreement check examples/lease/lease.deed --json', 'for programs'],
  ],
  run: async ({ json, approve }, [shown], terminal) => {
    const file = await readFileOf(terminal.folder, shown!)
    const startedMs = performance.now()
    const read = readDeed(file.text)
    const tookMs = performance.now() - startedMs
    const facts = read.proof?.facts ?? []
    const before = await readLock(lockFile(file))
    const fine = read.findings.length === 0
    if (fine && approve) await writeFile(lockFile(file), `${JSON.stringify({ facts }, null, 2)}\n`)
    const approved = approve && fine ? facts : before
    const changed = approved !== undefined && fine && !sameFacts(approved, facts)
    if (json) terminal.out(JSON.stringify(asJson(file, read, facts, approved && !changed, tookMs)))
    else print(terminal, file, read, facts, approved)
    return fine && !changed ? EXIT.ok : EXIT.failed
  },
})

const lockFile = ({ path }: File): string => `${path.replace(/\.deed$/, '')}.lock.json`

const readLock = async (path: string): Promise<readonly Fact[] | undefined> => {
  const text = await readFile(path, 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  try {
    return lockSchema.parse(JSON.parse(text)).facts
  } catch (cause) {
    throw new CommandError(
      'DEED_BAD_FILE',
      `${path} is not what \`--approve\` wrote. Delete it and approve again.`,
      { cause },
    )
  }
}

const keyOf = ({ kind, clause, sentence }: Fact): string => `${kind} ${clause} ${sentence}`
const sameFacts = (a: readonly Fact[], b: readonly Fact[]): boolean =>
  a.map(keyOf).sort().join('\n') === b.map(keyOf).sort().join('\n')

const asJson = (
  file: File,
  read: Read,
  facts: readonly Fact[],
  approved: boolean | undefined,
  tookMs: number,
) => ({
  file: file.shown,
  ok: read.findings.length === 0,
  findings: read.findings,
  ...(read.formatted !== undefined && {
    formatted: read.formatted === file.text,
    text: textHash(read.formatted),
  }),
  facts,
  ...(approved !== undefined && { approved }),
  milliseconds: Math.round(tookMs),
})

const HEADINGS: Readonly<Record<Fact['kind'], string>> = {
  life: 'How long',
  money: 'Money',
  duty: 'Duties',
  trust: 'Who is believed',
  order: 'Who goes first',
  control: 'Clauses',
}

const print = (
  terminal: Terminal,
  file: File,
  read: Read,
  facts: readonly Fact[],
  approved: readonly Fact[] | undefined,
): void => {
  if (read.findings.length > 0) {
    for (const finding of read.findings) {
      const [first, ...rest] = render(file.shown, finding).split('\n')
      terminal.err([terminal.style('red', first!), ...rest].join('\n'))
    }
    const { length } = read.findings
    terminal.err(`\n${length} ${length === 1 ? 'error' : 'errors'}. docs/language.md explains each code.`)
    return
  }
  const known = new Set(approved?.map(keyOf))
  const now = new Set(facts.map(keyOf))
  terminal.out(`${file.shown}: no errors. Proved, whatever anybody does:`)
  for (const [kind, heading] of Object.entries(HEADINGS)) {
    const own = facts.filter((fact) => fact.kind === kind)
    if (own.length === 0) continue
    terminal.out(`\n${terminal.style('bold', heading)}`)
    for (const fact of own)
      terminal.out(
        `${approved && !known.has(keyOf(fact)) ? terminal.style('yellow', '+') : '·'} ${fact.sentence}`,
      )
  }
  const gone = (approved ?? []).filter((fact) => !now.has(keyOf(fact)))
  if (gone.length > 0) {
    terminal.out(`\n${terminal.style('bold', 'No longer true')}`)
    for (const fact of gone) terminal.out(`${terminal.style('yellow', '-')} ${fact.sentence}`)
  }
  terminal.out('')
  if (read.formatted !== file.text)
    terminal.out(`It is not laid out as it will be signed: deed agreement format ${file.shown}`)
  const again = `deed agreement check ${file.shown} --approve`
  if (!approved) terminal.out(`Nobody has approved these facts yet: ${again}`)
  else if (sameFacts(approved, facts)) terminal.out('These facts are approved.')
  else
    terminal.err(
      `DEED_FACTS_CHANGED: the facts are not those that were approved in ${basename(lockFile(file))}. If they are meant: ${again}`,
    )
}
