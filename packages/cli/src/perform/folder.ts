/** An agreement's folder: outline, text, contract and scenarios, read once and checked. */
import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { type Outline, outlineSchema, type Scenario, scenarioSchema } from '@deed/agreement'
import { type Abi, type Hex, keccak256 } from 'viem'
import type { z } from 'zod'
import { CommandError, usageError } from '../fault.ts'
import { nearest } from '../nearest.ts'
import { compileContract } from './contract.ts'
import { checkOutline } from './fit.ts'

export interface Agreement {
  readonly folder: string
  readonly outline: Outline
  /** The `.deed` file. */
  readonly text: string
  readonly abi: Abi
  readonly bytecode: Hex
  /** In the order in which the README tells them, else by name. */
  readonly scenarios: readonly Scenario[]
}

/** @param path The folder, or its outline.json or `.deed` file. */
export const readAgreement = async (path: string): Promise<Agreement> => {
  const folder = await folderOf(path)
  const outline = await readJson(join(folder, 'outline.json'), outlineSchema)
  const text = await read(
    join(folder, outline.file),
    `the text that ${shown(join(folder, 'outline.json'))} names`,
  )
  const hash = keccak256(new TextEncoder().encode(text))
  if (hash !== outline.text) {
    throw new CommandError(
      'DEED_TEXT_CHANGED',
      `${shown(join(folder, outline.file))} hashes to ${hash}, and outline.json says ${outline.text}. The text that is signed must be the one that the contract was written for: restore it, or set "text" to the new hash.`,
    )
  }
  const scenarios = await readScenarios(folder)
  const { abi, bytecode } = await compileContract(folder, outline.contract)
  checkOutline(outline, abi)
  return { folder, outline, text, abi, bytecode, scenarios }
}

/** Scenarios named on the command line: one, `all`, or by default the first. */
export const chooseScenarios = (agreement: Agreement, name: string | undefined): readonly Scenario[] => {
  const { scenarios } = agreement
  if (name === 'all') return scenarios
  const found = name === undefined ? scenarios[0] : scenarios.find((s) => s.name === name)
  if (found) return [found]
  const names = scenarios.map((s) => s.name)
  const near = nearest(name ?? '', names)
  throw usageError(
    'DEED_UNKNOWN_SCENARIO',
    `${shown(agreement.folder)} has no scenario "${name}". ${near ? `Did you mean "${near}"? ` : ''}There are: ${names.join(', ')}.`,
  )
}

const folderOf = async (path: string): Promise<string> => {
  const full = resolve(path)
  const found = path === '' ? undefined : await stat(full).catch(() => undefined)
  if (!found) {
    throw new CommandError('DEED_NOT_FOUND', `There is no folder or file ${path || '""'}. Check the path.`)
  }
  const folder = found.isDirectory() ? full : dirname(full)
  if (!found.isDirectory() && basename(full) !== 'outline.json' && !full.endsWith('.deed')) {
    throw new CommandError('DEED_NOT_AN_AGREEMENT', `${path} is not an agreement. Give the folder of one.`)
  }
  if (!(await stat(join(folder, 'outline.json')).catch(() => undefined))) {
    throw new CommandError(
      'DEED_NOT_AN_AGREEMENT',
      `${path} has no outline.json. Give the folder of an agreement, such as examples/lease.`,
    )
  }
  return folder
}

const readScenarios = async (folder: string): Promise<Scenario[]> => {
  const place = join(folder, 'scenarios')
  const files = (await readdir(place).catch(() => [])).filter((file) => file.endsWith('.json')).sort()
  if (files.length === 0) {
    throw new CommandError(
      'DEED_NO_SCENARIO',
      `${shown(place)} holds no scenario. A scenario says what the parties do: see examples/lease/scenarios.`,
    )
  }
  const scenarios = await Promise.all(files.map((file) => readJson(join(place, file), scenarioSchema)))
  const names = scenarios.map(({ name }) => name)
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice !== undefined)
    throw new CommandError('DEED_BAD_SCENARIO', `${shown(place)} has two scenarios "${twice}". Rename one.`)
  const readme = await readFile(join(folder, 'README.md'), 'utf8').catch(() => '')
  const place_ = ({ name }: Scenario) => {
    const heading = new RegExp(`^#+ .*\\b${name}\\b`, 'm').exec(readme)
    return heading ? heading.index : Number.POSITIVE_INFINITY
  }
  const order = new Map(scenarios.map((scenario) => [scenario, place_(scenario)]))
  return scenarios.sort((a, b) => order.get(a)! - order.get(b)! || (a.name < b.name ? -1 : 1))
}

const readJson = async <T>(file: string, schema: z.ZodType<T>): Promise<T> => {
  const content = await read(file, 'it')
  let value: unknown
  try {
    value = JSON.parse(content)
  } catch (cause) {
    throw new CommandError('DEED_BAD_JSON', `${shown(file)} is not JSON: ${(cause as Error).message}.`, {
      cause,
    })
  }
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const [issue] = result.error.issues
  const where = issue!.path.length > 0 ? ` at ${issue!.path.join('.')}` : ''
  throw new CommandError(
    'DEED_BAD_FILE',
    `${shown(file)} is wrong${where}: ${issue!.message}. Correct it there.`,
  )
}

const read = async (file: string, what: string): Promise<string> => {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    throw new CommandError('DEED_NOT_FOUND', `${shown(file)} cannot be read; ${what} must be there.`, {
      cause,
    })
  }
}

const shown = (file: string): string => {
  const short = relative(process.cwd(), file)
  return short.startsWith('..') || short === '' ? file : short
}
