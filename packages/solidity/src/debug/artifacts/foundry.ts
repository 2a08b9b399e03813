/** What `forge build` leaves in `out`: a file for each contract, and in `out/build-info` the numbers of the sources. */
import { readFileSync, statSync } from 'node:fs'
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path'
import { keccak256 } from 'ox/Hash'
import type { AbiEntry, StorageLayout } from '../../artifact.ts'
import { type SourceFile, sourceFile } from '../source/source-file.ts'
import { headOf } from './build-info.ts'
import type { CompiledContract, ListedContract } from './contract.ts'
import { layoutFrom } from './layout.ts'
import { compiledCode, type Hole, sizeWithoutMetadata } from './matching.ts'

interface FoundryCode {
  readonly object: string
  readonly sourceMap?: string
  readonly linkReferences?: Readonly<Record<string, Readonly<Record<string, readonly Hole[]>>>>
  readonly immutableReferences?: Readonly<Record<string, readonly Hole[]>>
}

interface FoundryArtifact {
  readonly abi: readonly AbiEntry[]
  readonly bytecode: FoundryCode
  readonly deployedBytecode: FoundryCode
  readonly id: number
  readonly storageLayout?: StorageLayout
  readonly metadata?: {
    readonly compiler: { readonly version: string }
    readonly settings: {
      readonly compilationTarget: Readonly<Record<string, string>>
      readonly remappings?: readonly string[]
      readonly viaIR?: boolean
    }
    readonly sources: Readonly<Record<string, { readonly keccak256: `0x${string}` }>>
  }
}

/** Paths of sources by their number, as one run of the compiler had them. */
export type SourceNumbers = Readonly<Record<string, string>>

/**
 * The contract of one file; undefined for what is no such file. It is searched and not parsed, because an index of
 * thousands is to be quick: 0.1 ms a file instead of 1 ms.
 *
 * @param numbers all that `out/build-info` has, newest first
 */
export const listFoundry = (
  file: string,
  numbers: () => readonly SourceNumbers[],
): ListedContract | undefined => {
  const text = readFileSync(file, 'latin1')
  const runtime = objectAfter(text, '"deployedBytecode":{"object":"')
  const creation = objectAfter(text, '"bytecode":{"object":"')
  if (!runtime || runtime === '0x' || creation === undefined) return undefined
  return {
    name: basename(file).split('.', 1)[0]!,
    origin: file,
    runtimeSize: sizeWithoutMetadata(runtime),
    creationHead: headOf(creation),
    creationLength: creation.length,
    load: () => {
      try {
        return load(file, numbers())
      } catch {
        return undefined
      }
    },
  }
}

const objectAfter = (text: string, key: string): string | undefined => {
  const at = text.indexOf(key)
  return at < 0 ? undefined : text.slice(at + key.length, text.indexOf('"', at + key.length))
}

const load = (file: string, numbers: readonly SourceNumbers[]): CompiledContract | undefined => {
  const artifact = JSON.parse(readFileSync(file, 'utf8')) as FoundryArtifact
  const { abi, bytecode, deployedBytecode, metadata } = artifact
  const [target] = Object.entries(metadata?.settings.compilationTarget ?? {})
  const [source, name] = target ?? [basename(dirname(file)), basename(file).split('.', 1)[0]!]
  const root = projectOf(file)
  const written = readSources(root, metadata?.sources ?? {})
  const files = new Map<number, SourceFile>()
  for (const [id, path] of Object.entries(numbersOf(artifact, source, numbers) ?? {})) {
    const unit = isAbsolute(path) ? relative(root, path) : path
    const content = written.contents[unit] ?? written.contents[path]
    if (content !== undefined) files.set(Number(id), sourceFile(unit, content.content))
  }
  const settings = metadata?.settings
  return {
    name,
    source,
    origin: file,
    abi,
    creation: compiledCode(bytecode.object, bytecode.sourceMap ?? '', bytecode.linkReferences),
    runtime: compiledCode(
      deployedBytecode.object,
      deployedBytecode.sourceMap ?? '',
      deployedBytecode.linkReferences,
      deployedBytecode.immutableReferences,
    ),
    isInverted: settings?.viaIR === true,
    files,
    notes: written.changed.map(
      (unit) => `${unit} has changed since ${name} was compiled: build it again to see lines.`,
    ),
    layout: layoutFrom(
      artifact.storageLayout,
      metadata && written.changed.length === 0
        ? {
            root,
            compilerVersion: metadata.compiler.version.split('+', 1)[0]!,
            remappings: metadata.settings.remappings ?? [],
            source,
            name,
            sources: written.contents,
          }
        : undefined,
    ),
  }
}

/** The folder that holds `out/A.sol/A.json`. */
const projectOf = (file: string): string => resolve(dirname(file), '..', '..')

/** Of the run that this contract is from: its own source has its number, and all that it was made of have one. */
const numbersOf = (
  { id, metadata }: FoundryArtifact,
  source: string,
  all: readonly SourceNumbers[],
): SourceNumbers | undefined => {
  const units = Object.keys(metadata?.sources ?? {})
  return all.find((numbers) => {
    if (numbers[id] !== source) return false
    const known = new Set(Object.values(numbers))
    return units.every((unit) => known.has(unit))
  })
}

/** Sources as they were compiled; what has changed since is named, and missing. */
const readSources = (
  root: string,
  sources: Readonly<Record<string, { readonly keccak256: `0x${string}` }>>,
): { contents: Record<string, { content: string }>; changed: string[] } => {
  const contents: Record<string, { content: string }> = {}
  const changed: string[] = []
  for (const [unit, { keccak256: hash }] of Object.entries(sources)) {
    const text = readText(join(root, unit), hash) ?? (isAbsolute(unit) ? readText(unit, hash) : undefined)
    if (text === undefined) changed.push(unit)
    else contents[unit] = { content: text }
  }
  return { contents, changed }
}

/** Contracts share sources: each is read and hashed once, as long as it does not change. */
const readText = (file: string, hash: string): string | undefined => {
  const stat = statSync(file, { throwIfNoEntry: false })
  if (!stat?.isFile()) return undefined
  const stamp = `${stat.mtimeMs} ${stat.size}`
  let known = TEXTS.get(file)
  if (known?.stamp !== stamp) {
    const bytes = readFileSync(file)
    known = { stamp, text: bytes.toString('utf8'), hash: keccak256(bytes, { as: 'Hex' }) }
    TEXTS.set(file, known)
  }
  return known.hash === hash ? known.text : undefined
}

const TEXTS = new Map<string, { readonly stamp: string; readonly text: string; readonly hash: string }>()
