/**
 * What a compiler was asked and answered, by the hash of the question: what the field calls a build-info, so that
 * whoever meets the code on a chain can say what it was made of (debug/artifacts). An answer is written to a file of its own and
 * renamed into place, so a reader never sees half of one; its first line is the hash of the rest, so that a file
 * that was damaged since counts as absent.
 */
import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export const cacheKey = (...parts: readonly string[]): string => {
  const hash = createHash('sha256')
  // The length before each part keeps ('ab', 'c') and ('a', 'bc') apart.
  for (const part of parts) hash.update(`${part.length}:`).update(part)
  return hash.digest('hex')
}

export const readCache = (folder: string, key: string): string | undefined => {
  let stored: string
  try {
    stored = readFileSync(join(folder, `${key}.json`), 'utf8')
  } catch {
    return undefined
  }
  const cut = stored.indexOf('\n')
  const body = stored.slice(cut + 1)
  return stored.slice(0, Math.max(0, cut)) === cacheKey(body) ? body : undefined
}

export const writeCache = (folder: string, key: string, body: string): void => {
  mkdirSync(folder, { recursive: true })
  const temporary = join(folder, `${key}.${randomBytes(6).toString('hex')}.tmp`)
  try {
    writeFileSync(temporary, `${cacheKey(body)}\n${body}`)
    renameSync(temporary, join(folder, `${key}.json`))
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
}
