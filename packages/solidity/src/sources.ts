/**
 * From entry files to all sources that they need, each under its source unit name.
 *
 * A name never holds a path of this machine: a project's file is named from the project's folder, a package's
 * file as it is imported (`@openzeppelin/contracts/…`). So metadata and cache keys are the same everywhere.
 */
import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { dirname, isAbsolute, join, posix, relative, resolve, sep } from 'node:path'
import { placeOf, renderDiagnostic } from './diagnostic.ts'
import { type Directives, type Import, scanDirectives } from './directives.ts'
import { SolidityError, type SolidityErrorCode } from './errors.ts'
import { applyRemappings, type Remapping } from './remapping.ts'

export interface Source extends Directives {
  readonly name: string
  /** Undefined for a source that was given as text. */
  readonly file?: string
  /** Real folder that the source and its relative imports must not leave. */
  readonly home: string
  readonly content: string
  /** Names of the sources it imports. */
  readonly uses: readonly string[]
}

export interface SourceQuery {
  /** Folder of the project, absolute. */
  readonly root: string
  /** Files, absolute or relative to the project's folder. */
  readonly entries: readonly string[]
  /** Texts by name, which come before files of the same name. */
  readonly texts: Readonly<Record<string, string>>
  readonly remappings: readonly Remapping[]
  /** Looked into last. */
  readonly modules?: string
}

const MAX_SOURCES = 20_000
/** The compiler has 4 GiB of memory at most, and needs some 30 bytes for each byte of source. */
const MAX_TOTAL_BYTES = 64 * 1024 * 1024

interface Found {
  readonly name: string
  readonly file: string
  readonly home: string
}

/** A reason why an import cannot be followed. */
interface Fault {
  readonly code: SolidityErrorCode
  readonly message: string
}

/**
 * All sources by name.
 * @throws SolidityError with every fault of all sources: missing imports do not hide each other.
 */
export const collectSources = ({
  root,
  entries,
  texts,
  remappings,
  modules,
}: SourceQuery): Map<string, Source> => {
  const home = realpathSync(root)
  const sources = new Map<string, Source>()
  const faults: Fault[] = []
  const queue: (Found | { name: string; text: string })[] = []
  let bytes = 0

  const locateText = (name: string) => (Object.hasOwn(texts, name) ? { name, text: texts[name]! } : undefined)

  for (const name of Object.keys(texts)) queue.push(locateText(name)!)
  for (const entry of entries) {
    const found = locateEntry(root, home, entry)
    if ('code' in found) faults.push(found)
    else if (!locateText(found.name)) queue.push(found)
  }

  for (let next = queue.pop(); next; next = queue.pop()) {
    const file = 'file' in next ? next.file : undefined
    const known = sources.get(next.name)
    if (known) {
      if (known.file !== file && known.file !== undefined) {
        faults.push({
          code: 'DEED_SOLIDITY_IMPORT',
          message: `"${next.name}" means two files: ${known.file} and ${file}. Tell them apart by a remapping with a context.`,
        })
      }
      continue
    }
    const content = 'text' in next ? next.text : readFileSync(next.file, 'utf8')
    bytes += content.length
    if (sources.size >= MAX_SOURCES || bytes > MAX_TOTAL_BYTES) {
      throw new SolidityError(
        'DEED_SOLIDITY_SIZE',
        `More than ${MAX_SOURCES} sources or ${MAX_TOTAL_BYTES} bytes, reached with ${next.name}. Compile fewer entry files at once.`,
      )
    }
    const directives = scanDirectives(content)
    const importer = { name: next.name, content, file, home: 'home' in next ? next.home : home, modules }
    const uses: string[] = []
    for (const statement of directives.imports) {
      const name = unitName(importer.name, statement.path, remappings)
      const found = locateText(name) ?? locateImport(root, home, importer, statement.path, name)
      if ('code' in found) {
        faults.push({ ...found, message: at(importer, statement, found.message) })
      } else {
        uses.push(found.name)
        queue.push(found)
      }
    }
    sources.set(next.name, { ...importer, ...directives, uses })
  }

  if (faults.length > 0) throw new SolidityError(faults[0]!.code, faults.map((f) => f.message).join('\n\n'))
  return sources
}

/** Names of `entry` and of everything that it imports, directly or not. */
export const closure = (sources: ReadonlyMap<string, Source>, entry: string): Set<string> => {
  const names = new Set([entry])
  for (const name of names) for (const used of sources.get(name)!.uses) names.add(used)
  return names
}

/** The source unit name of an import: relative to the importer's name if it begins with a dot, else as written. */
const unitName = (importer: string, path: string, remappings: readonly Remapping[]): string => {
  const name = /^\.\.?(\/|$)/.test(path) ? posix.join(posix.dirname(importer), path) : path
  return applyRemappings(remappings, name, importer)
}

/** An entry is a file of the project or, like an import, a file of a package. */
const locateEntry = (root: string, home: string, entry: string): Found | Fault => {
  const file = resolve(root, entry)
  const name = relative(root, file).split(sep).join('/')
  if (name.startsWith('../') || isAbsolute(name) || (isFile(file) && !within(home, realpathSync(file)))) {
    return { code: 'DEED_SOLIDITY_PATH', message: `${entry} lies outside of the project's folder ${root}.` }
  }
  if (isFile(file)) return { name, file, home }
  const found = locateImport(root, home, { home }, entry, name)
  return 'file' in found
    ? found
    : { code: 'DEED_SOLIDITY_FILE', message: `There is no file ${entry} in ${root}, nor in a package.` }
}

const locateImport = (
  root: string,
  home: string,
  importer: { file?: string | undefined; home: string; modules?: string | undefined },
  path: string,
  name: string,
): Found | Fault => {
  if (name.startsWith('/') || name.split('/').includes('..')) {
    return {
      code: 'DEED_SOLIDITY_PATH',
      message: `"${path}" leads out of the project. Import a package, or a file below ${root}.`,
    }
  }
  const tried: string[] = []
  const attempt = (file: string, folder: string): Found | Fault | undefined => {
    tried.push(file)
    if (!isFile(file)) return undefined
    if (!within(folder, realpathSync(file))) {
      return {
        code: 'DEED_SOLIDITY_PATH',
        message: `"${path}" is ${file}, which is a link that leads out of ${folder}.`,
      }
    }
    return { name, file, home: folder }
  }

  // A source of a package that names its neighbour stays in that package, wherever it was found.
  const sibling = importer.home !== home && path.startsWith('.') && importer.file !== undefined
  if (sibling) {
    const file = resolve(dirname(importer.file!), path)
    return attempt(file, importer.home) ?? missing(path, tried)
  }

  const own = attempt(join(root, name), home)
  if (own) return own
  if (path.startsWith('.')) return missing(path, tried)
  const inPackage = name.replace(/^node_modules\//, '')
  const packageName = /^(@[^/]+\/)?[^/]+/.exec(inPackage)![0]
  const folders = nodeModules(importer.file ? dirname(importer.file) : root, root)
  if (importer.modules !== undefined) folders.add(importer.modules)
  for (const modules of folders) {
    const folder = join(modules, packageName)
    const found = attempt(join(modules, inPackage), existsSync(folder) ? realpathSync(folder) : folder)
    if (found) return found
  }
  return missing(path, tried)
}

const missing = (path: string, tried: readonly string[]): Fault => ({
  code: 'DEED_SOLIDITY_IMPORT',
  message: `Cannot find "${path}". Tried: ${tried.join(', ')}. Install the package, correct the path, or add a remapping.`,
})

/** `node_modules` folders that exist, from the importer's folder upwards as Node looks for them, then the root's. */
const nodeModules = (folder: string, root: string): Set<string> => {
  const found = new Set<string>()
  for (const start of [folder, realpathSync(folder), root]) {
    for (let at = start; ; at = dirname(at)) {
      const modules = join(at, 'node_modules')
      if (existsSync(modules)) found.add(modules)
      if (at === dirname(at)) break
    }
  }
  return found
}

/** A fault shown at its import statement. */
const at = (
  { name, content }: { name: string; content: string },
  { start, end }: Import,
  message: string,
) => {
  const bytes = (text: string) => new TextEncoder().encode(text).length
  const from = bytes(content.slice(0, start))
  const place = placeOf(name, content, from, from + bytes(content.slice(start, end)))
  return renderDiagnostic({ severity: 'error', type: 'Import', message, place })
}

const within = (folder: string, file: string): boolean => file === folder || file.startsWith(folder + sep)

const isFile = (file: string): boolean => statSync(file, { throwIfNoEntry: false })?.isFile() ?? false
