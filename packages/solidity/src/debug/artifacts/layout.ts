/**
 * Where variables lie, from a compiler that is asked for nothing else: neither Foundry nor Hardhat keeps the
 * layout in its artifacts unless told to. Such a run analyses and generates no code; it takes 0.4 s, most of it to load
 * the compiler. Structs that have a place of their own (ERC-7201) are in no compiler's layout, and asked for beside it.
 */
import { keccak256 } from 'ox/Hash'
import semver from 'semver'
import type { StorageLayout } from '../../artifact.ts'
import { cacheKey, readCache, writeCache } from '../../cache.ts'
import { type Compiler, findCompilers, pickCompiler } from '../../compilers.ts'
import { scanDirectives } from '../../directives.ts'
import { runSolc, type SolcOutput } from '../../solc.ts'
import { contractAt, outlineOf } from '../source/outline.ts'
import { sourceFile } from '../source/source-file.ts'

export interface LayoutQuestion {
  /** Folder from which compilers are looked for. */
  readonly root: string
  readonly compilerVersion: string
  readonly remappings: readonly string[]
  /** Source unit name and contract. */
  readonly source: string
  readonly name: string
  readonly sources: Readonly<Record<string, { readonly content: string }>>
}

/**
 * Asks at most once.
 *
 * @param known the layout that the artifact holds
 * @param question undefined where the sources are not at hand
 * @returns undefined if no compiler that is installed takes the sources
 */
export const layoutFrom = (
  known: StorageLayout | undefined,
  question: LayoutQuestion | undefined,
): FindLayout => {
  let asked: Promise<StorageLayout | undefined> | undefined
  return (cacheFolder) => {
    asked ??= find(known, question, cacheFolder)
    return asked
  }
}

/** @param cacheFolder where answers of compilers are kept; nowhere without it */
export type FindLayout = (cacheFolder: string | undefined) => Promise<StorageLayout | undefined>

const find = async (
  known: StorageLayout | undefined,
  question: LayoutQuestion | undefined,
  cacheFolder: string | undefined,
): Promise<StorageLayout | undefined> => {
  if (!question) return known
  const namespaces = Object.entries(question.sources).flatMap(([unit, { content }]) =>
    namespacesIn(unit, content),
  )
  if (known && namespaces.length === 0) return known
  const layout = await ask(question, namespaces, cacheFolder)
  return layout ?? known ?? (namespaces.length > 0 ? ask(question, [], cacheFolder) : undefined)
}

const ask = async (
  { root, compilerVersion, remappings, source, name, sources }: LayoutQuestion,
  namespaces: readonly Namespace[],
  cacheFolder: string | undefined,
): Promise<StorageLayout | undefined> => {
  const compiler = compilerFor(root, compilerVersion, sources)
  if (!compiler) return undefined
  const outputSelection: Record<string, Record<string, string[]>> = {
    [source]: { [name]: ['storageLayout'] },
  }
  const asked = Object.fromEntries(
    Object.entries(sources).map(([unit, { content }]) => [unit, { content: unbound(content) }]),
  )
  namespaces.forEach(({ unit, struct }, at) => {
    asked[unit] = { content: `${asked[unit]!.content}\ncontract ${PROBE}${at} { ${struct} namespace; }` }
    outputSelection[unit] = { ...outputSelection[unit], [`${PROBE}${at}`]: ['storageLayout'] }
  })
  const input = JSON.stringify({
    language: 'Solidity',
    sources: asked,
    settings: { remappings, outputSelection },
  })
  const output = await answerOf(compiler, input, cacheFolder)
  if (!output) return undefined
  const layoutOf = (unit: string, contract: string) =>
    output.contracts?.[unit]?.[contract]?.storageLayout as StorageLayout | undefined
  const own = layoutOf(source, name)
  if (!own) return undefined
  const more = namespaces.flatMap(({ unit, struct, slot }, at) => {
    const probe = layoutOf(unit, `${PROBE}${at}`)
    return probe ? [{ struct, slot, probe }] : []
  })
  return {
    storage: [
      ...own.storage,
      ...more.flatMap(({ struct, slot, probe }) =>
        probe.storage.map((one) => ({ ...one, label: struct.split('.').at(-1)!, slot: String(slot) })),
      ),
    ],
    types: Object.assign({}, own.types, ...more.map(({ probe }) => probe.types)),
  }
}

const answerOf = async (
  compiler: Compiler,
  input: string,
  cacheFolder: string | undefined,
): Promise<SolcOutput | undefined> => {
  const key = cacheKey('layout', compiler.version, input)
  const stored = cacheFolder && readCache(cacheFolder, key)
  if (stored) return JSON.parse(stored)
  try {
    const answer = await runSolc(compiler, input)
    if (cacheFolder) writeCache(cacheFolder, key, answer)
    return JSON.parse(answer)
  } catch {
    // Names of variables are not worth a failure: a compiler that breaks down, a folder that cannot be written.
    return undefined
  }
}

/** A contract that is put into a source to ask for the layout of a struct. */
const PROBE = 'DeedNamespace'

/** The version that compiled it, one that fits its pragmas, or any of the 0.8 line, within which layouts are the same. */
const compilerFor = (
  root: string,
  version: string,
  sources: LayoutQuestion['sources'],
): Compiler | undefined => {
  const compilers = findCompilers(root)
  const exact = compilers.find((one) => one.version === version)
  if (exact) return exact
  const pragmas = Object.entries(sources).flatMap(([file, { content }]) =>
    scanDirectives(content).pragmas.map((range) => ({ range, file })),
  )
  try {
    return pickCompiler(compilers, pragmas)
  } catch {
    return semver.satisfies(version, '^0.8.0')
      ? compilers.find((one) => semver.satisfies(one.version, '^0.8.0'))
      : undefined
  }
}

/** Without the pragmas that would refuse another version. */
const unbound = (content: string): string => content.replace(/\bpragma\s+solidity\b[^;]*;/g, '')

interface Namespace {
  readonly unit: string
  /** `ERC20Upgradeable.ERC20Storage` */
  readonly struct: string
  readonly slot: bigint
}

/** https://eips.ethereum.org/EIPS/eip-7201 */
const namespacesIn = (unit: string, content: string): Namespace[] => {
  if (!content.includes('erc7201:')) return []
  const file = sourceFile(unit, content)
  const outline = outlineOf(file)
  return [...file.bytes.matchAll(ANNOTATION)].map(({ 1: id, 2: name, index }) => {
    const contract = contractAt(outline, index)
    const inner = BigInt(keccak256(Buffer.from(id!, 'latin1'), { as: 'Hex' })) - 1n
    const hash = BigInt(keccak256(`0x${inner.toString(16).padStart(64, '0')}`))
    return { unit, struct: contract ? `${contract.name}.${name}` : name!, slot: hash & ~0xffn }
  })
}

const ANNOTATION = /@custom:storage-location\s+erc7201:(\S+)[^{};]*?\bstruct\s+([\w$]+)/g
