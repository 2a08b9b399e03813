/** Where compiled contracts are looked for: what Deed itself has compiled, and what the tools of the folder's project have. */
import { existsSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { CommandError } from '../fault.ts'
import type { Terminal } from '../terminal.ts'

/** What `forge build` and Hardhat call theirs unless told otherwise. */
const USUAL = ['out', 'artifacts']

/**
 * All of them, the nearest first. A usual one may come into being later, and is listed all the same.
 * @param given by the command line; each must be there
 */
export const artifactFolders = (given: readonly string[], { folder }: Terminal): string[] => [
  ...given.map((name) => existingFolder(resolve(folder, name), name)),
  ...USUAL.map((name) => join(folder, name)),
  compileCache(),
]

/** Beside npm's own, where it may be written: questions to the compiler and its answers, by the hash of the question. */
export const compileCache = (): string => join(cacheFolder(), 'solidity')

/** Layouts of storage that a compiler was asked for. */
export const layoutCache = (): string => join(cacheFolder(), 'layouts')

const cacheFolder = (): string => {
  const modules = dirname(dirname(fileURLToPath(import.meta.resolve('viem/package.json'))))
  return join(existsSync(modules) ? join(modules, '.cache') : tmpdir(), 'deed')
}

const existingFolder = (path: string, name: string): string => {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return path
  throw new CommandError(
    'DEED_ARTIFACTS',
    `--artifacts ${name}: there is no such folder. Name one that holds artifacts: Foundry's out, Hardhat's artifacts.`,
  )
}
