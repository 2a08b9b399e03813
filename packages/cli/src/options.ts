/**
 * The options of a command as a table, from which parsing and help both follow.
 *
 * An option is a flag, or takes a value that its `decode` turns into what the command works with; a value that
 * does not decode is a usage error that names the option and the value.
 */
import { parseArgs } from 'node:util'
import { usageError } from './fault.ts'
import { nearest } from './nearest.ts'

export interface Option<V> {
  readonly about: string
  /** How the value is called in help; none for a flag. */
  readonly value?: string
  readonly many?: boolean
  readonly decode: (text: string) => V
}

export type Options = Record<string, Option<unknown>>
export type Values<O extends Options> = {
  readonly [K in keyof O]: O[K] extends { many: true; decode: (text: string) => infer V }
    ? readonly V[]
    : O[K] extends Option<infer V>
      ? V | undefined
      : never
}

export const flag = (about: string): Option<boolean> => ({ about, decode: () => true })

export const text = (value: string, about: string): Option<string> => ({ about, value, decode: (t) => t })

export const texts = (value: string, about: string) => ({ ...text(value, about), many: true }) as const

/** One of a few words. */
export const choice = <const T extends string>(
  value: string,
  about: string,
  words: readonly T[],
): Option<T> => ({
  about,
  value,
  decode: (t) => {
    const word = words.find((one) => one === t)
    if (word !== undefined) return word
    throw new RangeError(`one of ${words.join(', ')}`)
  },
})

/** A number within bounds; fractions only where `step` says so. */
export const number = (
  value: string,
  about: string,
  bounds: { min: number; max: number; fraction?: boolean },
): Option<number> => ({
  about,
  value,
  decode: (t) => {
    const n = Number(t)
    const whole = bounds.fraction || Number.isInteger(n)
    if (t.trim() !== '' && whole && n >= bounds.min && n <= bounds.max) return n
    throw new RangeError(`a ${bounds.fraction ? '' : 'whole '}number from ${bounds.min} to ${bounds.max}`)
  },
})

/** An instant in seconds: `2027-03-01` (its first second, UTC) or `2027-03-01T12:00:00Z`. */
export const instant = (value: string, about: string): Option<number> => ({
  about,
  value,
  decode: (t) => {
    const match = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?Z)?$/.test(t)
    const seconds = Date.parse(t) / 1000
    const sameDay =
      match && !Number.isNaN(seconds) && new Date(seconds * 1000).toISOString().startsWith(t.slice(0, 10))
    if (sameDay) return seconds
    throw new RangeError('a date such as 2027-03-01 or 2027-03-01T12:00:00Z')
  },
})

export const url = (value: string, about: string): Option<string> => ({
  about,
  value,
  decode: (t) => {
    if (URL.canParse(t) && /^https?:$/.test(new URL(t).protocol)) return t
    throw new RangeError('an http address such as http://127.0.0.1:8545')
  },
})

/** Values and positionals of a command line; `command` is named in errors. */
export const parse = <O extends Options>(
  command: string,
  options: O,
  argv: readonly string[],
): { values: Values<O>; positionals: readonly string[] } => {
  const { tokens } = parseArgs({
    args: [...argv],
    strict: false,
    allowPositionals: true,
    tokens: true,
    options: Object.fromEntries(
      Object.entries(options).map(([name, o]) => [name, { type: o.value ? 'string' : 'boolean' } as const]),
    ),
  })
  const values: Record<string, unknown> = {}
  for (const [name, option] of Object.entries(options)) if (option.many) values[name] = []
  const positionals: string[] = []
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value)
    if (token.kind !== 'option') continue
    const option = Object.hasOwn(options, token.name) ? options[token.name]! : undefined
    if (!option) throw unknownOption(command, token.rawName, Object.keys(options))
    const decoded = decode(command, token.name, option, token.value)
    if (option.many) (values[token.name] as unknown[]).push(decoded)
    else values[token.name] = decoded
  }
  return { values: values as Values<O>, positionals }
}

const decode = (command: string, name: string, option: Option<unknown>, given: string | undefined) => {
  if (!option.value && given !== undefined) {
    throw usageError(
      'DEED_BAD_OPTION',
      `--${name} takes no value, and got "${given}". Write --${name} alone.`,
    )
  }
  if (option.value && given === undefined) {
    throw usageError(
      'DEED_BAD_OPTION',
      `--${name} needs a value. Write --${name} ${option.value}; \`deed ${command} --help\` says more.`,
    )
  }
  try {
    return option.decode(given ?? '')
  } catch (error) {
    throw usageError(
      'DEED_BAD_OPTION',
      `--${name} must be ${(error as Error).message}, and "${given}" is not.`,
    )
  }
}

const unknownOption = (command: string, raw: string, names: readonly string[]) => {
  const near = nearest(raw.replace(/^-+/, ''), names)
  return usageError(
    'DEED_UNKNOWN_OPTION',
    `\`deed ${command}\` has no option ${raw}. ${near ? `Did you mean --${near}?` : `\`deed ${command} --help\` lists them.`}`,
  )
}
