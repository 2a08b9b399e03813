import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { KINDS } from './kind.ts'

const REPOSITORY = resolve(dirname(fileURLToPath(import.meta.url)), '../..')
const ARCHIVE = /\.tar\.(xz|gz|zst)$/

/**
 * Folder of the official vectors, or `undefined` if there are none: `DEED_VECTORS` (a folder, or an archive
 * of one), else `../shared/vectors` beside the repository. An archive is unpacked once into the system's
 * temporary folder, under a name made of its size and date.
 */
export const findVectors = (): string | undefined => {
  const places = [process.env.DEED_VECTORS, join(REPOSITORY, '../shared/vectors')]
  const place = places.find((each) => each !== undefined && existsSync(each))
  if (place === undefined) return undefined
  if (statSync(place).isFile()) return unpack(place)
  if (hasVectors(place)) return place
  const archive = readdirSync(place).find((name) => ARCHIVE.test(name))
  return archive === undefined ? undefined : unpack(join(place, archive))
}

/** Like {@link findVectors}, for whoever asked for the vectors by name. @throws if `DEED_VECTORS` is not there. */
export const demandVectors = (): string | undefined => {
  const named = process.env.DEED_VECTORS
  if (named === undefined || existsSync(named)) return findVectors()
  throw new VectorsError(`DEED_VECTORS names ${named}, which does not exist. Give a folder or a .tar.xz.`)
}

/** Every JSON file below a folder, or the file itself, in order of name. */
export const vectorFiles = (place: string): string[] => {
  if (statSync(place).isFile()) return [place]
  return readdirSync(place, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.json') && !entry.name.startsWith('.'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
}

const hasVectors = (folder: string): boolean =>
  Object.values(KINDS).some((kind) => existsSync(join(folder, kind.folder)))

/** Unpacked beside its place first and then renamed, so that a half-unpacked folder is never taken for whole. */
const unpack = (archive: string): string => {
  const { size, mtimeMs } = statSync(archive)
  const target = join(tmpdir(), `deed-vectors-${size}-${Math.floor(mtimeMs)}`)
  if (existsSync(target)) return target
  const partial = mkdtempSync(join(tmpdir(), 'deed-vectors-partial-'))
  const tar = spawnSync('tar', ['-xf', archive, '-C', partial], { encoding: 'utf8' })
  if (tar.status !== 0) {
    rmSync(partial, { recursive: true, force: true })
    const why = tar.error?.message ?? tar.stderr.trim()
    throw new VectorsError(
      `Could not unpack ${archive} (${why}). Unpack it and name the folder in DEED_VECTORS.`,
    )
  }
  try {
    renameSync(partial, target)
  } catch (error) {
    // Another process was quicker; its folder is as good.
    rmSync(partial, { recursive: true, force: true })
    if (!existsSync(target)) throw error
  }
  return target
}

export class VectorsError extends Error {
  override readonly name = 'VectorsError'
  readonly code = 'DEED_VECTORS'
}
