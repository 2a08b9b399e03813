import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { main } from '../src/main.ts'
import type { Terminal } from '../src/terminal.ts'

/** The root of the repo, where the command lines of the README are typed. */
export const ROOT = new URL('../../..', import.meta.url).pathname.replace(/\/$/, '')

/** So that no test leaves a chain in the repo, nor finds one. */
const TEST_DATA = mkdtempSync(join(tmpdir(), 'deed-test-data-'))
afterAll(() => rmSync(TEST_DATA, { recursive: true, force: true }))

export interface Run {
  readonly exit: number
  readonly out: string[]
  readonly err: string[]
}

/** Runs a command in this process, as `npx deed …` in the root of the repo would, with its output caught. */
export const runDeed = async (
  argv: readonly string[],
  given: Partial<Pick<Terminal, 'env' | 'stop' | 'ask'>> & {
    onOut?: (line: string) => void
    onErr?: (line: string) => void
  } = {},
): Promise<Run> => {
  const out: string[] = []
  const err: string[] = []
  const exit = await main(argv, {
    out: (text) => {
      out.push(...text.split('\n'))
      given.onOut?.(text)
    },
    err: (text) => {
      err.push(...text.split('\n'))
      given.onErr?.(text)
    },
    style: (_, text) => text,
    env: { DEED_DATA: TEST_DATA, ...given.env },
    folder: ROOT,
    ...(given.ask && { ask: given.ask }),
    stop: given.stop ?? new AbortController().signal,
  })
  return { exit, out, err }
}
