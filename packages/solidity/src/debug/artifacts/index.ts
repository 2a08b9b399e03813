/**
 * Every compiled contract below some folders, found by its code. A folder is read when the first code is looked for,
 * and again when one is not found: what was compiled in the meantime is there then. Only contracts that are asked for
 * are parsed.
 */
import { createHash } from 'node:crypto'
import { type Dirent, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { forgetBuildInfo, listBuildInfo } from './build-info.ts'
import type { CompiledContract, ListedContract } from './contract.ts'
import { listFoundry, type SourceNumbers } from './foundry.ts'
import { type Match, matchCreation, matchRuntime, sizeWithoutMetadata } from './matching.ts'

export interface ContractIndex {
  /** @param code that runs, `0x…` */
  byRuntime(code: string): CompiledContract | undefined
  /** @param input of a frame that creates */
  byCreation(input: string): CompiledContract | undefined
  /** How many contracts there are; reads the folders if that was not done. */
  size(): number
  /** Files that look like artifacts and cannot be read. */
  readonly faults: readonly string[]
}

export interface IndexOptions {
  /** Milliseconds of any clock. */
  readonly clock?: () => number
}

/** Files below one folder; a project with more has them in several. */
const MAX_FILES = 50_000
const MAX_DEPTH = 12
/** A code that nobody knows does not make the folders be read again before that, nor all the time. */
const RESCAN_MS = 1_000
const RESCAN_SHARE = 0.05
const MAX_FOUND = 200

export const createContractIndex = (
  folders: readonly string[],
  { clock = () => performance.now() }: IndexOptions = {},
): ContractIndex => {
  const files = new Map<string, { readonly stamp: string; readonly listed: readonly ListedContract[] }>()
  let bySize = new Map<number, ListedContract[]>()
  let all: ListedContract[] = []
  let scannedMs: number | undefined
  let tookMs = 0
  const faults: string[] = []
  /** What was found stays, even if its file becomes another: old contracts on the chain are still the old ones. */
  const found = new Map<string, CompiledContract>()

  const scan = (): boolean => {
    const begunMs = clock()
    const changed = readFolders()
    scannedMs = clock()
    tookMs = scannedMs - begunMs
    return changed
  }
  const isDue = (): boolean => clock() - scannedMs! >= Math.max(RESCAN_MS, tookMs / RESCAN_SHARE)

  const readFolders = (): boolean => {
    faults.length = 0
    let changed = false
    const present = new Set<string>()
    for (const folder of folders) {
      const below = filesBelow(folder)
      const numbers = once(() => sourceNumbers(below))
      for (const { file, stamp } of below) {
        present.add(file)
        if (files.get(file)?.stamp === stamp) continue
        changed = true
        let listed: readonly ListedContract[] = []
        try {
          listed = list(file, numbers)
        } catch (error) {
          faults.push(`${file}: ${(error as Error).message}`)
        }
        files.set(file, { stamp, listed })
      }
    }
    for (const file of files.keys()) if (!present.has(file)) changed = files.delete(file)
    if (!changed) return false
    forgetBuildInfo()
    all = [...files.values()].flatMap(({ listed }) => listed)
    bySize = Map.groupBy(all, ({ runtimeSize }) => runtimeSize)
    return true
  }

  const search = (
    code: string,
    candidates: () => readonly ListedContract[],
    match: (contract: CompiledContract) => Match | undefined,
  ): CompiledContract | undefined => {
    const key = createHash('sha1').update(code).digest('base64')
    const known = found.get(key)
    if (known) return known
    const first = scannedMs === undefined
    if (first) scan()
    let contract = best(candidates(), match)
    if (!contract && !first && isDue() && scan()) contract = best(candidates(), match)
    if (contract) {
      if (found.size >= MAX_FOUND) found.delete(found.keys().next().value!)
      found.set(key, contract)
    }
    return contract
  }

  return {
    byRuntime: (code) =>
      search(
        code,
        () => bySize.get(sizeWithoutMetadata(code)) ?? [],
        ({ runtime }) => matchRuntime(code, runtime),
      ),
    byCreation: (input) =>
      search(
        input,
        () =>
          all.filter(
            ({ creationHead, creationLength }) =>
              creationLength > 2 && creationLength <= input.length && input.startsWith(creationHead),
          ),
        ({ creation }) => matchCreation(input, creation),
      ),
    size: () => {
      if (scannedMs === undefined) scan()
      return all.length
    },
    faults,
  }
}

/** The one that is the same to the last byte, else one that is the same but for its metadata; with sources, if there is a choice. */
const best = (
  candidates: readonly ListedContract[],
  match: (contract: CompiledContract) => Match | undefined,
): CompiledContract | undefined => {
  let second: CompiledContract | undefined
  let secondRank = 0
  for (const candidate of candidates) {
    const contract = candidate.load()
    const how = contract && match(contract)
    if (!contract || !how) continue
    const rank = (how === 'exact' ? 2 : 0) + (contract.files.size > 0 ? 1 : 0)
    if (rank === 3) return contract
    if (rank >= secondRank || !second) [second, secondRank] = [contract, rank]
  }
  return second
}

const list = (file: string, numbers: () => readonly SourceNumbers[]): readonly ListedContract[] => {
  if (isBuildInfo(file)) return listBuildInfo(file)
  const listed = listFoundry(file, numbers)
  return listed ? [listed] : []
}

/** Of Hardhat and Foundry, or of the cache of Deed's compiler, which names files by their hash. */
const isBuildInfo = (file: string): boolean =>
  /[\\/]build-info[\\/][^\\/]+\.json$/.test(file) || /^[0-9a-f]{64}\.json$/.test(basename(file))

interface Found {
  readonly file: string
  readonly stamp: string
}

const filesBelow = (root: string): Found[] => {
  const found: Found[] = []
  const visit = (folder: string, depth: number) => {
    let entries: Dirent[]
    try {
      entries = readdirSync(folder, { withFileTypes: true })
    } catch {
      return
    }
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const file = join(folder, entry.name)
      if (found.length >= MAX_FILES) return
      if (entry.isDirectory() && entry.name !== 'node_modules' && depth < MAX_DEPTH) visit(file, depth + 1)
      if (!entry.isFile() || !entry.name.endsWith('.json') || entry.name.endsWith('.dbg.json')) continue
      const stat = statSync(file, { throwIfNoEntry: false })
      if (stat) found.push({ file, stamp: `${stat.mtimeMs} ${stat.size}` })
    }
  }
  visit(root, 0)
  return found
}

/** What Foundry's `build-info` says of the numbers of sources; the newest run first. */
const sourceNumbers = (below: readonly Found[]): SourceNumbers[] =>
  below
    .filter(({ file }) => isBuildInfo(file))
    .toSorted((a, b) => Number.parseFloat(b.stamp) - Number.parseFloat(a.stamp))
    .flatMap(({ file }) => {
      const text = readFileSync(file, 'utf8')
      if (!text.includes('"source_id_to_path"')) return []
      const { source_id_to_path: paths } = JSON.parse(text) as { source_id_to_path?: SourceNumbers }
      return paths ? [paths] : []
    })

const once = <T>(make: () => T): (() => T) => {
  let made: { readonly value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
