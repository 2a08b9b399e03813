/** `deed COMMAND …`: finds the command, reads its options, runs it, and turns what goes wrong into one sentence. */
import { readFileSync } from 'node:fs'
import type { Command } from './command.ts'
import { EXIT, explain, usageError } from './fault.ts'
import { manual, overview } from './help.ts'
import { nearest } from './nearest.ts'
import { flag, parse } from './options.ts'
import { processTerminal, type Terminal, UNREAD } from './terminal.ts'

interface Row {
  readonly about: string
  readonly load: () => Promise<Command>
}

/** A command, or several of one subject: `deed agreement check`. */
type Table = Readonly<Record<string, Row | { readonly about: string; readonly commands: Table }>>

const AGREEMENT: Table = {
  new: {
    about: 'begin with a template',
    load: async () => (await import('./commands/agreement/new.ts')).create as unknown as Command,
  },
  check: {
    about: 'what is wrong with a deed, and what is proved of it',
    load: async () => (await import('./commands/agreement/check.ts')).check as unknown as Command,
  },
  emit: {
    about: "write a deed's contract and outline",
    load: async () => (await import('./commands/agreement/emit.ts')).emit as unknown as Command,
  },
  format: {
    about: 'lay a deed out in the one layout that is signed',
    load: async () => (await import('./commands/agreement/format.ts')).format as unknown as Command,
  },
  explain: {
    about: 'the document with its figures, and what is proved of it',
    load: async () => (await import('./commands/agreement/explain.ts')).explain as unknown as Command,
  },
  fill: {
    about: 'fill in what is agreed at signing',
    load: async () => (await import('./commands/agreement/fill.ts')).fill as unknown as Command,
  },
  sign: {
    about: 'sign text and terms, as a file to mail to the others',
    load: async () => (await import('./commands/agreement/sign.ts')).sign as unknown as Command,
  },
  deploy: {
    about: 'deploy a deed that all have signed',
    load: async () => (await import('./commands/agreement/deploy.ts')).deploy as unknown as Command,
  },
  status: {
    about: 'who must act by when, and what happens otherwise',
    load: async () => (await import('./commands/agreement/status.ts')).status as unknown as Command,
  },
  replay: {
    about: 'live a timeline again, by the words and by the contract',
    load: async () => (await import('./commands/agreement/replay.ts')).replay as unknown as Command,
  },
  perform: {
    about: 'perform it from a script, from signing to the end',
    load: async () => (await import('./commands/perform.ts')).perform as unknown as Command,
  },
  'language-server': {
    about: 'speak the Language Server Protocol to an editor',
    load: async () =>
      (await import('./commands/agreement/language-server.ts')).languageServer as unknown as Command,
  },
}

/** Commands load when they are used, so that `--help` and `--version` answer at once. */
const COMMANDS: Table = {
  agreement: { about: 'an agreement from its first draft to its end', commands: AGREEMENT },
  bench: {
    about: 'measure a contract on the engine',
    load: async () => (await import('./commands/bench.ts')).bench as unknown as Command,
  },
  dev: {
    about: 'run a development chain with keeper and page',
    load: async () => (await import('./commands/dev.ts')).dev as unknown as Command,
  },
  export: {
    about: 'write the development chain to one file',
    load: async () => (await import('./commands/export.ts')).exportChain as unknown as Command,
  },
  import: {
    about: 'begin a development chain from such a file',
    load: async () => (await import('./commands/import.ts')).importChain as unknown as Command,
  },
  perform: {
    about: 'perform an agreement from a script, from signing to the end',
    load: async () => (await import('./commands/perform.ts')).perform as unknown as Command,
  },
  reset: {
    about: 'delete the development chain',
    load: async () => (await import('./commands/reset.ts')).reset as unknown as Command,
  },
  tx: {
    about: 'say what a transaction did, and where it failed the line of Solidity',
    load: async () => (await import('./commands/tx.ts')).tx as unknown as Command,
  },
  start: {
    about: 'run the example lease, one month every few seconds',
    load: async () => (await import('./commands/start.ts')).start as unknown as Command,
  },
}

/** @returns the exit code: 0 done, 1 failed, 2 the command line was wrong. */
export const main = async (
  argv: readonly string[],
  terminal: Terminal = processTerminal(),
): Promise<number> => {
  try {
    return await dispatch(argv, terminal)
  } catch (error) {
    if (terminal.stop.reason === UNREAD) return EXIT.ok
    const { text, exit } = explain(error, terminal.env.DEED_DEBUG === '1')
    terminal.err(terminal.style('red', text))
    return exit
  }
}

const dispatch = async (argv: readonly string[], terminal: Terminal): Promise<number> => {
  if (argv[0] === '--version' || argv[0] === '-v') {
    terminal.out(version())
    return EXIT.ok
  }
  return select('deed', COMMANDS, argv, terminal)
}

/** @param path what stands before the command: `deed`, or `deed agreement`. */
const select = async (
  path: string,
  table: Table,
  argv: readonly string[],
  terminal: Terminal,
): Promise<number> => {
  const [name, ...rest] = argv
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    if (name === 'help' && rest[0]) return select(path, table, [...rest, '--help'], terminal)
    const rows = Object.entries(table).map(([command, { about }]) => [command, about] as const)
    terminal.out(overview(rows, terminal, path))
    return name === undefined ? EXIT.usage : EXIT.ok
  }
  if (!Object.hasOwn(table, name)) throw unknownCommand(path, name, Object.keys(table))
  const row = table[name]!
  if ('commands' in row) return select(`${path} ${name}`, row.commands, rest, terminal)
  return run(await row.load(), rest, terminal)
}

const run = async (command: Command, argv: readonly string[], terminal: Terminal): Promise<number> => {
  if (argv.includes('--help') || argv.includes('-h')) {
    terminal.out(manual(command, terminal))
    return EXIT.ok
  }
  const { values, positionals } = parse(command.name, { help: flag(''), ...command.options }, argv)
  const { min, max } = command.positionals
  if (positionals.length < min || positionals.length > max) {
    const what = positionals.length < min ? 'Something is missing' : `"${positionals[max]}" is too much`
    throw usageError('DEED_USAGE', `${what}. Write: deed ${command.name} ${command.usage}`)
  }
  return command.run(values, positionals, terminal)
}

const version = (): string =>
  JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version

const unknownCommand = (path: string, name: string, names: readonly string[]) => {
  const near = nearest(name, names)
  const hint = near ? `Did you mean \`${path} ${near}\`?` : `\`${path} --help\` lists the commands.`
  return usageError(
    'DEED_UNKNOWN_COMMAND',
    `There is no command "${path.slice(5)}${path === 'deed' ? '' : ' '}${name}". ${hint}`,
  )
}
