/**
 * Files that hold what a compiler was asked and what it answered: Hardhat's `build-info` (2: one file; 3: two),
 * that of `forge build --build-info`, and the cache of Deed's own compiler. With them come all sources.
 */
import { existsSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { AbiEntry, StorageLayout } from '../../artifact.ts'
import type { SolcContract } from '../../solc.ts'
import { type SourceFile, sourceFile } from '../source/source-file.ts'
import { type CompiledContract, HEAD_CHARACTERS, type ListedContract } from './contract.ts'
import { layoutFrom } from './layout.ts'
import { compiledCode, sizeWithoutMetadata } from './matching.ts'

interface BuildInfo {
  readonly solcVersion: string
  readonly input: {
    readonly sources: Readonly<Record<string, { readonly content?: string }>>
    readonly settings: {
      readonly viaIR?: boolean
      readonly remappings?: readonly string[]
    }
  }
  readonly output: {
    readonly contracts?: Readonly<Record<string, Readonly<Record<string, SolcContract>>>>
    readonly sources?: Readonly<Record<string, { readonly id: number }>>
  }
  /** Hardhat 3: what people call the sources. */
  readonly userSourceNameMap?: Readonly<Record<string, string>>
}

/** Contracts of one file. @throws SyntaxError if it is no JSON. */
export const listBuildInfo = (file: string): ListedContract[] => {
  const { output } = readBuildInfo(file) ?? {}
  return Object.entries(output?.contracts ?? {}).flatMap(([source, contracts]) =>
    Object.entries(contracts).flatMap(([name, { evm }]) => {
      const runtime = evm?.deployedBytecode?.object ?? ''
      const creation = evm?.bytecode?.object ?? ''
      if (runtime === '') return []
      const { object } = compiledCode(creation, '', evm.bytecode.linkReferences)
      return {
        name,
        origin: file,
        runtimeSize: sizeWithoutMetadata(`0x${runtime}`),
        creationHead: headOf(object),
        creationLength: object.length,
        load: () => load(file, source, name),
      }
    }),
  )
}

/** Up to the placeholder of a library. Copied, because a part of a string keeps the whole of it in memory. */
export const headOf = (object: string): string => {
  const [head] = object.slice(0, HEAD_CHARACTERS).split('_', 1)
  return Buffer.from(head!, 'latin1').toString('latin1')
}

const load = (file: string, source: string, name: string): CompiledContract | undefined => {
  const info = remember(file)
  const contract = info?.output.contracts?.[source]?.[name]
  if (!info || !contract) return undefined
  const { input, output, solcVersion } = info
  const { bytecode, deployedBytecode } = contract.evm
  const { sources, settings } = input
  const shown = new Map(Object.entries(info.userSourceNameMap ?? {}).map(([user, unit]) => [unit, user]))
  const files = new Map<number, SourceFile>()
  for (const [unit, { id }] of Object.entries(output.sources ?? {})) {
    const content = sources[unit]?.content
    if (content === undefined) continue
    files.set(id, sourceFile(shown.get(unit) ?? shownName(unit), content))
  }
  const written = Object.fromEntries(
    Object.entries(sources).flatMap(([unit, { content }]) =>
      content === undefined ? [] : [[unit, { content }]],
    ),
  )
  return {
    name,
    source: shown.get(source) ?? shownName(source),
    origin: file,
    abi: contract.abi as AbiEntry[],
    creation: compiledCode(bytecode.object, bytecode.sourceMap ?? '', bytecode.linkReferences),
    runtime: compiledCode(
      deployedBytecode.object,
      deployedBytecode.sourceMap ?? '',
      deployedBytecode.linkReferences,
      deployedBytecode.immutableReferences,
    ),
    isInverted: settings.viaIR === true,
    files,
    notes: [],
    layout: layoutFrom(contract.storageLayout as StorageLayout | undefined, {
      root: dirname(file),
      compilerVersion: solcVersion,
      remappings: settings.remappings ?? [],
      source,
      name,
      sources: written,
    }),
  }
}

/** Hardhat 3 compiles `contracts/A.sol` as `project/contracts/A.sol`, and a package's as `npm/NAME@VERSION/A.sol`. */
const shownName = (unit: string): string => unit.replace(/^(?:project|npm)\//, '')

/** They are large, and one transaction asks for several contracts of one file. */
const remember = (file: string): BuildInfo | undefined => {
  if (last?.file !== file) {
    try {
      last = { file, info: readBuildInfo(file) }
    } catch {
      return undefined
    }
  }
  return last.info
}
let last: { readonly file: string; readonly info: BuildInfo | undefined } | undefined

/** Forgets what was read: the files may have changed. */
export const forgetBuildInfo = (): void => {
  last = undefined
}

const readBuildInfo = (file: string): BuildInfo | undefined => {
  const info = readJson(file) as Partial<BuildInfo>
  const half = file.replace(/\.output\.json$/, '.json')
  const whole =
    half !== file && existsSync(half) ? { ...(readJson(half) as Partial<BuildInfo>), ...info } : info
  return whole.input && whole.output ? (whole as BuildInfo) : undefined
}

/** The cache of Deed's compiler has a line with a checksum before the JSON. */
const readJson = (file: string): unknown => {
  const text = readFileSync(file, 'utf8')
  return JSON.parse(text.startsWith('{') ? text : text.slice(text.indexOf('\n') + 1))
}
