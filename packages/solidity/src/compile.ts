/**
 * From a project's folder to artifacts: find the sources, let their pragmas pick compilers, ask the cache, and
 * run a compiler only for what is new.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type Artifact, toArtifact } from './artifact.ts'
import { cacheKey, readCache, writeCache } from './cache.ts'
import { type Compiler, findCompilers, pickCompiler } from './compilers.ts'
import { type Diagnostic, placeOf, renderDiagnostic } from './diagnostic.ts'
import { SolidityError } from './errors.ts'
import { formatRemapping, parseRemapping, type Remapping } from './remapping.ts'
import { newestEvmVersion, runSolc, type SolcInput, type SolcOutput, type SolcRemark } from './solc.ts'
import { closure, collectSources, type Source } from './sources.ts'

export interface CompileOptions {
  /** Folder of the project: names of sources count from here. */
  readonly root: string
  /** Files to compile, with all that they import. Every `.sol` file below the folder if there are neither entries nor sources. */
  readonly entries?: readonly string[]
  /** Sources given as text, by name. */
  readonly sources?: Readonly<Record<string, string>>
  /** `prefix=target`, added to those of `remappings.txt` in the project's folder. */
  readonly remappings?: readonly string[]
  /** A `node_modules` folder that is looked into after the project's own. */
  readonly modules?: string
  /** Settings of the compiler's standard JSON, such as `viaIR`. The optimizer runs for 200 by default. */
  readonly settings?: Readonly<Record<string, unknown>>
  /** Where answers of compilers are kept. Nothing is kept without it. */
  readonly cacheFolder?: string
}

export interface Compilation {
  /** In the order of source names, then contract names. */
  readonly artifacts: readonly Artifact[]
  readonly warnings: readonly Diagnostic[]
  /** Every source that took part: its text, and its file unless it was given as text. */
  readonly sources: Readonly<Record<string, { readonly content: string; readonly file?: string }>>
  /** How many compilers ran; zero if the cache had everything. */
  readonly compilerRuns: number
}

const OUTPUTS = [
  'abi',
  'metadata',
  'userdoc',
  'devdoc',
  'storageLayout',
  'evm.bytecode.object',
  'evm.bytecode.sourceMap',
  'evm.bytecode.linkReferences',
  'evm.deployedBytecode.object',
  'evm.deployedBytecode.sourceMap',
  'evm.deployedBytecode.linkReferences',
  'evm.deployedBytecode.immutableReferences',
  'evm.methodIdentifiers',
]

/** Folders that hold others' sources, or what was made of ours. */
const SKIPPED = new Set(['node_modules', 'artifacts', 'cache', 'out', 'dist'])
const MAX_ENTRIES = 10_000

/** @throws SolidityError with all faults of one stage: sources, versions, then what the compilers say. */
export const compile = async (options: CompileOptions): Promise<Compilation> => {
  const root = resolve(options.root)
  if (!statSync(root, { throwIfNoEntry: false })?.isDirectory()) {
    throw new SolidityError('DEED_SOLIDITY_FILE', `There is no folder ${root}.`)
  }
  const texts = options.sources ?? {}
  const entries = options.entries ?? (options.sources ? [] : findSolidityFiles(root))
  if (entries.length + Object.keys(texts).length === 0) {
    throw new SolidityError('DEED_SOLIDITY_FILE', `There is no Solidity file below ${root}.`)
  }
  const remappings = readRemappings(root, options.remappings ?? [])
  const sources = collectSources({
    root,
    entries,
    texts,
    remappings,
    ...(options.modules && { modules: options.modules }),
  })

  const artifacts: Artifact[] = []
  const warnings: Diagnostic[] = []
  const errors: Diagnostic[] = []
  let compilerRuns = 0
  for (const { compiler, names } of group(root, sources)) {
    const input = toInput(compiler, names, sources, remappings, options.settings ?? {})
    const { output, cached } = await ask(compiler, input, options.cacheFolder)
    if (!cached) compilerRuns++
    for (const remark of output.errors ?? []) {
      const list = remark.severity === 'error' ? errors : warnings
      list.push(toDiagnostic(remark, sources))
    }
    // A fault found while code is made (a stack too deep) leaves contracts without any.
    if (errors.length > 0) continue
    for (const [source, contracts] of Object.entries(output.contracts ?? {})) {
      // A file that entries of two compilers share is compiled by both; the newest one's artifact stands for it.
      if (
        artifacts.some(
          (artifact) => artifact.source === source && artifact.compilerVersion !== compiler.version,
        )
      )
        continue
      for (const [name, contract] of Object.entries(contracts)) {
        artifacts.push(toArtifact(source, name, compiler.version, contract, output.sources ?? {}))
      }
    }
  }
  if (errors.length > 0) {
    throw new SolidityError('DEED_SOLIDITY', errors.map(renderDiagnostic).join('\n\n'), errors)
  }
  artifacts.sort((a, b) => compare(a.source, b.source) || compare(a.name, b.name))
  const used = [...sources.values()].map(
    ({ name, content, file }) => [name, { content, ...(file ? { file } : {}) }] as const,
  )
  return { artifacts, warnings, sources: Object.fromEntries(used), compilerRuns }
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/**
 * Which sources each compiler gets. An entry goes, with all that it imports, to the newest compiler that fits every
 * pragma among them; so a project may hold contracts of several versions. Newest first.
 */
const group = (
  root: string,
  sources: ReadonlyMap<string, Source>,
): { compiler: Compiler; names: Set<string> }[] => {
  const compilers = findCompilers(root)
  const imported = new Set([...sources.values()].flatMap(({ uses }) => uses))
  const closures = [...sources.keys()]
    .filter((name) => !imported.has(name))
    .map((name) => closure(sources, name))
  // Files that import each other in a circle have no first one.
  const covered = new Set(closures.flatMap((names) => [...names]))
  for (const name of sources.keys()) {
    if (covered.has(name)) continue
    const names = closure(sources, name)
    for (const each of names) covered.add(each)
    closures.push(names)
  }

  const groups = new Map<string, { compiler: Compiler; names: Set<string> }>()
  for (const names of closures) {
    const pragmas = [...names].flatMap((file) => sources.get(file)!.pragmas.map((range) => ({ range, file })))
    const compiler = pickCompiler(compilers, pragmas)
    const members = groups.get(compiler.version) ?? { compiler, names: new Set<string>() }
    for (const name of names) members.names.add(name)
    groups.set(compiler.version, members)
  }
  return [...groups.values()].sort((a, b) => compilers.indexOf(a.compiler) - compilers.indexOf(b.compiler))
}

/** The same project always gives the same text, whatever order its files were found in. */
const toInput = (
  compiler: Compiler,
  names: ReadonlySet<string>,
  sources: ReadonlyMap<string, Source>,
  remappings: readonly Remapping[],
  settings: Readonly<Record<string, unknown>>,
): SolcInput => {
  const evmVersion = newestEvmVersion(compiler.version)
  return {
    language: 'Solidity',
    sources: Object.fromEntries(
      [...names].sort().map((name) => [name, { content: sources.get(name)!.content }]),
    ),
    settings: sortKeys({
      optimizer: { enabled: true, runs: 200 },
      ...(evmVersion ? { evmVersion } : {}),
      ...settings,
      remappings: remappings.map(formatRemapping),
      outputSelection: { '*': { '*': OUTPUTS } },
    }),
  }
}

const sortKeys = (record: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(record).sort(([a], [b]) => compare(a, b)))

/** The compiler's answer, from the cache if it has been asked before. Answers with errors are not kept. */
const ask = async (
  compiler: Compiler,
  input: SolcInput,
  cacheFolder: string | undefined,
): Promise<{ output: SolcOutput; cached: boolean }> => {
  const text = JSON.stringify(input)
  const key = cacheKey('build-info', compiler.version, text)
  const stored = cacheFolder ? readCache(cacheFolder, key) : undefined
  if (stored) return { output: (JSON.parse(stored) as { output: SolcOutput }).output, cached: true }

  const answer = await runSolc(compiler, text)
  const output = JSON.parse(answer) as SolcOutput
  if (cacheFolder && !output.errors?.some(({ severity }) => severity === 'error')) {
    const version = JSON.stringify(compiler.version)
    writeCache(cacheFolder, key, `{"solcVersion":${version},"input":${text},"output":${answer}}`)
  }
  return { output, cached: false }
}

const toDiagnostic = (remark: SolcRemark, sources: ReadonlyMap<string, Source>): Diagnostic => {
  const { severity, type, message, errorCode, sourceLocation } = remark
  const content = sourceLocation && sources.get(sourceLocation.file)?.content
  return {
    severity,
    type,
    message,
    ...(errorCode ? { number: errorCode } : {}),
    ...(content !== undefined
      ? { place: placeOf(sourceLocation!.file, content, sourceLocation!.start, sourceLocation!.end) }
      : {}),
  }
}

const readRemappings = (root: string, given: readonly string[]): Remapping[] => {
  const file = join(root, 'remappings.txt')
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : []
  return [
    ...lines
      .map((line) => line.trim())
      .filter(Boolean)
      .map((line) => parseRemapping(line, 'remappings.txt')),
    ...given.map((line) => parseRemapping(line, 'the remappings given')),
  ]
}

const findSolidityFiles = (root: string): string[] => {
  const files: string[] = []
  const visit = (folder: string) => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (entry.isDirectory() && !entry.name.startsWith('.') && !SKIPPED.has(entry.name)) visit(path)
      if (entry.isFile() && entry.name.endsWith('.sol')) files.push(path)
      if (files.length > MAX_ENTRIES) {
        throw new SolidityError(
          'DEED_SOLIDITY_SIZE',
          `More than ${MAX_ENTRIES} Solidity files below ${root}. Name the entry files.`,
        )
      }
    }
  }
  visit('')
  return files.sort()
}
