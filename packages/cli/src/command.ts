import type { Options, Values } from './options.ts'
import type { Terminal } from './terminal.ts'

/** A command of `deed`: one file in `commands/`, listed in `main.ts`. */
export interface Command<O extends Options = Options> {
  readonly name: string
  /** After the name: `PATH`. */
  readonly usage: string
  /** One sentence, then what a person should know before using it. */
  readonly about: string
  readonly positionals: { readonly min: number; readonly max: number }
  readonly options: O
  /** Command lines that work as they stand, with what they do. */
  readonly examples: readonly (readonly [line: string, does: string])[]
  /** @returns the exit code. */
  readonly run: (values: Values<O>, positionals: readonly string[], terminal: Terminal) => Promise<number>
}

/** Infers the options' types where a command is written. */
export const command = <O extends Options>(given: Command<O>): Command<O> => given
