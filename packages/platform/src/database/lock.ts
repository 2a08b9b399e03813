/**
 * A lock on a folder, held by this process. PGlite has none of its own, and two openers of one folder lose data.
 *
 * The lock is a file with the holder's process id, made by a hard link so that it appears whole or not at all. A lock
 * whose holder is dead is taken over by renaming it away: only one of two takers succeeds in that.
 */
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { PlatformError } from '../error.ts'

const ATTEMPTS = 5

/**
 * @returns a function that gives the lock back.
 * @throws `DEED_DATA_IN_USE` with the holder's process id; `DEED_DATA_FOLDER` where nothing can be written.
 */
export const lockFolder = (folder: string): (() => void) => {
  const path = join(folder, 'lock')
  const mine = `${path}.${process.pid}.${performance.now()}`
  const content = JSON.stringify({ pid: process.pid, host: hostname() })
  try {
    mkdirSync(folder, { recursive: true })
    writeFileSync(mine, content)
  } catch (error) {
    throw unusableFolder(folder, error)
  }
  try {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      try {
        linkSync(mine, path)
        return () => {
          if (holderOf(path)?.pid === process.pid) rmSync(path, { force: true })
        }
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      }
      const holder = holderOf(path)
      if (holder && isAlive(holder)) throw inUse(folder, holder)
      const stale = `${mine}.stale`
      try {
        renameSync(path, stale)
      } catch {
        continue // Another taker was faster.
      }
      // Between reading and renaming, somebody may have taken the lock over: then it is theirs, so put it back.
      const taken = holderOf(stale)
      if (taken && isAlive(taken)) {
        renameSync(stale, path)
        throw inUse(folder, taken)
      }
      rmSync(stale, { force: true })
    }
    throw inUse(folder, holderOf(path) ?? { pid: 0, host: 'unknown' })
  } finally {
    rmSync(mine, { force: true })
  }
}

interface Holder {
  pid: number
  host: string
}

const holderOf = (path: string): Holder | undefined => {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return undefined
  }
}

/** A holder on another machine (a shared disk) cannot be asked, so it counts as alive. */
const isAlive = (holder: Holder): boolean => {
  if (holder.host !== hostname()) return true
  try {
    process.kill(holder.pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** @param error what Node or PGlite threw; PGlite's file system throws what has a number and no words. */
export const unusableFolder = (folder: string, error: unknown): PlatformError => {
  const { code, message, errno } = error as { code?: unknown; message?: unknown; errno?: unknown }
  const reason = String(code ?? (message || (errno === undefined ? error : `errno ${errno}`)))
  return new PlatformError(
    'DEED_DATA_FOLDER',
    `The data folder ${folder} cannot be used (${reason}). Choose another folder, or make this one a folder of yours with room in it.`,
    { folder, reason },
  )
}

const inUse = (folder: string, { pid, host }: Holder) =>
  new PlatformError(
    'DEED_DATA_IN_USE',
    `The data folder ${folder} is in use by process ${pid} on ${host}. Stop that process or choose another folder.`,
    { folder, pid, host },
  )
