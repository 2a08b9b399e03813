/** Which compilers are installed, and which of them a set of pragmas picks. Nothing is ever downloaded. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import semver from 'semver'
import { SolidityError } from './errors.ts'

export interface Compiler {
  /** `0.8.37` */
  readonly version: string
  /** File of the compiler as JavaScript and WebAssembly. */
  readonly file: string
}

/** A pragma and the source that has it. */
export interface Pragma {
  readonly range: string
  readonly file: string
}

/**
 * Compilers in reach of a project: npm's `solc` and its aliases `solc-X.Y.Z`, in each `node_modules` from the
 * project's folder upwards, and the one that Deed brings along. Newest first.
 */
export const findCompilers = (root: string): Compiler[] => {
  const found = new Map<string, Compiler>()
  const add = (folder: string) => {
    const file = join(folder, 'soljson.js')
    if (!existsSync(file)) return
    const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string }
    if (!found.has(version)) found.set(version, { version, file })
  }
  for (let folder = root; ; folder = dirname(folder)) {
    const modules = join(folder, 'node_modules')
    if (existsSync(modules)) {
      for (const entry of readdirSync(modules)) if (/^solc(-\d.*)?$/.test(entry)) add(join(modules, entry))
    }
    if (folder === dirname(folder)) break
  }
  add(dirname(createRequire(import.meta.url).resolve('solc/package.json')))
  return [...found.values()].sort((a, b) => semver.rcompare(a.version, b.version))
}

/** The newest compiler that fits all pragmas. */
export const pickCompiler = (compilers: readonly Compiler[], pragmas: readonly Pragma[]): Compiler => {
  const ranges = pragmas.map(({ range }) => toRange(range))
  const fits = compilers.find(({ version }) => ranges.every((range) => semver.satisfies(version, range)))
  if (fits) return fits

  const distinct = [...new Map(pragmas.map((pragma) => [pragma.range, pragma])).values()]
  const listed = distinct.map(({ range, file }) => `${file} wants ${range}`).join('; ')
  throw new SolidityError(
    'DEED_SOLC_VERSION',
    `No installed Solidity compiler fits: ${listed}. Installed: ${compilers.map((c) => c.version).join(', ')}. ${advice(distinct)}`,
  )
}

const advice = (pragmas: readonly Pragma[]): string => {
  const ranges = pragmas.map(({ range }) => toRange(range))
  const invalid = pragmas.find(({ range }) => semver.validRange(toRange(range)) === null)
  if (invalid) return `"${invalid.range}" is no range of versions: correct the pragma.`
  const wanted = candidates(ranges).find((version) =>
    ranges.every((range) => semver.satisfies(version, range)),
  )
  return wanted
    ? `Run: npm install --save-dev solc-${wanted}@npm:solc@${wanted}`
    : 'No version can fit all of these: change a pragma.'
}

/** Any range that is not empty contains one of its own ends, or the version just beside one. Ends first. */
const candidates = (ranges: readonly string[]): string[] => {
  const ends = ranges
    .flatMap((range) => range.match(/\d+\.\d+(?:\.\d+)?/g) ?? [])
    .map((end) => semver.coerce(end)!)
    .sort(semver.rcompare)
  const after = ends.map(({ major, minor, patch }) => `${major}.${minor}.${patch + 1}`)
  const before = ends
    .filter(({ patch }) => patch > 0)
    .map((end) => `${end.major}.${end.minor}.${end.patch - 1}`)
  return [...ends.map(({ version }) => version), ...after, ...before]
}

/** Solidity allows `>=0.8.0<0.9.0`; npm's ranges want a space between the two. */
const toRange = (pragma: string): string =>
  pragma
    .replace(/(\d)\s*(?=[<>^~=])/g, '$1 ')
    .replace(/([<>^~=])\s+/g, '$1')
    .trim()
