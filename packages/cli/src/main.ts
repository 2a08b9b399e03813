/** `deed COMMAND …`: finds the command, reads its options, runs it, and turns what goes wrong into one sentence. */
import { readFileSync } from 'node:fs'
import type { Command } from './command.ts'
import { EXIT, explain, usageError } from './fault.ts'
import { manual, overview } from './help.ts'
import { nearest } from './nearest.ts'
import { flag, parse } from './options.ts'
import { processTerminal, type Terminal, UNREAD } from './terminal.ts'

/** Commands load when they are used, so that `--help` and `--version` answer at once. */
const COMMANDS: Record<string, { about: string; load: () => Promise<Command> }> = {
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
  const [name, ...rest] = argv
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    if (name === 'help' && rest[0]) return dispatch([rest[0], '--help'], terminal)
    const rows = Object.entries(COMMANDS).map(([command, { about }]) => [command, about] as const)
    terminal.out(overview(rows, terminal))
    return name === undefined ? EXIT.usage : EXIT.ok
  }
  if (name === '--version' || name === '-v') {
    terminal.out(version())
    return EXIT.ok
  }
  if (!Object.hasOwn(COMMANDS, name)) throw unknownCommand(name)
  const command = await COMMANDS[name]!.load()
  if (rest.includes('--help') || rest.includes('-h')) {
    terminal.out(manual(command, terminal))
    return EXIT.ok
  }
  const { values, positionals } = parse(name, { help: flag(''), ...command.options }, rest)
  const { min, max } = command.positionals
  if (positionals.length < min || positionals.length > max) {
    const what = positionals.length < min ? 'Something is missing' : `"${positionals[max]}" is too much`
    throw usageError('DEED_USAGE', `${what}. Write: deed ${name} ${command.usage}`)
  }
  return command.run(values, positionals, terminal)
}

const version = (): string =>
  JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version

const unknownCommand = (name: string) => {
  const near = nearest(name, Object.keys(COMMANDS))
  const hint = near ? `Did you mean \`deed ${near}\`?` : '`deed --help` lists the commands.'
  return usageError('DEED_UNKNOWN_COMMAND', `There is no command "${name}". ${hint}`)
}
